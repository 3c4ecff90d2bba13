"""What the operations of the slice read and write.

Rule: a field that is written has its name on the wire, and one without a value is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from viesti.api.paging import DEFAULT_LIMIT


class OneAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A message by its id or that of one of its recipients."""

    id: int
    customer: str = ""


class RescheduleAsked(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    send_at: datetime
    customer: str = ""


class ListAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of messages is narrowed by."""

    status: str = ""
    recipient: str = ""
    sender: str = ""
    text: str = ""
    tag: str = ""
    campaign_id: int | None = None
    request_id: str = ""
    customer_data: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str = ""
    customer: str = ""


class InboundAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a list of messages that came in is narrowed by."""

    service: str = ""
    sender: str = ""
    keyword: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str = ""
    customer: str = ""


class _Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What is written."""


class PartShown(_Shown, frozen=True, kw_only=True):
    number: int
    of: int
    attempt: int
    channel: str
    reference: str
    sent_at: datetime
    state: str | None = None
    carrier_error: str | None = None
    carrier_time: datetime | None = None


class LinkShown(_Shown, frozen=True, kw_only=True):
    url: str
    short_url: str
    clicks: int
    persons: int
    machines: int
    first_at: datetime | None = None
    last_at: datetime | None = None


class CallbackShown(_Shown, frozen=True, kw_only=True):
    id: int
    kind: str
    url: str
    attempts: int
    due_at: datetime
    parked_at: datetime | None = None
    last_error: str | None = None


class RecipientShown(_Shown, frozen=True, kw_only=True):
    id: int
    address: str
    status: str
    status_text: str
    finished: bool
    failure: str | None = None
    failure_text: str | None = None
    carrier_error: str | None = None
    held_for: str | None = None
    flagged_at: datetime | None = None
    flagged_why: str | None = None
    attempts: int
    possible_duplicate: bool
    fell_back: bool
    channel: str | None = None
    route: str | None = None
    coding: str
    part_count: int
    cost: Decimal | None = None
    cost_gbp: Decimal | None = None
    text: str | None = None
    warnings: tuple[str, ...]
    created_at: datetime
    sent_at: datetime | None = None
    carrier_time: datetime | None = None
    finished_at: datetime | None = None
    read_at: datetime | None = None
    parts: tuple[PartShown, ...]
    links: tuple[LinkShown, ...]
    callbacks: tuple[CallbackShown, ...]


class CountShown(_Shown, frozen=True, kw_only=True):
    status: str
    recipients: int


class FallbackShown(_Shown, frozen=True, kw_only=True):
    sender: str
    text: str


class MessageShown(_Shown, frozen=True, kw_only=True):
    id: int
    summary: str
    finished: bool
    counts: tuple[CountShown, ...]
    protocol: str
    sender: str
    text: str
    content_type: str | None = None
    fallback: FallbackShown | None = None
    created_at: datetime
    send_at: datetime | None = None
    service: str | None = None
    application: str | None = None
    user: str | None = None
    interface: str
    lane: str
    request_id: str | None = None
    customer_data: str | None = None
    parent_id: int | None = None
    thread_id: int | None = None
    campaign_id: int | None = None
    recipient_count: int
    part_count: int
    currency: str | None = None
    cost: Decimal | None = None
    cost_gbp: Decimal | None = None
    recipients: tuple[RecipientShown, ...]


class StepShown(_Shown, frozen=True, kw_only=True):
    at: datetime
    kind: str
    text: str
    recipient_id: int | None = None
    details: Mapping[str, Any]


class TimelineShown(_Shown, frozen=True, kw_only=True):
    id: int
    finished: bool
    steps: tuple[StepShown, ...]


class RowShown(_Shown, frozen=True, kw_only=True):
    """A recipient with what is told of his message."""

    id: int
    message_id: int
    protocol: str
    sender: str
    address: str
    text: str
    status: str
    status_text: str
    finished: bool
    failure: str | None = None
    held_for: str | None = None
    flagged_why: str | None = None
    part_count: int
    cost: Decimal | None = None
    currency: str | None = None
    campaign_id: int | None = None
    request_id: str | None = None
    customer_data: str | None = None
    created_at: datetime
    sent_at: datetime | None = None
    finished_at: datetime | None = None


class MessagesShown(_Shown, frozen=True, kw_only=True):
    messages: tuple[RowShown, ...]
    next: str | None = None


class FileShown(_Shown, frozen=True, kw_only=True):
    name: str
    mime_type: str


class InboundShown(_Shown, frozen=True, kw_only=True):
    id: int
    protocol: str
    kind: str
    sender: str
    recipient: str
    text: str
    service: str | None = None
    keyword: str
    consent: str | None = None
    thread_id: int | None = None
    part_count: int
    parts_missing: int
    received_at: datetime
    attachments: tuple[FileShown, ...]


class InboundsShown(_Shown, frozen=True, kw_only=True):
    messages: tuple[InboundShown, ...]
    next: str | None = None


class CancelledShown(_Shown, frozen=True, kw_only=True):
    id: int
    cancelled: int
    already_cancelled: int
    not_cancelled: int


class RescheduledShown(_Shown, frozen=True, kw_only=True):
    id: int
    send_at: datetime
    rescheduled: int
    not_rescheduled: int
