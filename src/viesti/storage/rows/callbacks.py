"""Callbacks: HTTP calls owed to customers.

Rule: a callback is owed until it is deleted as made or parked visibly; a claim runs out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from viesti.domain.message import Callback
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("callbacks")
_COLUMNS = (
    "id",
    "bucket",
    "customer_id",
    "subject_id",
    "kind",
    "method",
    "url",
    "body",
    "due_at",
    "created_at",
    "subscription_id",
    "apart",
)
_ROW = attrgetter(*_COLUMNS)


class Callbacks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, rows: Sequence[Callback]) -> None:
        await self._connection.copy_records_to_table("callbacks", records=map(_ROW, rows), columns=_COLUMNS)

    async def claim(
        self, now: datetime, limit: int, until: datetime, token: int, passed_over: Sequence[int] = ()
    ) -> list[Callback]:
        """Claim due callbacks, none of these customers', in order: at most one for each subject beside those
        that stand apart. The URL of a subscription's is sealed."""
        rows = await self._connection.fetch(SQL["claim"], now, limit, until, token, passed_over)
        claimed = [Callback(*row) for row in rows]
        claimed.sort(key=lambda callback: (callback.created_at, callback.id))
        return claimed

    async def made(self, rows: Sequence[tuple[int, int, datetime, dict[str, Any]]], token: int) -> None:
        """`(id, subject, time, detail)` of callbacks that were made: they leave, with an event each."""
        if rows:
            ids, subjects, times, details = zip(*rows, strict=True)
            await self._connection.execute(SQL["made"], ids, token, subjects, times, details)

    async def retry(self, rows: Sequence[tuple[int, int | None, datetime, str]], token: int) -> None:
        """`(id, subject, due at, error)` of callbacks to be tried again; what is owed of the same subject
        after them waits as well. The subject of one that stands apart is None."""
        if rows:
            rows = sorted(rows)
            ids, _, due, errors = zip(*rows, strict=True)
            await self._connection.execute(SQL["retry"], ids, due, errors, token)
            held = [(subject, until) for _, subject, until, _ in rows if subject is not None]
            if held:
                await self._connection.execute(SQL["hold_back"], *zip(*held, strict=True))

    async def park(self, rows: Sequence[tuple[int, str]], now: datetime, token: int) -> None:
        """`(id, error)`."""
        if rows:
            ids, errors = zip(*sorted(rows), strict=True)
            await self._connection.execute(SQL["park"], ids, errors, now, token)

    async def release(self, ids: Sequence[int], token: int) -> None:
        await self._connection.execute(SQL["release"], ids, token)

    async def still_ours(self, callback_id: int, token: int) -> bool:
        """Whether a claimed one is still there, and claimed under this token."""
        return bool(await self._connection.fetchval(SQL["still_ours"], callback_id, token))

    async def release_expired(self, now: datetime, old: datetime) -> int:
        """Free what is claimed no later than now, and, of what is claimed no later than `old`, that of
        processes without a lease; gives how many."""
        return len(await self._connection.fetch(SQL["release_expired"], now, old))

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def replay(self, customer_id: int | None, ids: Sequence[int] | None, now: datetime) -> int:
        return len(await self._connection.fetch(SQL["replay"], customer_id, ids, now))

    async def parked(self, customer_id: int | None, limit: int) -> list[dict[str, Any]]:
        """Those given up, of a customer or of all."""
        return [dict(row) for row in await self._connection.fetch(SQL["parked"], customer_id, limit)]

    async def of_subjects(self, subject_ids: Sequence[int]) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["of_subjects"], subject_ids)]

    async def counts(self) -> tuple[int, int]:
        """How many wait, how many are parked."""
        row = await self._connection.fetchrow(SQL["counts"])
        return (row["waiting"], row["parked"]) if row else (0, 0)
