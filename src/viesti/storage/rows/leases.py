"""Leases with fencing, and the state of sessions.

Rule: a token only grows; who holds an old one can claim nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("leases")


@dataclass(frozen=True, slots=True)
class Lease:
    name: str
    holder: str
    token: int
    expires_at: datetime


class Leases:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def token(self) -> int:
        """A fencing token that no one else has."""
        return int(await self._connection.fetchval(SQL["token"]))

    async def acquire(
        self, name: str, holder: str, expires_at: datetime, now: datetime, dead: Sequence[str]
    ) -> int | None:
        """Take a lease; gives its token, or None while another holds it. `dead`: holders known to be gone."""
        token: int | None = await self._connection.fetchval(
            SQL["acquire"], name, holder, expires_at, now, dead
        )
        return token

    async def renew(self, held: Mapping[str, int], holder: str, expires_at: datetime) -> set[str]:
        """Prolong leases by name and token; gives the names that nobody has taken over."""
        rows = await self._connection.fetch(SQL["renew"], list(held), list(held.values()), holder, expires_at)
        return {row["name"] for row in rows}

    async def release(self, held: Mapping[str, int]) -> None:
        await self._connection.execute(SQL["release"], list(held), list(held.values()))

    async def forget(self, kind: str, before: datetime) -> None:
        """Drop leases whose name begins with this word and that ran out before then."""
        await self._connection.execute(SQL["forget"], kind, before)

    async def all(self) -> list[Lease]:
        return [Lease(**row) for row in await self._connection.fetch(SQL["all"])]

    async def set_session(
        self, channel_id: int, name: str, holder: str, state: str, detail: str, since: datetime
    ) -> None:
        await self._connection.execute(SQL["set_session"], channel_id, name, holder, state, detail, since)

    async def down_channels(self, since_before: datetime) -> list[int]:
        """Channels that have had no bound session for so long."""
        return [row["channel_id"] for row in await self._connection.fetch(SQL["down_channels"], since_before)]

    async def clear_sessions(self, channel_id: int) -> None:
        await self._connection.execute(SQL["clear_sessions"], channel_id)

    async def sessions(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["sessions"])]
