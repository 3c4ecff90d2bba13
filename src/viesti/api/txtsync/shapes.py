"""The SMS object of TxtSync: 25 fields, names and types as its contract has them.

Rule: a field is always there and always of its type; what does not apply is 0, "" or false, because flows
parse strictly. Dates are ISO 8601 with 'Z'.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from viesti.domain.delivery_report import STATUS_CODES
from viesti.domain.failure import NUMBERS, Failure
from viesti.services.authenticate import Caller
from viesti.services.requests import Submitted, SubmittedRecipient

OUTBOUND = 0
NO_MONEY = Decimal(0)


class Sms(msgspec.Struct, frozen=True, rename="pascal"):
    """One message to one address, as TxtSync shows it."""

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


def sms_objects(submitted: Submitted, caller: Caller) -> Iterator[Sms]:
    """An SMS object for each recipient of a message that has just been accepted."""
    created = date(submitted.created_at)
    for recipient in submitted.recipients:
        yield Sms(
            from_number=submitted.sender,
            to_number=recipient.address,
            contact_id=0,
            direction=OUTBOUND,
            message=submitted.text,
            created_date=created,
            sms_id=recipient.id,
            segments=recipient.parts,
            delivered_date="",
            campaign_id=0,
            application_id=caller.application.id,
            application_name=caller.application.name,
            user_id=0,
            user_name="",
            contact_name="",
            profile_url="",
            link_details="[]",
            is_flagged=False,
            flagged_date="",
            flagged_description="",
            currency_code=submitted.currency or caller.customer.currency,
            cost_local=recipient.cost or NO_MONEY,
            cost_gbp=recipient.cost_gbp or NO_MONEY,
            error_code=_error_code(recipient),
            status=STATUS_CODES[recipient.status],
        )


def date(at: datetime) -> str:
    """A moment as TxtSync writes it, in milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _error_code(recipient: SubmittedRecipient) -> int:
    return NUMBERS[Failure(recipient.failure)] if recipient.failure else 0
