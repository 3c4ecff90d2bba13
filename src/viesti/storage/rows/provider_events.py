"""Bodies that a provider posted, until they are worked on, and which messages were made of them.

Rule: a body is kept once by its digest, and a message made once by the provider's reference. A body that
failed stays until it is worked on, a person drops it, or it is as old as messages get.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("provider_events")


class NewBody(NamedTuple):
    """A body as it came."""

    id: int
    channel_id: int
    bucket: int
    digest: bytes
    body: bytes
    received_at: datetime


class KeptBody(NamedTuple):
    """A body to be worked on."""

    id: int
    bucket: int
    channel_id: int
    body: bytes
    received_at: datetime
    failures: int


class MessageReference(NamedTuple):
    """What a provider calls a message on a channel."""

    reference: str
    channel_id: int
    bucket: int
    at: datetime


class ProviderEvents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, rows: Sequence[NewBody]) -> int:
        """Keep those that were not kept before; no two of them may be the same. Gives how many are new."""
        return int((await self._connection.execute(SQL["keep"], *zip(*rows, strict=True))).split()[-1])

    async def take(self, limit: int) -> list[KeptBody]:
        """Lock the oldest that wait."""
        return [KeptBody._make(row) for row in await self._connection.fetch(SQL["take"], limit)]

    async def take_these(self, ids: Sequence[int]) -> list[KeptBody]:
        """Lock these, as far as they are there and free."""
        return [KeptBody._make(row) for row in await self._connection.fetch(SQL["take_these"], ids)]

    async def due(self, now: datetime, limit: int) -> list[int]:
        """Those that failed and are to be tried again."""
        return [row["id"] for row in await self._connection.fetch(SQL["due"], now, limit)]

    async def next_due(self) -> datetime | None:
        """When the next of them is."""
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def done(self, ids: Sequence[int]) -> None:
        await self._connection.execute(SQL["done"], ids)

    async def failed(self, rows: Sequence[tuple[int, str, datetime | None]]) -> None:
        """`(id, why, when to try again)`; None is never."""
        if rows:
            await self._connection.execute(SQL["failed"], *zip(*rows, strict=True))

    async def again(self, ids: Sequence[int] | None, now: datetime) -> int:
        """Take failed ones up again (None: all); gives how many."""
        return len(await self._connection.fetch(SQL["again"], ids, now))

    async def drop_failed(self, ids: Sequence[int]) -> int:
        return int((await self._connection.execute(SQL["drop_failed"], ids)).split()[-1])

    async def failed_ones(self, limit: int) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["failed_ones"], limit)]

    async def body(self, identifier: int) -> bytes | None:
        found: bytes | None = await self._connection.fetchval(SQL["body"], identifier)
        return found

    async def counts(self) -> tuple[int, int]:
        """How many wait, and how many failed."""
        row = await self._connection.fetchrow(SQL["counts"])
        assert row is not None
        return row["waiting"], row["failed"]

    async def new_references(self, rows: Sequence[MessageReference]) -> set[tuple[str, int]]:
        """Note these messages as made; gives the (reference, channel) that were not before. One order
        everywhere keeps two transactions from deadlocking."""
        ordered = sorted({(storable(row.reference), *row[1:]) for row in rows})
        found = await self._connection.fetch(SQL["new_references"], *zip(*ordered, strict=True))
        return {(row["reference"], row["channel_id"]) for row in found}

    async def forget(self, before: datetime, failed_before: datetime, limit: int) -> int:
        """Forget bodies' digests and references that are older, and bodies that failed."""
        forgotten = 0
        for name, time in (
            ("forget_failed", failed_before),
            ("forget_bodies", before),
            ("forget_references", before),
        ):
            forgotten += int((await self._connection.execute(SQL[name], time, limit)).split()[-1])
        return forgotten
