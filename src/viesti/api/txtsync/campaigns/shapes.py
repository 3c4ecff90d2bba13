"""What the operations of the slice read and write.

Rule: what is read carries our names, what is written the contract's; a field that is written is always there
and always of its type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import field

from viesti.api.txtsync.numbering import OUTBOUND
from viesti.api.txtsync.paging import Paged
from viesti.api.txtsync.shapes import NO_LINKS, NO_MONEY, Sms, date
from viesti.domain.campaign import Campaign, CampaignStatus, Progress
from viesti.domain.delivery_report import STATUS_CODES
from viesti.domain.status import Status
from viesti.services.campaigns.preview import CampaignPreview
from viesti.services.campaigns.show import CampaignReport, CampaignView

# Where a campaign stands, as a number.
STATUS_NUMBERS: Mapping[CampaignStatus, int] = {
    CampaignStatus.DRAFT: 0,
    CampaignStatus.SCHEDULED: 1,
    CampaignStatus.PLANNING: 2,
    CampaignStatus.RUNNING: 3,
    CampaignStatus.PAUSED: 4,
    CampaignStatus.FINISHED: 5,
    CampaignStatus.CANCELLED: 6,
    CampaignStatus.FAILED: 7,
}
TYPE_SMS = "SMS"


class BulkAsked(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    sender: str = ""
    name: str = ""
    recipients: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    tag_names: tuple[str, ...] = ()
    regarding_reference: str = ""
    regarding_schema: str = ""
    custom01: str = ""
    custom02: str = ""
    custom03: str = ""
    send_at: datetime | None = None
    start_time: str = ""
    end_time: str = ""
    days: tuple[str, ...] = ()
    track_links: bool | None = None
    request_id: str = ""
    idempotency_key: str = ""
    x_zapier: str = ""


class PreviewAsked(BulkAsked, frozen=True, kw_only=True):
    index: int = 0


class CampaignsAsked(Paged, frozen=True, kw_only=True):
    pass


class CampaignAsked(msgspec.Struct, frozen=True, kw_only=True):
    campaign_id: int


class ConnectionsAsked(msgspec.Struct, frozen=True, kw_only=True):
    campaign_id: int
    recipients: tuple[str, ...] = ()
    contacts: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()
    tag_names: tuple[str, ...] = ()


class CampaignShown(msgspec.Struct, frozen=True, rename="pascal", kw_only=True):
    """A campaign. Totals of people are of the audience, as far as it is planned; the others are of messages,
    one for each person."""

    campaign_id: int = field(name="CampaignID")
    name: str
    type: str
    status: int
    status_name: str
    status_description: str
    number_id: int = field(name="NumberID")
    from_number: str
    customer_number: str
    text_message: str
    application_id: int = field(name="ApplicationID")
    application_name: str
    user_id: int = field(name="UserID")
    track_links: bool
    track_replies: bool
    include_web_opt_out: bool
    is_shared_number: bool
    created_date: str
    scheduled_date: str
    started_date: str
    finished_date: str
    percent_complete: int
    total_contacts: int
    total_sendable_contacts: int
    total_opted_out: int
    total_duplicates: int
    total_unsubscribed: int
    total_without_number: int
    total_refused: int
    total_waiting: int  # people whose message is not made yet
    total_queued: int
    total_pending: int
    total_sent: int
    total_delivered: int
    total_undelivered: int
    total_failed: int
    total_frozen: int
    total_cancelled: int
    total_segments: int
    currency_code: str
    cost_local: Decimal
    cost_gbp: Decimal = field(name="CostGBP")


class BulkShown(Sms, frozen=True, rename="pascal", kw_only=True):
    """What SendBulkSMS answers: an SMS as its messages will be, and what of the campaign has no other meaning
    there."""

    name: str
    type: str
    status_name: str
    status_description: str
    number_id: int = field(name="NumberID")
    customer_number: str
    text_message: str
    track_links: bool
    track_replies: bool
    include_web_opt_out: bool
    is_shared_number: bool
    scheduled_date: str
    started_date: str
    finished_date: str
    percent_complete: int
    total_contacts: int
    total_sendable_contacts: int
    total_opted_out: int
    total_duplicates: int
    total_unsubscribed: int
    total_without_number: int
    total_refused: int
    total_waiting: int
    total_queued: int
    total_pending: int
    total_sent: int
    total_delivered: int
    total_undelivered: int
    total_failed: int
    total_frozen: int
    total_cancelled: int
    total_segments: int


class SkippedShown(msgspec.Struct, frozen=True, rename="pascal"):
    """People who were passed over for a reason; `numbers`: of whom, where they are named."""

    reason: str
    description: str
    count: int
    numbers: tuple[str, ...] = ()


class ReportShown(CampaignShown, frozen=True, rename="pascal", kw_only=True):
    """The same, with what came of it."""

    total_opened_links: int
    total_distinct_opened_links: int
    total_person_clicks: int
    total_machine_clicks: int
    total_contacts_clicked: int
    total_replies: int
    total_contacts_replied: int
    total_opt_outs: int
    skipped: tuple[SkippedShown, ...]


class LinkPreviewed(msgspec.Struct, frozen=True, rename="pascal"):
    url: str
    short_url: str


class PreviewShown(msgspec.Struct, frozen=True, rename="pascal", kw_only=True):
    """What a campaign would be."""

    message: str
    to_number: str
    contact_id: int = field(name="ContactID")
    allow_sms: bool = field(name="AllowSMS")
    contains_emojis: bool
    link_details: tuple[LinkPreviewed, ...]
    approx_segments_per_sms: Decimal = field(name="ApproxSegmentsPerSms")
    approx_cost_per_sms: Decimal = field(name="ApproxCostPerSms")
    approx_cost: Decimal
    approx_cost_local: Decimal
    approx_cost_gbp: Decimal = field(name="ApproxCostGBP")
    is_exact: bool
    currency_code: str
    balance_local: Decimal
    balance_gbp: Decimal = field(name="BalanceGBP")
    total_contacts: int
    total_sendable_contacts: int
    total_opted_out: int
    total_duplicates: int
    total_unsubscribed: int
    total_without_number: int
    skipped: tuple[SkippedShown, ...]
    warnings: tuple[str, ...]


def totals(campaign: Campaign, progress: Progress) -> dict[str, int]:
    """The numbers of people and messages, by field."""
    p = progress
    waiting = 0 if campaign.status.over else campaign.to_feed
    made = campaign.to_send or 1
    return {
        "percent_complete": 100 if campaign.status.over else (p.recipients - p.waiting) * 100 // made,
        "total_contacts": campaign.people,
        "total_sendable_contacts": campaign.to_send - p.opted_out,
        "total_opted_out": campaign.opted_out + p.opted_out,
        "total_duplicates": campaign.duplicates,
        "total_unsubscribed": campaign.inactive,
        "total_without_number": campaign.numberless,
        "total_refused": campaign.refused,
        "total_waiting": waiting,
        "total_queued": p.scheduled + p.queued,
        "total_pending": p.unknown,
        "total_sent": p.sent,
        "total_delivered": p.delivered,
        "total_undelivered": p.expired + p.undelivered,
        "total_failed": p.failed,
        "total_frozen": p.frozen,
        "total_cancelled": p.cancelled + (campaign.to_feed if campaign.status.over else 0),
        "total_segments": p.parts,
    }


def digits(number: str) -> str:
    """A number as it is shown everywhere: without what it may begin with."""
    return number.removeprefix("+")


def campaign_shown(view: CampaignView, application_name: str) -> CampaignShown:
    """A campaign as the dialect shows it."""
    return CampaignShown(**_members(view, application_name))


def bulk_shown(view: CampaignView, parts: int, application_name: str, number: str) -> BulkShown:
    """A new campaign, as an SMS. `number`: the only one it is for, or ''."""
    campaign = _members(view, application_name)
    sms = {
        "to_number": digits(number),
        "contact_id": 0,
        "direction": OUTBOUND,
        "message": view.campaign.text,
        "sms_id": 0,
        "segments": parts,
        "delivered_date": "",
        "user_name": "",
        "contact_name": "",
        "profile_url": "",
        "link_details": NO_LINKS,
        "is_flagged": False,
        "flagged_date": "",
        "flagged_description": "",
        "error_code": 0,
        "status": STATUS_CODES[Status.QUEUED],
    }
    return BulkShown(**{**campaign, **sms})


def report_shown(report: CampaignReport, application_name: str) -> ReportShown:
    """A campaign's report."""
    view, clicks, replies, _ = report
    return ReportShown(
        **_members(view, application_name),
        total_opened_links=clicks.clicks,
        total_distinct_opened_links=clicks.distinct,
        total_person_clicks=clicks.persons,
        total_machine_clicks=clicks.machines,
        total_contacts_clicked=clicks.people,
        total_replies=replies.messages,
        total_contacts_replied=replies.people,
        total_opt_outs=replies.stopped,
        skipped=_skipped(view, report.skipped),
    )


