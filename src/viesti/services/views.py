"""What a customer is shown of his messages, as records that any face can print.

Rule: ids of channels and routes are shown as their keys; a callback's address is shown without its query,
which often holds a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from viesti.domain.delivery_report import STATUS_CODES
from viesti.domain.failure import SENTENCES, Failure
from viesti.domain.message import HeldReason, PartRow, Recipient
from viesti.domain.status import PartState, Status
from viesti.services.link_details import LinkDetail
from viesti.services.timeline import Step


@dataclass(frozen=True, slots=True)
class PartView:
    """One part as the carrier took it. `reference`: the carrier's id; `state`: what the last receipt said."""

    number: int
    of: int
    attempt: int
    channel: str
    reference: str
    sent_at: datetime
    state: str | None
    error: str | None
    carrier_time: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt as it came."""

    part: int
    channel: str
    reference: str
    state: str
    error: str
    carrier_time: datetime | None
    received_at: datetime
    raw: str


@dataclass(frozen=True, slots=True)
class CallbackView:
    """A call still owed."""

    id: int
    kind: str
    url: str
    attempts: int
    due_at: datetime
    parked_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class RecipientView:
    """One address of the message. `text`: what went out, None when it is the message's. `possible_duplicate`:
    sent again after an attempt without an answer. `links`: those that went out short."""

    id: int
    address: str
    text: str | None
    fell_back: bool  # it went on by SMS, as the message's fallback
    status: str
    code: int
    frozen: str | None  # why it is held back: balance, repeated, paused
    flagged_at: datetime | None
    flagged_why: str | None
    failure: str | None
    failure_sentence: str | None
    carrier_error: str | None
    attempt: int
    doubts: int
    possible_duplicate: bool
    channel: str | None
    route: str | None
    coding: str
    part_count: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]
    created_at: datetime
    sent_at: datetime | None
    carrier_time: datetime | None
    finished_at: datetime | None
    read_at: datetime | None
    parts: tuple[PartView, ...]
    receipts: tuple[ReceiptView, ...]
    callbacks: tuple[CallbackView, ...]
    links: tuple[LinkDetail, ...]


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message, its recipients (the first thousand at most) and its history. `user`: whose connection asked
    for it; `parent_id`: the inbound message that it answers; `content`: what else it is than its text;
    `fallback`: text and sender of the SMS that goes out instead."""

    id: int
    protocol: str
    sender: str
    text: str
    content: Any
    fallback: Mapping[str, str] | None
    created_at: datetime
    send_at: datetime | None
    service: str | None
    application: str | None
    user: str | None
    interface: str
    lane: str
    request_id: str | None
    customer_data: str | None
    quiet: bool
    parent_id: int | None
    thread_id: int | None
    campaign_id: int | None
    recipient_count: int
    part_count: int
    counts: Mapping[Status, int]  # how many recipients stand where; of the one that was asked for alone
    currency: str | None
    cost: Decimal | None  # of the recipients shown
    cost_gbp: Decimal | None
    recipients: tuple[RecipientView, ...]
    timeline: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RecentMessage:
    """One line of the list: a recipient with his message's sender and what it goes by."""

    id: int
    message_id: int
    sender: str
    address: str
    status: str
    code: int
    frozen: str | None
    flagged_why: str | None
    failure: str | None
    parts: int
    created_at: datetime
    finished_at: datetime | None
    protocol: str


@dataclass(frozen=True, slots=True)
class FileView:
    """A file that came with a message."""

    name: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class RecentInbound:
    """A message from a handset. `kind`: what it is, in the provider's word; an SMS is text."""

    id: int
    sender: str
    recipient: str
    text: str
    service: str | None
    keyword: str
    consent: str | None
    thread_id: int | None
    parts: int
    parts_missing: int
    received_at: datetime
    protocol: str
    kind: str
    attachments: tuple[FileView, ...]


