"""Sends to groups and tags, as a campaign.

Rule: the answer is given after the campaign is stored; its messages follow. A repeat of a request id is
answered with the campaign that the first one made, and what is told of its people is as of now.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import digest, refused
from viesti.api.native.sending.handlers import SendingServices
from viesti.api.native.sending.shapes import CampaignMade, ToListsAsked
from viesti.api.native.slice import DIALECT, Common
from viesti.api.native.who import NativeCaller, missing, named
from viesti.api.refusals import refusal
from viesti.api.request_id import one_request_id
from viesti.domain.campaign import Campaign
from viesti.domain.estate import Customer, Service
from viesti.services.campaigns.create import Audience, CampaignRequest
from viesti.services.campaigns.preview import CampaignPreview
from viesti.services.contacts.groups import GROUP
from viesti.services.requests import NotAccepted
from viesti.services.store_errors import StoreUnavailable

# Our name of a field -> the request's.
NAMES = {
    "recipients": "to{}",
    "tag_names": "tags{}",
    "send_at": "sendAt",
    "request_id": "requestId",
}
NOBODY = "Name at least one of groups, tags and to."


class ToLists:
    """The handler."""

    def __init__(self, services: SendingServices, common: Common) -> None:
        self._services = services
        self._estate = common.estate

    async def send(self, caller: NativeCaller, asked: ToListsAsked) -> Answer | Refusal:
        """SendToGroupOrTag."""
        request = self._request(caller, asked)
        if isinstance(request, Refusal):
            return request
        made = await self._services.create(request)
        if isinstance(made, NotAccepted):
            said = refusal(made, NAMES)
            unknown = made.problems and all(each.field == "tag_names" for each in made.problems)
            return Refusal(404, said.message, said.errors) if unknown else said
        return answer_json(_shown(made.campaign, await self._seen(request)))

    async def _seen(self, request: CampaignRequest) -> CampaignPreview | None:
        """What can be told of a campaign that is stored. An error now would have the caller send it again."""
        try:
            seen = await self._services.preview_campaign(request, 0)
        except StoreUnavailable:
            return None
        return None if isinstance(seen, NotAccepted) else seen

    def _request(self, caller: NativeCaller, asked: ToListsAsked) -> CampaignRequest | Refusal:
        snapshot = self._estate.current
        customer = caller.customer(snapshot, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        groups = self._groups(customer, asked.groups)
        if isinstance(groups, Refusal):
            return groups
        tags = tuple([each for each in asked.tags if each.strip()])  # a field of a flow that is left empty
        alone = len(groups) == 1 and not tags and not asked.to
        service = caller.service(snapshot, customer, asked.service or (groups[0].key if alone else ""))
        if isinstance(service, Refusal):
            return service
        problems: list[FieldError] = []
        request_id = one_request_id(asked.request_id, asked.idempotency_key, problems, "requestId")
        audience = Audience(
            numbers=asked.to, tag_names=tags, groups=tuple(dict.fromkeys(each.id for each in groups))
        )
        if not audience:
            problems.append(FieldError("groups", NOBODY))
        if problems:
            return refused(problems)
        return CampaignRequest(
            dialect=DIALECT,
            customer_id=customer.id,
            application_id=caller.application.id if caller.application else None,
            service_id=service.id if service else None,
            user_id=caller.user.id if caller.user else None,
            name=asked.name,
            sender=asked.sender,
            text=asked.text,
            audience=audience,
            send_at=asked.send_at,
            track_links=asked.track_links,
            request_id=request_id or None,
            body_hash=digest(replace(asked, request_id="", idempotency_key="")) if request_id else b"",
        )

    def _groups(self, customer: Customer, written: Sequence[str]) -> list[Service] | Refusal:
        found = []
        for place, each in enumerate(written):
            service = named(self._estate.current, customer, each)
            if service is None or service.kind != GROUP:
                return missing(f"groups[{place}]", "There is no group of yours with this key or id.")
            found.append(service)
        return found


def _shown(campaign: Campaign, seen: CampaignPreview | None) -> CampaignMade:
    made = CampaignMade(
        campaign_id=campaign.id,
        name=campaign.name,
        status=campaign.status.value,
        send_at=campaign.send_at,
    )
    if seen is None:
        return made
    people = seen.people
    return replace(
        made,
        people=people.people,
        recipient_count=seen.sendable,
        opted_out=people.opted_out,
        duplicates=people.named - people.numberless - people.people,
        inactive=people.inactive,
        without_number=people.numberless,
        parts_each=seen.parts,
        cost=seen.cost,
        currency=seen.currency,
        exact=seen.exact,
        warnings=seen.warnings,
    )
