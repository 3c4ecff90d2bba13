"""The SMS object of TxtSync: 25 fields, names and types as its contract has them.

Rule: each of the 25 is always there and always of its type; what does not apply is 0, "" or false, because
flows parse strictly. Dates are ISO 8601 with 'Z'.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from viesti.api.answer import encode
from viesti.api.txtsync.numbering import INBOUND, OUTBOUND, RECEIVED
from viesti.domain.contact import full_name
from viesti.domain.delivery_report import STATUS_CODES
from viesti.domain.failure import NUMBERS
from viesti.services.link_details import LinkDetail
from viesti.services.sms.seen import SmsSeen

NO_MONEY = Decimal(0)
NO_LINKS = "[]"
PROFILES = "/console/contacts/"


class Sms(msgspec.Struct, frozen=True, rename="pascal"):
    """One message to or from one address, as TxtSync shows it."""

    from_number: str
    to_number: str
    contact_id: int = msgspec.field(name="ContactID")
    direction: int
    message: str
    created_date: str
    sms_id: int = msgspec.field(name="SMSID")
    segments: int
    delivered_date: str
    campaign_id: int = msgspec.field(name="CampaignID")
    application_id: int = msgspec.field(name="ApplicationID")
    application_name: str
    user_id: int = msgspec.field(name="UserID")
    user_name: str
    contact_name: str
    profile_url: str = msgspec.field(name="ProfileURL")
    link_details: str  # JSON in a string
    is_flagged: bool
    flagged_date: str
    flagged_description: str
    currency_code: str
    cost_local: Decimal
    cost_gbp: Decimal = msgspec.field(name="CostGBP")
    error_code: int
    status: int
    warnings: tuple[str, ...] | UnsetType = UNSET  # ours; not there when there are none


class LinkShown(msgspec.Struct, frozen=True, rename="pascal"):
    """One link of an SMS, in the JSON of LinkDetails."""

    url: str
    short_url: str
    total_clicks: int  # all, those of machines too
    total_distinct_clicks: int  # 1 when a person followed it
    person_clicks: int
    machine_clicks: int
    first_click_date: str
    last_click_date: str


def sms_object(seen: SmsSeen, base_url: str) -> Sms:
    """An SMS. `base_url`: where people reach the pages of contacts."""
    contact = seen.contact
    return Sms(
        from_number=seen.source,
        to_number=seen.destination,
        contact_id=contact.id if contact else 0,
        direction=INBOUND if seen.status is None else OUTBOUND,
        message=seen.text,
        created_date=date(seen.created_at),
        sms_id=seen.id,
        segments=seen.parts,
        delivered_date=date(seen.delivered_at) if seen.delivered_at else "",
        campaign_id=seen.campaign_id or 0,
        application_id=seen.application_id or 0,
        application_name=seen.application_name,
        user_id=seen.user_id or 0,
        user_name=seen.user_name,
        contact_name=full_name(contact.first_name, contact.last_name, contact.name) if contact else "",
        profile_url=profile_url(base_url, contact.id) if contact else "",
        link_details=encode(links_shown(seen.links)).decode() if seen.links else NO_LINKS,
        is_flagged=seen.flagged_at is not None,
        flagged_date=date(seen.flagged_at) if seen.flagged_at else "",
        flagged_description=seen.flagged_why,
        currency_code=seen.currency,
        cost_local=seen.cost or NO_MONEY,
        cost_gbp=seen.cost_gbp or NO_MONEY,
        error_code=NUMBERS[seen.failure] if seen.failure else 0,
        status=RECEIVED if seen.status is None else STATUS_CODES[seen.status],
        warnings=seen.warnings or UNSET,
    )


def links_shown(links: tuple[LinkDetail, ...]) -> list[LinkShown]:
    """Links and what became of them."""
    return [
        LinkShown(
            url=link.url,
            short_url=link.short_url,
            total_clicks=link.clicks,
            total_distinct_clicks=link.distinct,
            person_clicks=link.persons,
            machine_clicks=link.machines,
            first_click_date=date(link.first_at) if link.first_at else "",
            last_click_date=date(link.last_at) if link.last_at else "",
        )
        for link in links
    ]


def profile_url(base_url: str, contact_id: int) -> str:
    """A contact's page."""
    return f"{base_url}{PROFILES}{contact_id}"


def date(at: datetime) -> str:
    """A moment as TxtSync writes it, in milliseconds."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds")[:-6] + "Z"  # "+00:00" before
