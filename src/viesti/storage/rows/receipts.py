"""Receipts, and the parts they speak of.

Rule: a receipt is in exactly one place: `receipts` when it found its part, `waiting_receipts` until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from viesti.domain.channel import CarrierReceipt
from viesti.domain.status import PartState
from viesti.storage.database import Connection
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("receipts")
_PART_KEY = itemgetter(0, 1, 2)  # one order everywhere keeps updates from deadlocking
_WAITING = (
    "id",
    "bucket",
    "channel_id",
    "reference",
    "alternatives",
    "state",
    "error",
    "done_at",
    "received_at",
    "source",
    "destination",
    "raw",
)
_RECEIPT = (
    "recipient_id",
    "bucket",
    "number",
    "channel_id",
    "reference",
    "state",
    "error",
    "done_at",
    "received_at",
    "raw",
)


@dataclass(frozen=True, slots=True)
class FoundPart:
    """A part that a reference names."""

    recipient_id: int
    bucket: int
    attempt: int
    number: int
    total: int
    reference: str
    state: int | None


@dataclass(frozen=True, slots=True)
class MatchedReceipt:
    """A receipt with the part it is for."""

    part: FoundPart
    receipt: CarrierReceipt


class Receipts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find_parts(self, references: Sequence[str], channel_id: int, oldest_id: int) -> list[FoundPart]:
        wanted = [storable(reference) for reference in references]
        rows = await self._connection.fetch(SQL["find_parts"], wanted, channel_id, oldest_id)
        return [FoundPart(*row) for row in rows]

    async def update_parts(self, rows: Sequence[tuple[int, int, int, int, str, datetime | None]]) -> None:
        """`(recipient id, attempt, number, state, error, done at)`."""
        ids, attempts, numbers, states, errors, done = zip(*sorted(rows, key=_PART_KEY), strict=True)
        told = [storable(error) for error in errors]
        await self._connection.execute(SQL["update_parts"], ids, attempts, numbers, states, told, done)

    async def lock_recipients(self, ids: Sequence[int]) -> None:
        """Keep others from settling these until the transaction ends."""
        if ids:
            await self._connection.execute(SQL["lock_recipients"], ids)

    async def part_states(self, recipient_ids: Sequence[int]) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["part_states"], recipient_ids)]

    async def add(self, matched: Sequence[MatchedReceipt]) -> None:
        records = [
            (
                m.part.recipient_id,
                m.part.bucket,
                m.part.number,
                m.receipt.channel_id,
                m.part.reference,
                int(m.receipt.state),
                storable(m.receipt.error),
                m.receipt.done_at,
                m.receipt.received_at,
                storable(m.receipt.raw),
            )
            for m in matched
        ]
        await self._connection.copy_records_to_table("receipts", records=records, columns=_RECEIPT)

    async def keep_waiting(self, rows: Sequence[tuple[int, int, CarrierReceipt]]) -> None:
        """`(id, bucket, receipt)` of receipts that found no part."""
        records = [
            (
                identifier,
                bucket,
                r.channel_id,
                storable(r.references[0]) if r.references else "",
                [storable(reference) for reference in r.references[1:]],
                int(r.state),
                storable(r.error),
                r.done_at,
                r.received_at,
                storable(r.source),
                storable(r.destination),
                storable(r.raw),
            )
            for identifier, bucket, r in rows
        ]
        await self._connection.copy_records_to_table("waiting_receipts", records=records, columns=_WAITING)

    async def take_waiting(self, references: Sequence[str], channel_id: int) -> list[CarrierReceipt]:
        return [
            _receipt(row) for row in await self._connection.fetch(SQL["take_waiting"], references, channel_id)
        ]

    async def findable_waiting(self, limit: int, since: datetime, oldest_id: int) -> list[CarrierReceipt]:
        """Take out receipts that came since then and whose part is there by now."""
        rows = await self._connection.fetch(SQL["findable_waiting"], limit, since, oldest_id)
        return [_receipt(row) for row in rows]

    async def waiting(self, limit: int) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["waiting"], limit)]

    async def count_waiting(self) -> int:
        return int(await self._connection.fetchval(SQL["count_waiting"]))

    async def forget_waiting(self, before: datetime, limit: int) -> int:
        return int((await self._connection.execute(SQL["forget_waiting"], before, limit)).split()[-1])


def _receipt(row: Any) -> CarrierReceipt:
    references = tuple(r for r in (row["reference"], *row["alternatives"]) if r)
    return CarrierReceipt(
        channel_id=row["channel_id"],
        references=references,
        state=PartState(row["state"]),
        error=row["error"],
        done_at=row["done_at"],
        received_at=row["received_at"],
        source=row["source"],
        destination=row["destination"],
        raw=row["raw"],
    )
