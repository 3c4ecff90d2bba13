"""Messages, recipients, parts, events and request ids.

Rule: a recipient's status is only written by statements that compare it with what is there (`status <`,
`greatest`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from viesti.domain.message import Event, Message, PartRow, Protocol, Recipient, StatusChange
from viesti.domain.status import Status
from viesti.storage.database import Connection
from viesti.storage.ids import bucket_of
from viesti.storage.money import as_money
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("messages")
_PART = PartRow._fields
_PART_AS_SENT = _PART.index("state")


class ToSend(NamedTuple):
    """What a channel needs of a recipient."""

    id: int
    message_id: int
    address: str
    address_kind: str
    text: str | None
    doubts: int
    channel_id: int
    created_at: datetime
    parts: int  # as they were counted
    fell_back_after: int | None = None  # attempts by WhatsApp, when it goes on by SMS


class MessageToSend(NamedTuple):
    """What a channel needs of a message."""

    id: int
    sender: str
    sender_kind: str
    text: str
    shift_tables: Sequence[str]
    validity_seconds: int | None
    service_id: int | None
    customer_id: int
    send_at: datetime | None
    report_all: bool
    link_base: str | None = None
    link_rule: int | None = None
    protocol: str = Protocol.SMS
    content: str | None = None  # JSON
    fallback: Mapping[str, str] | None = None


class Moved(NamedTuple):
    """A recipient that moved to a higher status, and whether a report is owed for it. `was`: the status
    before, read only of those that fail. `told`: the customer may have a subscription to it."""

    id: int
    bucket: int
    message_id: int
    customer_id: int
    address: str
    status: int
    failure: str | None
    carrier_error: str | None
    reports: bool
    was: int | None = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class ReportTarget:
    """Where a message's delivery reports go."""

    id: int
    dialect: str
    dlr_url: str
    report_all: bool
    customer_data: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recipient stands."""

    id: int
    status: int
    sent_at: datetime | None
    created_at: datetime


class StandsAt(NamedTuple):
    """Where a recipient stands, and whether he goes on by SMS."""

    id: int
    status: Status
    fell_back: bool


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A request id as an application gave it."""

    application_id: int
    bucket: int
    request_id: str
    body_hash: bytes
    message_id: int
    created_at: datetime


