"""Recipients that have another way left when WhatsApp does not reach them.

Rule: whoever takes the row decides, in that transaction, what becomes of the recipient; so it goes on by SMS
once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from viesti.domain.status import Status
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("fallbacks")


class Stands(NamedTuple):
    """Where a recipient stands, locked. `fell_back_after`: attempts by WhatsApp, once it goes on by SMS."""

    id: int
    status: Status
    attempt: int
    sent_at: datetime | None
    fell_back_after: int | None


class QueuedFor(NamedTuple):
    """A recipient that waits for a channel. `free`: it is in nobody's hands, and locked."""

    id: int
    attempt: int
    free: bool


class BySms(NamedTuple):
    """How a recipient goes on: after so many attempts."""

    id: int
    channel_id: int
    route_id: int
    coding: str
    attempts: int


class Fallbacks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, now: datetime, limit: int) -> list[int]:
        """Recipients whose time with WhatsApp is over; locked."""
        return [row["recipient_id"] for row in await self._connection.fetch(SQL["due"], now, limit)]

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def put_off(self, rows: Sequence[tuple[int, datetime]]) -> None:
        """`(recipient id, time)` to be looked at again then."""
        if rows:
            await self._connection.execute(SQL["put_off"], *zip(*sorted(rows), strict=True))

    async def take(self, ids: Sequence[int]) -> set[int]:
        """Take the other way that these have left; gives those that had one."""
        return {row["recipient_id"] for row in await self._connection.fetch(SQL["take"], ids)}

    async def drop(self, ids: Sequence[int]) -> None:
        """These need no other way any more."""
        if ids:
            await self._connection.execute(SQL["drop"], ids)

    async def lock(self, ids: Sequence[int]) -> dict[int, Stands]:
        """Keep others from settling these until the transaction ends."""
        return {row["id"]: _stands(row) for row in await self._connection.fetch(SQL["lock"], ids)}

    async def lock_free(self, ids: Sequence[int]) -> dict[int, Stands]:
        """The same for those that nobody else is writing to."""
        return {row["id"]: _stands(row) for row in await self._connection.fetch(SQL["lock_free"], ids)}

    async def queued(self, ids: Sequence[int]) -> dict[int, QueuedFor]:
        """Those of these that wait for a channel."""
        return {row["id"]: QueuedFor(*row) for row in await self._connection.fetch(SQL["queued"], ids)}

    async def queue(
        self, rows: Sequence[BySms], now: datetime, currencies: Sequence[tuple[int, str]]
    ) -> None:
        """Queue recipients for SMS. `currencies`: `(message id, currency)` of their messages."""
        columns = zip(*sorted(rows), strict=True)
        await self._connection.execute(SQL["queue"], *columns, now, *zip(*sorted(currencies), strict=True))


def _stands(row: Any) -> Stands:
    stands = Stands._make(row)
    return stands._replace(status=Status(stands.status))