def _members(view: CampaignView, application_name: str) -> dict[str, Any]:
    c, progress = view.campaign, view.progress
    return {
        "campaign_id": c.id,
        "name": c.name,
        "type": TYPE_SMS,
        "status": STATUS_NUMBERS[c.status],
        "status_name": c.status.value.capitalize(),
        "status_description": c.why,
        "number_id": 0,  # numbers have no ids of their own here
        "from_number": digits(c.sender),
        "customer_number": digits(c.sender),
        "text_message": c.text,
        "application_id": c.application_id or 0,
        "application_name": application_name,
        "user_id": c.user_id or 0,
        "track_links": bool(c.track_links),
        "track_replies": True,
        "include_web_opt_out": False,
        "is_shared_number": False,
        "created_date": date(c.created_at),
        "scheduled_date": _date(c.send_at),
        "started_date": _date(c.started_at),
        "finished_date": _date(c.finished_at),
        **totals(c, progress),
        "currency_code": view.currency,
        "cost_local": progress.cost,
        "cost_gbp": progress.cost_gbp,
    }


def preview_shown(preview: CampaignPreview, left: Decimal | None, left_gbp: Decimal | None) -> PreviewShown:
    """A preview. `left`: of the balance; None: there is no limit, which is shown as 0."""
    people = preview.people
    cost, sendable = preview.cost or NO_MONEY, preview.sendable
    return PreviewShown(
        message=preview.text,
        to_number=preview.address,
        contact_id=preview.contact_id or 0,
        allow_sms=preview.allowed,
        contains_emojis=preview.emojis,
        link_details=tuple([LinkPreviewed(link.url, link.short_url) for link in preview.links]),
        approx_segments_per_sms=preview.parts,
        approx_cost_per_sms=(cost / sendable).quantize(Decimal("0.000001")) if sendable else NO_MONEY,
        approx_cost=cost,
        approx_cost_local=cost,
        approx_cost_gbp=preview.cost_gbp or NO_MONEY,
        is_exact=preview.exact,
        currency_code=preview.currency,
        balance_local=left or NO_MONEY,
        balance_gbp=left_gbp or NO_MONEY,
        total_contacts=people.people,
        total_sendable_contacts=sendable,
        total_opted_out=people.opted_out,
        total_duplicates=people.named - people.numberless - people.people,
        total_unsubscribed=people.inactive,
        total_without_number=people.numberless,
        skipped=_reasons(
            people.opted_out,
            people.named - people.numberless - people.people,
            people.inactive,
            people.numberless,
            len(preview.refused),
            preview.refused,
        ),
        warnings=preview.warnings,
    )


def _skipped(view: CampaignView, refused: Sequence[tuple[str, str]]) -> tuple[SkippedShown, ...]:
    c = view.campaign
    return _reasons(
        c.opted_out + view.progress.opted_out,
        c.duplicates,
        c.inactive,
        c.numberless,
        c.refused,
        tuple(refused),
    )


def _reasons(
    opted_out: int,
    duplicates: int,
    inactive: int,
    numberless: int,
    refused: int,
    named: tuple[tuple[str, str], ...],
) -> tuple[SkippedShown, ...]:
    """Who was passed over and why; what happened to nobody is left out."""
    rows = (
        SkippedShown("OptedOut", "They have opted out.", opted_out),
        SkippedShown("Duplicate", "They were named more than once, and are sent to once.", duplicates),
        SkippedShown("Unsubscribed", "They have the tag, but not by way of it.", inactive),
        SkippedShown("NoNumber", "They are contacts without a number.", numberless),
        SkippedShown(
            "Refused",
            " ".join(dict.fromkeys(why for _, why in named[:3])) or "They can't be sent to.",
            refused,
            tuple([address for address, _ in named]),
        ),
    )
    return tuple([row for row in rows if row.count])


def _date(at: datetime | None) -> str:
    return date(at) if at else ""