class Messages:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_parts(self, parts: Sequence[PartRow]) -> None:
        if parts:
            await self._connection.copy_records_to_table("parts", records=parts, columns=_PART)

    async def add_late_parts(self, parts: Sequence[PartRow]) -> set[tuple[int, int, int]]:
        """Add parts that may be known already; gives `(recipient id, attempt, number)` of those that were
        not."""
        if not parts:
            return set()
        columns = list(zip(*parts, strict=True))[:_PART_AS_SENT]
        added = await self._connection.fetch(SQL["add_late_parts"], *columns)
        return {(row["recipient_id"], row["attempt"], row["number"]) for row in added}

    async def add_events(self, events: Sequence[Event]) -> None:
        if events:
            records = [
                (e.subject_id, bucket_of(e.subject_id), e.at, e.kind, _storable(e.detail)) for e in events
            ]
            columns = ("subject_id", "bucket", "at", "kind", "detail")
            await self._connection.copy_records_to_table("events", records=records, columns=columns)

    async def load_recipients(self, ids: Sequence[int]) -> list[ToSend]:
        return [ToSend._make(row) for row in await self._connection.fetch(SQL["load_recipients"], ids)]

    async def load_messages(self, ids: Sequence[int]) -> dict[int, MessageToSend]:
        rows = await self._connection.fetch(SQL["load_messages"], ids)
        return {row["id"]: MessageToSend._make(row) for row in rows}

    async def parts_done(self, recipients: Sequence[ToSend]) -> dict[int, set[int]]:
        """Parts that the carrier took already, by recipient; not what WhatsApp took of who went on by SMS."""
        given_up = {one.id: one.fell_back_after for one in recipients if one.fell_back_after}
        done: dict[int, set[int]] = {}
        for row in await self._connection.fetch(SQL["parts_done"], [one.id for one in recipients]):
            if row["attempt"] > given_up.get(row["recipient_id"], 0):
                done.setdefault(row["recipient_id"], set()).add(row["number"])
        return done

    async def mark_sent(self, rows: Sequence[tuple[int, datetime, int]], channel_id: int) -> set[int]:
        """`(recipient id, time, attempt)` of recipients the carrier took whole; gives those that
        became `sent` by it."""
        if not rows:
            return set()
        found = await self._connection.fetch(SQL["mark_sent"], *_columns(rows), channel_id)
        return {row["id"] for row in found if row["was"] < Status.SENT == row["status"]}

    async def mark_doubt(self, rows: Sequence[tuple[int, int, bool]], at: datetime) -> None:
        """`(recipient id, attempt, held)` of attempts that ended without an answer then."""
        if rows:
            await self._connection.execute(SQL["mark_doubt"], *_columns(rows), at)

    async def mark_route(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """`(recipient id, channel id, route id)` of recipients that go another way."""
        if rows:
            await self._connection.execute(SQL["mark_route"], *_columns(rows))

    async def mark_queued(self, ids: Sequence[int]) -> None:
        await self._connection.execute(SQL["mark_queued"], ids)

    async def advance(self, changes: Sequence[StatusChange]) -> list[Moved]:
        """Write status changes; gives those that did move."""
        if not changes:
            return []
        rows = [
            (
                c.recipient_id,
                c.status,
                c.failure,
                storable(c.carrier_error) if c.carrier_error else None,
                c.carrier_at,
                c.at,
                c.attempt,
            )
            for c in changes
        ]
        return [Moved._make(row) for row in await self._connection.fetch(SQL["advance"], *_columns(rows))]

    async def report_targets(self, message_ids: Sequence[int]) -> dict[int, ReportTarget]:
        rows = await self._connection.fetch(SQL["report_targets"], message_ids)
        return {row["id"]: ReportTarget(*row) for row in rows}

    async def cursor(self, name: str) -> int:
        """How far the named duty has come; locked until the transaction ends."""
        return int(await self._connection.fetchval(SQL["cursor"], name))

    async def move_cursor(self, name: str, position: int) -> None:
        await self._connection.execute(SQL["move_cursor"], name, position)

    async def walk(self, after_id: int, limit: int) -> list[Standing]:
        """The next recipients after an id."""
        return [Standing(*row) for row in await self._connection.fetch(SQL["walk"], after_id, limit)]

    async def standing(self, ids: Sequence[int]) -> list[Standing]:
        return [Standing(*row) for row in await self._connection.fetch(SQL["standing"], ids)]

    async def watch(self, rows: Sequence[tuple[int, datetime]]) -> None:
        """Look at `(recipient id, time)` again at that time."""
        if rows:
            ids, times = zip(*rows, strict=True)
            await self._connection.execute(SQL["watch"], ids, [bucket_of(i) for i in ids], times)

    async def take_watched(self, now: datetime, limit: int) -> list[int]:
        rows = await self._connection.fetch(SQL["take_watched"], now, limit)
        return [row["recipient_id"] for row in rows]

    async def message(self, message_id: int, customer_id: int | None) -> Message | None:
        """A customer's message; any customer's when `customer_id` is None (the operator's view)."""
        row = (
            await self._connection.fetchrow(SQL["message_anyone"], message_id)
            if customer_id is None
            else await self._connection.fetchrow(SQL["message"], message_id, customer_id)
        )
        return _message(row) if row else None

    async def owner(self, identifier: int) -> int | None:
        """The customer whose message or recipient this is."""
        owner: int | None = await self._connection.fetchval(SQL["owner"], identifier)
        return owner

    async def recipient(self, recipient_id: int, customer_id: int) -> Recipient | None:
        row = await self._connection.fetchrow(SQL["recipient"], recipient_id, customer_id)
        return _recipient(row) if row else None

    async def recipients_of(self, message_id: int, limit: int) -> list[Recipient]:
        return [
            _recipient(row) for row in await self._connection.fetch(SQL["recipients_of"], message_id, limit)
        ]

    async def standings(self, message_id: int) -> dict[Status, int]:
        """How many recipients of a message stand where."""
        rows = await self._connection.fetch(SQL["standings"], message_id)
        return {Status(row["status"]): row["recipients"] for row in rows}

    async def of_message(self, message_id: int, recipient_id: int | None = None) -> list[StandsAt]:
        """Where the recipients of a message stand, or the one that is named."""
        rows = await self._connection.fetch(SQL["of_message"], message_id, recipient_id)
        return [StandsAt(row["id"], Status(row["status"]), row["fell_back"]) for row in rows]

    async def put_off(self, message_id: int, send_at: datetime) -> datetime | None:
        """Send a message at another time; gives the time before (None: at once)."""
        before: datetime | None = await self._connection.fetchval(SQL["put_off"], message_id, send_at)
        return before

    async def parts_of(self, recipient_ids: Sequence[int]) -> list[PartRow]:
        return [PartRow(**row) for row in await self._connection.fetch(SQL["recipient_parts"], recipient_ids)]

    async def receipts_of(self, recipient_ids: Sequence[int]) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["recipient_receipts"], recipient_ids)]

    async def events_of(self, subject_ids: Sequence[int]) -> list[Event]:
        return [Event(*row) for row in await self._connection.fetch(SQL["events_of"], subject_ids)]

    async def route_keys(self, route_ids: Sequence[int]) -> dict[int, str]:
        """Keys of routes by id; a route that is gone has none."""
        return {row["id"]: row["key"] for row in await self._connection.fetch(SQL["route_keys"], route_ids)}

    async def recent(self, customer_id: int | None, before: int, limit: int) -> list[dict[str, Any]]:
        """The newest of a customer; of all when `customer_id` is None (the operator's view)."""
        rows = (
            await self._connection.fetch(SQL["recent_of_all"], before, limit)
            if customer_id is None
            else await self._connection.fetch(SQL["recent"], customer_id, before, limit)
        )
        return [dict(row) for row in rows]

    async def remember_requests(self, keys: Sequence[RequestKey]) -> set[tuple[int, str]]:
        """Write request ids; gives those that are new as (application id, request id)."""
        columns = zip(
            *(
                (k.application_id, k.bucket, k.request_id, k.body_hash, k.message_id, k.created_at)
                for k in keys
            ),
            strict=True,
        )
        rows = await self._connection.fetch(SQL["remember_requests"], *columns)
        return {(row["application_id"], row["request_id"]) for row in rows}

    async def forget_requests(self, before: datetime, limit: int) -> int:
        return int((await self._connection.execute(SQL["forget_requests"], before, limit)).split()[-1])


def _storable(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in detail.items()}


def _columns(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The columns of rows that begin with an id, in its order: one order everywhere keeps updates from
    deadlocking."""
    return zip(*sorted(rows, key=itemgetter(0)), strict=True)


def _message(row: Any) -> Message:
    values = dict(row)
    values["shift_tables"] = tuple(values["shift_tables"])
    values["content"] = values["content"].encode() if values["content"] else None
    return Message(**values)


def _recipient(row: Any) -> Recipient:
    values = dict(row)
    values["status"] = Status(values["status"])
    values["warnings"] = tuple(values["warnings"]) if values["warnings"] else None
    values["cost"] = as_money(values["cost"])
    values["cost_gbp"] = as_money(values["cost_gbp"])
    return Recipient(**values)
