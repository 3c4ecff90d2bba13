"""Keys that every process shares and that never change.

Rule: the first to keep a key under a name decides; everybody uses what is kept.
"""

from __future__ import annotations

from datetime import datetime

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("platform")


class Platform:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def key(self, name: str) -> str | None:
        """The sealed key of this name."""
        sealed: str | None = await self._connection.fetchval(SQL["key"], name)
        return sealed

    async def keep_key(self, name: str, sealed: str, now: datetime) -> None:
        """Keep a key, unless there is one of this name."""
        await self._connection.execute(SQL["keep_key"], name, sealed, now)
