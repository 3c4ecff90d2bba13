"""Messages, recipients and what is known of them, as records.

Rule: these are facts as stored; nothing here decides. Times are UTC, money is Decimal, ids are below 2^53.
Those made for every message go to the store as they are, so they are tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from viesti.domain.channel import Attached
from viesti.domain.status import Status


class Protocol(StrEnum):
    """What a message goes by; the value is stored."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


class Message(NamedTuple):
    """What a caller asked to send, as accepted."""

    id: int
    bucket: int
    customer_id: int
    application_id: int | None
    service_id: int | None
    dialect: str
    sender: str
    sender_kind: str
    text: str
    lane: int
    shift_tables: tuple[str, ...]
    validity_seconds: int | None
    send_at: datetime | None
    recipient_count: int
    part_count: int
    currency: str | None
    dlr_url: str | None
    report_all: bool
    customer_data: str | None
    request_id: str | None
    parent_id: int | None
    quiet: bool
    extras: Mapping[str, Any] | None
    created_at: datetime
    user_id: int | None = None  # whose connection asked for it
    thread_id: int | None = None
    campaign_id: int | None = None
    link_base: str | None = None  # what short links of the text begin with; None: its links are not followed
    links_until: datetime | None = None  # when they end
    link_rule: int | None = None  # by which links are found in the text
    protocol: str = Protocol.SMS
    content: bytes | None = None  # what else a WhatsApp message is than its text, as JSON
    # The SMS that goes out instead: `text`, `sender`, its `kind`, and `advertisement` when it is one.
    fallback: Mapping[str, str] | None = None


class Recipient(NamedTuple):
    """One address of a message."""

    id: int
    bucket: int
    message_id: int
    customer_id: int
    address: str
    address_kind: str
    text: str | None  # None: the message's
    coding: str
    parts: int
    status: Status
    failure: str | None
    carrier_error: str | None
    channel_id: int | None
    route_id: int | None
    attempt: int
    doubts: int
    reports: bool
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...] | None
    created_at: datetime
    sent_at: datetime | None = None
    carrier_at: datetime | None = None
    finished_at: datetime | None = None
    flagged_at: datetime | None = None
    flagged_why: str | None = None
    read_at: datetime | None = None
    fell_back_after: int | None = None  # attempts by WhatsApp, when it went on by SMS


class Queued(NamedTuple):
    """A row of the outbox: a recipient waiting for a channel."""

    id: int
    bucket: int
    channel_id: int
    lane: int
    tag: int
    parts: int
    due_at: datetime | None
    campaign_id: int | None = None


class FallbackDue(NamedTuple):
    """Until when WhatsApp has for a recipient, before an SMS goes out instead."""

    recipient_id: int
    bucket: int
    due_at: datetime


class HeldReason(StrEnum):
    """Why an accepted recipient is held back; the value is stored."""

    BALANCE = "balance"  # the customer's cap does not cover it
    REPEATED = "repeated"  # the same text to the same person too often: perhaps a loop
    PAUSED = "paused"  # its campaign is


HELD_SENTENCES: Mapping[HeldReason, str] = {
    HeldReason.BALANCE: "The customer's balance does not cover it.",
    HeldReason.REPEATED: "The same text went to it too often; it may be a loop.",
    HeldReason.PAUSED: "Its campaign is paused.",
}


class Held(NamedTuple):
    """A recipient that is frozen, with what it takes to queue it."""

    id: int
    bucket: int
    customer_id: int
    reason: HeldReason
    channel_id: int
    lane: int
    parts: int
    cost: Decimal | None  # not taken from the balance yet
    due_at: datetime | None
    since: datetime
    campaign_id: int | None = None


class PartRow(NamedTuple):
    """A part the carrier took."""

    recipient_id: int
    bucket: int
    attempt: int
    number: int
    total: int
    channel_id: int
    reference: str
    sent_at: datetime
    state: int | None = None
    error: str | None = None
    done_at: datetime | None = None


class StatusChange(NamedTuple):
    """A recipient's move to a higher status."""

    recipient_id: int
    status: Status
    failure: str | None
    carrier_error: str | None
    carrier_at: datetime | None
    at: datetime
    attempt: int | None = None  # None: what is stored stands


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a recipient or an inbound message, for its timeline."""

    subject_id: int
    at: datetime
    kind: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a handset, whole, with the service it was found to be for."""

    id: int
    bucket: int
    customer_id: int | None
    service_id: int | None
    channel_id: int
    source: str
    source_kind: str
    destination: str
    text: str
    payload: bytes | None
    parts: int
    parts_missing: int
    keyword: str
    consent: str | None
    thread_id: int | None
    received_at: datetime
    protocol: str = Protocol.SMS
    reference: str | None = None  # the provider's id of it
    kind: str = "text"  # the provider's word
    attachments: tuple[Attached, ...] = ()
    details: Mapping[str, Any] | None = None  # what else it is: a button's payload, what it answers


@dataclass(frozen=True, slots=True)
class Callback:
    """An HTTP call owed to a customer."""

    id: int
    bucket: int
    customer_id: int
    subject_id: int
    kind: str  # delivery_report, inbound, http_request
    method: str  # GET, POST
    url: str = field(repr=False)  # it may hold a secret
    body: str = field(repr=False)  # '' for a GET
    due_at: datetime
    created_at: datetime
    attempt: int = 0
    subscription_id: int | None = None  # then `url` is sealed
    apart: bool = False  # waits for no other of its subject
