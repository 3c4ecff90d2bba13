"""Inbound messages: parts as they came, and whole messages.

Rule: a part is stored before it is acknowledged, and leaves `inbound_parts` in the transaction that writes
its message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from viesti.domain.channel import Attached, InboundPart
from viesti.domain.message import Inbound
from viesti.storage.database import Connection
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("inbound")
_INBOUND = tuple(Inbound.__dataclass_fields__)
_INBOUND_ROW = attrgetter(*_INBOUND)
_ATTACHMENTS = _INBOUND.index("attachments")
_PART = (
    "id",
    "bucket",
    "channel_id",
    "source",
    "source_kind",
    "destination",
    "text",
    "payload",
    "reference",
    "total",
    "number",
    "received_at",
    "protocol",
    "message_reference",
    "kind",
    "attachments",
    "details",
)


class StoredPart(NamedTuple):
    """A stored inbound part; `reference`, `total` and `number` are None when it is a whole message."""

    id: int
    bucket: int
    channel_id: int
    source: str
    source_kind: str
    destination: str
    text: str
    payload: bytes | None
    reference: int | None
    total: int | None
    number: int | None
    received_at: datetime
    protocol: str
    message_reference: str | None
    kind: str
    attachments: tuple[Attached, ...]
    details: Mapping[str, Any] | None


_ARRIVAL = attrgetter("received_at", "id")


class Inbounds:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add_parts(self, rows: Sequence[tuple[int, int, InboundPart]]) -> None:
        """`(id, bucket, part)` as they came."""
        records = []
        for identifier, bucket, p in rows:
            c = p.concatenation
            whole = (c.reference, c.total, c.number) if c else (None, None, None)
            records.append(
                (
                    identifier,
                    bucket,
                    p.channel_id,
                    storable(p.source),
                    str(p.source_kind),
                    storable(p.destination),
                    storable(p.text),
                    p.payload,
                    *whole,
                    p.received_at,
                    p.protocol,
                    p.message_reference,
                    p.kind,
                    p.attachments or None,
                    p.details,
                )
            )
        await self._connection.copy_records_to_table("inbound_parts", records=records, columns=_PART)

    async def take_parts(self, limit: int, incomplete_before: datetime) -> list[StoredPart]:
        """Take the parts of up to `limit` messages that are whole, or have waited too long for the rest; in
        the order they came."""
        rows = await self._connection.fetch(SQL["take_parts"], limit, incomplete_before)
        return sorted(map(_part, rows), key=_ARRIVAL)

    async def add(self, messages: Sequence[Inbound]) -> None:
        await self._connection.copy_records_to_table(
            "inbound_messages", records=map(_record, messages), columns=_INBOUND
        )

    async def count_answer(
        self, service_id: int, bucket: int, address: str, now: datetime, since: datetime
    ) -> int:
        """Count an automatic answer; gives how many went to the address since then, with this one."""
        return int(
            await self._connection.fetchval(SQL["count_answer"], service_id, bucket, address, now, since)
        )

    async def forget_answers(self, before: datetime, limit: int) -> int:
        return int((await self._connection.execute(SQL["forget_answers"], before, limit)).split()[-1])

    async def message(self, message_id: int, customer_id: int) -> Inbound | None:
        row = await self._connection.fetchrow(SQL["message"], message_id, customer_id)
        return Inbound(**{**row, "attachments": _attached(row["attachments"])}) if row else None

    async def payload(self, message_id: int) -> bytes | None:
        """The octets of a message that is not text; None: there is no such message."""
        octets: bytes | None = await self._connection.fetchval(SQL["payload"], message_id)
        return octets

    async def recent(self, customer_id: int | None, before: int, limit: int) -> list[dict[str, Any]]:
        """The newest of a customer; of all when `customer_id` is None (the operator's view)."""
        rows = (
            await self._connection.fetch(SQL["recent_of_all"], before, limit)
            if customer_id is None
            else await self._connection.fetch(SQL["recent"], customer_id, before, limit)
        )
        return [dict(row) for row in rows]


def _part(row: Any) -> StoredPart:
    return StoredPart._make(row)._replace(attachments=_attached(row["attachments"]))


def _record(message: Inbound) -> tuple[Any, ...]:
    row = _INBOUND_ROW(message)
    return row if message.attachments else (*row[:_ATTACHMENTS], None, *row[_ATTACHMENTS + 1 :])


def _attached(stored: Iterable[Mapping[str, str]] | None) -> tuple[Attached, ...]:
    return tuple(Attached(**each) for each in stored) if stored else ()
