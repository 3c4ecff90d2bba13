"""What triggers of the native API tell: flat objects, one of each event.

Rule: a member without a value is left out. `eventId` is of the event and not of the call: the same for each
subscription and in each try. The declarations of the triggers are held against these.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from viesti.domain.contact import Contact, KnownContact, full_name
from viesti.domain.time_text import time_text

DELIVERY_REPORT = "deliveryReport"
INVALID_RECIPIENT = "invalidRecipient"
OPT_OUT, OPT_IN = "optOut", "optIn"
KEYWORD_RECEIVED = "keywordReceived"
LINK_CLICK = "linkClick"
VISITORS = PERSON, MACHINE = ("person", "machine")


class _Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What every event tells."""

    event_id: str
    event: str
    at: str


class _Person(_Told, frozen=True, kw_only=True):
    number: str
    contact_id: int = 0
    contact_name: str = ""
    contact_reference: str = ""


class _OfRecipient(_Person, frozen=True, kw_only=True):
    message_id: int
    recipient_id: int
    protocol: str
    sender: str
    service: str = ""
    campaign_id: int = 0
    campaign: str = ""
    customer_data: str = ""
    request_id: str = ""


class ReportTold(_OfRecipient, frozen=True, kw_only=True):
    status: str
    failure: str = ""
    failure_text: str = ""
    carrier_error: str = ""
    text: str
    part_count: int
    cost: float | None = None
    currency: str = ""
    created_at: str
    sent_at: str = ""


class InvalidTold(_OfRecipient, frozen=True, kw_only=True):
    failure: str
    failure_text: str
    carrier_error: str = ""


class ClickTold(_OfRecipient, frozen=True, kw_only=True):
    link: str
    visitor: str
    reason: str = ""
    first: bool


class ConsentTold(_Person, frozen=True, kw_only=True):
    scope: str
    how: str
    words: str = ""
    sender: str = ""
    message_id: int = 0


class KeywordTold(_Person, frozen=True, kw_only=True):
    message_id: int
    recipient: str
    text: str
    protocol: str
    service: str
    keyword: str = ""
    consent: str = ""
    payload: str = ""
    attachment_name: str = ""
    attachment_type: str = ""
    attachment_url: str = ""


def body(told: _Told) -> str:
    """It, as it is sent."""
    return msgspec.json.encode(told).decode()


def person(contact: Contact | KnownContact | None) -> dict[str, Any]:
    """The members about a contact, none for nobody."""
    if contact is None:
        return {}
    return {
        "contact_id": contact.id,
        "contact_name": full_name(contact.first_name, contact.last_name, contact.name),
        "contact_reference": contact.external_reference or "",
    }


def money(amount: Decimal | None) -> float | None:
    """An amount as the number that JSON has for it."""
    return None if amount is None else float(amount)


def moment(at: datetime | None) -> str:
    """A time as text, '' for none."""
    return time_text(at) if at else ""