def part_view(part: PartRow, channels: Mapping[int, str]) -> PartView:
    return PartView(
        number=part.number,
        of=part.total,
        attempt=part.attempt,
        channel=channels.get(part.channel_id, ""),
        reference=part.reference,
        sent_at=part.sent_at,
        state=None if part.state is None else PartState(part.state).name.lower(),
        error=part.error,
        carrier_time=part.done_at,
    )


def receipt_view(receipt: Mapping[str, Any], channels: Mapping[int, str]) -> ReceiptView:
    return ReceiptView(
        part=receipt["number"],
        channel=channels.get(receipt["channel_id"], ""),
        reference=receipt["reference"],
        state=PartState(receipt["state"]).name.lower(),
        error=receipt["error"],
        carrier_time=receipt["done_at"],
        received_at=receipt["received_at"],
        raw=receipt["raw"],
    )


def without_query(url: str) -> str:
    """The URL as it may be shown."""
    address, asked, _query = url.partition("?")
    return address + (asked and "?...")


def callback_view(callback: Mapping[str, Any]) -> CallbackView:
    return CallbackView(
        id=callback["id"],
        kind=callback["kind"],
        url=without_query(callback["url"]),
        attempts=callback["attempt"],
        due_at=callback["due_at"],
        parked_at=callback["parked_at"],
        last_error=callback["last_error"],
    )


def recipient_view(
    recipient: Recipient,
    channels: Mapping[int, str],
    routes: Mapping[int, str],
    parts: tuple[PartView, ...],
    receipts: tuple[ReceiptView, ...],
    callbacks: tuple[CallbackView, ...],
    frozen: HeldReason | None,
    text: str | None,
    links: tuple[LinkDetail, ...],
) -> RecipientView:
    failure = Failure(recipient.failure) if recipient.failure else None
    return RecipientView(
        id=recipient.id,
        address=recipient.address,
        text=text,
        fell_back=recipient.fell_back_after is not None,
        status=recipient.status.word,
        code=STATUS_CODES[recipient.status],
        frozen=frozen.value if frozen else None,
        flagged_at=recipient.flagged_at,
        flagged_why=recipient.flagged_why,
        failure=failure.value if failure else None,
        failure_sentence=SENTENCES[failure] if failure else None,
        carrier_error=recipient.carrier_error,
        attempt=recipient.attempt,
        doubts=recipient.doubts,
        possible_duplicate=recipient.doubts > 0 and recipient.attempt > 1,
        channel=channels.get(recipient.channel_id) if recipient.channel_id else None,
        route=routes.get(recipient.route_id) if recipient.route_id else None,
        coding=recipient.coding,
        part_count=recipient.parts,
        cost=recipient.cost,
        cost_gbp=recipient.cost_gbp,
        warnings=recipient.warnings or (),
        created_at=recipient.created_at,
        sent_at=recipient.sent_at,
        carrier_time=recipient.carrier_at,
        finished_at=recipient.finished_at,
        read_at=recipient.read_at,
        parts=parts,
        receipts=receipts,
        callbacks=callbacks,
        links=links,
    )


def recent_message(row: Mapping[str, Any]) -> RecentMessage:
    status = Status(row["status"])
    values = {
        name: row[name] for name in RecentMessage.__dataclass_fields__ if name not in ("status", "code")
    }
    return RecentMessage(status=status.word, code=STATUS_CODES[status], **values)


def recent_inbound(row: Mapping[str, Any], services: Mapping[int, str]) -> RecentInbound:
    return RecentInbound(
        id=row["id"],
        sender=row["source"],
        recipient=row["destination"],
        text=row["text"],
        service=services.get(row["service_id"]) if row["service_id"] else None,
        keyword=row["keyword"],
        consent=row["consent"],
        thread_id=row["thread_id"],
        parts=row["parts"],
        parts_missing=row["parts_missing"],
        received_at=row["received_at"],
        protocol=row["protocol"],
        kind=row["kind"],
        attachments=tuple(FileView(each["name"], each["mime_type"]) for each in row["attachments"] or ()),
    )
