"""Receipts, and the parts they speak of.

Rule: a receipt is in exactly one place: `receipts` when it found its part, `waiting_receipts` until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from viesti.domain.channel import CarrierReceipt
from viesti.domain.failure import Failure
from viesti.domain.status import PartState
from viesti.storage.database import Connection
from viesti.storage.rows.messages import Moved
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
    "recipient_id",
    "attempt",
    "failure",
    "read_at",
)


class FoundPart(NamedTuple):
    """A part that a reference names."""

    recipient_id: int
    bucket: int
    attempt: int
    number: int
    total: int
    reference: str
    state: int | None


class MatchedReceipt(NamedTuple):
    """A receipt with the part it is for, and what it changes. `further`: it says more than is known of the
    part. `status`, `failure`: what its recipient becomes (None: the receipt does not decide that)."""

    part: FoundPart
    receipt: CarrierReceipt
    further: bool
    status: int | None
    failure: str | None


class Receipts:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find_parts(self, references: Sequence[str], channel_id: int, oldest_id: int) -> list[FoundPart]:
        wanted = [storable(reference) for reference in references]
        rows = await self._connection.fetch(SQL["find_parts"], wanted, channel_id, oldest_id)
        return [FoundPart._make(row) for row in rows]

    async def lock_recipients(self, ids: Sequence[int]) -> None:
        """Keep others from settling these until the transaction ends."""
        if ids:
            await self._connection.execute(SQL["lock_recipients"], ids)

    async def part_states(self, recipient_ids: Sequence[int]) -> list[tuple[int, int, int, int | None]]:
        """`(recipient id, number, total, state)` of every part the carrier took, in any attempt."""
        return [tuple(row) for row in await self._connection.fetch(SQL["part_states"], recipient_ids)]

    async def apply(self, matched: Sequence[MatchedReceipt], channel_id: int) -> list[Moved]:
        """Write receipts of a channel and what they change; gives the recipients that moved."""
        rows = sorted(map(_row, matched), key=_PART_KEY)
        found = await self._connection.fetch(SQL["apply"], channel_id, *zip(*rows, strict=True))
        return [Moved._make(row) for row in found]

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
                r.recipient_id,
                r.attempt,
                r.failure,
                r.read_at,
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

    async def findable_hinted(self, limit: int) -> list[CarrierReceipt]:
        """Take out receipts that name an attempt which is in nobody's hands."""
        return [_receipt(row) for row in await self._connection.fetch(SQL["findable_hinted"], limit)]

    async def mark_read(self, rows: Mapping[int, datetime], channel_id: int) -> None:
        """When people read what the channel delivered to them."""
        await self._connection.execute(SQL["mark_read"], *zip(*sorted(rows.items()), strict=True), channel_id)

    async def waiting(self, limit: int) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["waiting"], limit)]

    async def count_waiting(self) -> int:
        return int(await self._connection.fetchval(SQL["count_waiting"]))

    async def forget_waiting(self, before: datetime, limit: int) -> int:
        return int((await self._connection.execute(SQL["forget_waiting"], before, limit)).split()[-1])


def _row(matched: MatchedReceipt) -> tuple[Any, ...]:
    part, receipt = matched.part, matched.receipt
    return (
        part.recipient_id,
        part.attempt,
        part.number,
        part.reference,
        receipt.state,
        storable(receipt.error),
        receipt.done_at,
        receipt.received_at,
        matched.further,
        matched.status,
        matched.failure,
        storable(receipt.raw),
    )


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
        recipient_id=row["recipient_id"],
        attempt=row["attempt"],
        failure=Failure(row["failure"]) if row["failure"] else None,
        read_at=row["read_at"],
    )
