"""Bulk messages, previews, and campaigns.

Rule: the answer is given after the campaign is stored; its messages follow. A campaign of another customer is
not there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.txtsync.campaigns.shapes import (
    BulkAsked,
    CampaignAsked,
    CampaignsAsked,
    ConnectionsAsked,
    PreviewAsked,
    bulk_shown,
    campaign_shown,
    preview_shown,
    report_shown,
)
from viesti.api.txtsync.campaigns.translate import DRAFT_NAMES, NAMES, audience, campaign_request
from viesti.api.txtsync.paging import Order, order
from viesti.api.txtsync.slice import Common
from viesti.api.txtsync.versions import speaks_defined
from viesti.domain.campaign import Campaign, Progress
from viesti.services.authenticate import Caller
from viesti.services.balance.read import ReadBalance
from viesti.services.campaigns.add_people import AddPeople
from viesti.services.campaigns.create import CreateCampaign, Made
from viesti.services.campaigns.preview import PreviewCampaign
from viesti.services.campaigns.show import CampaignView, Listing, ShowCampaigns
from viesti.services.campaigns.steer import SteerCampaign, Verb
from viesti.services.refusals import Missing
from viesti.services.requests import NotAccepted

ORDERS = {"CampaignID": "created", "CreatedDate": "created", "Name": "name", "Status": "status"}
_MISSING = Missing("campaign", "There is no such campaign.")


@dataclass(frozen=True, slots=True)
class CampaignsServices:
    """What the slice calls."""

    create: CreateCampaign
    add: AddPeople
    steer: SteerCampaign
    show: ShowCampaigns
    preview: PreviewCampaign
    balance: ReadBalance


class Campaigns:
    """The operations."""

    def __init__(self, services: CampaignsServices, common: Common) -> None:
        self._services = services
        self._estate = common.estate

    async def bulk(self, caller: Caller, asked: BulkAsked) -> Answer | Refusal:
        """SendBulkSMS."""
        made = await self._make(caller, asked)
        if isinstance(made, Refusal):
            return made
        if speaks_defined(caller):
            return answer_json(str(made.campaign.id))
        view = self._new(caller, made.campaign)
        return answer_json(bulk_shown(view, made.parts, caller.application.name, _only_number(asked)))

    async def native_bulk(self, caller: Caller, asked: BulkAsked) -> Answer | Refusal:
        """SendBulk."""
        made = await self._make(caller, asked)
        if isinstance(made, Refusal):
            return made
        return answer_json(campaign_shown(self._new(caller, made.campaign), caller.application.name))

    async def create(self, caller: Caller, asked: BulkAsked) -> Answer | Refusal:
        """CreateCampaign."""
        made = await self._make(caller, asked, draft=True)
        if isinstance(made, Refusal):
            return made
        shown = campaign_shown(self._new(caller, made.campaign), caller.application.name)
        return answer_json(shown, 201)

    async def preview(self, caller: Caller, asked: PreviewAsked) -> Answer | Refusal:
        """PreviewBulk."""
        request = campaign_request(asked, caller)
        if isinstance(request, Refusal):
            return request
        seen = await self._services.preview(request, asked.index)
        if isinstance(seen, NotAccepted):
            return refusal(seen, NAMES)
        balance = await self._services.balance(caller.customer.id)
        return answer_json(preview_shown(seen, balance.left, balance.left_gbp))

    async def list(self, caller: Caller, asked: CampaignsAsked) -> Answer | Refusal:
        """ListCampaigns."""
        by = order(asked.order_by, ORDERS, Order("created", True))
        if isinstance(by, Refusal):
            return by
        listing = Listing(by.by, by.descending, asked.limit, asked.offset)
        views = await self._services.show.listed(caller.customer.id, listing)
        return answer_json([campaign_shown(view, self._application(view.campaign)) for view in views])

    async def one(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """GetCampaign."""
        view = await self._services.show.one(caller.customer.id, asked.campaign_id)
        if view is None:
            return refusal(_MISSING, NAMES)
        return answer_json(campaign_shown(view, self._application(view.campaign)))

    async def report(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """GetCampaignReport."""
        report = await self._services.show.report(caller.customer.id, asked.campaign_id)
        if report is None:
            return refusal(_MISSING, NAMES)
        return answer_json(report_shown(report, self._application(report.view.campaign)))

    async def activate(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """ActivateCampaign."""
        return await self._steer(caller, asked, "activate")

    async def pause(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """PauseCampaign."""
        return await self._steer(caller, asked, "pause")

    async def resume(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """ResumeCampaign."""
        return await self._steer(caller, asked, "resume")

    async def cancel(self, caller: Caller, asked: CampaignAsked) -> Answer | Refusal:
        """CancelCampaign."""
        return await self._steer(caller, asked, "cancel")

    async def connections(self, caller: Caller, asked: ConnectionsAsked) -> Answer | Refusal:
        """AddCampaignConnections."""
        done = await self._services.add(caller.customer.id, asked.campaign_id, audience(asked))
        return await self._changed(caller, asked.campaign_id, done)

    async def _steer(self, caller: Caller, asked: CampaignAsked, verb: Verb) -> Answer | Refusal:
        done = await self._services.steer(caller.customer.id, asked.campaign_id, verb)
        return await self._changed(caller, asked.campaign_id, done)

    async def _changed(
        self, caller: Caller, campaign_id: int, done: Campaign | NotAccepted | None
    ) -> Answer | Refusal:
        if done is None:
            return refusal(_MISSING, NAMES)
        if isinstance(done, NotAccepted):
            return refusal(done, NAMES)
        return await self.one(caller, CampaignAsked(campaign_id=campaign_id))

    async def _make(self, caller: Caller, asked: BulkAsked, *, draft: bool = False) -> Made | Refusal:
        request = campaign_request(asked, caller, draft=draft)
        if isinstance(request, Refusal):
            return request
        made = await self._services.create(request)
        return refusal(made, DRAFT_NAMES if draft else NAMES) if isinstance(made, NotAccepted) else made

    @staticmethod
    def _new(caller: Caller, campaign: Campaign) -> CampaignView:
        return CampaignView(campaign, Progress(), caller.customer.currency)

    def _application(self, campaign: Campaign) -> str:
        application = self._estate.current.estate.applications.get(campaign.application_id or 0)
        return application.name if application else ""


def _only_number(asked: BulkAsked) -> str:
    """The number, when it is for one and nobody else."""
    others = asked.contacts or asked.tags or asked.tag_names
    return asked.recipients[0] if len(asked.recipients) == 1 and not others else ""
