"""The calls that applications made of late, shared by all API processes.

Rule: who locks an application's row decides alone until his transaction ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("throttle")


class Throttles:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self, application_id: int, bucket: int, seconds: int) -> dict[int, int]:
        """Calls by slot, as counted for windows of `seconds`; none when they were counted for others."""
        row = await self._connection.fetchrow(SQL["lock"], application_id, bucket, seconds)
        assert row is not None  # an upsert always returns its row
        return {int(slot): calls for slot, calls in row["slots"].items()} if row["seconds"] == seconds else {}

    async def save(self, application_id: int, bucket: int, seconds: int, slots: Mapping[int, int]) -> None:
        await self._connection.execute(SQL["save"], application_id, bucket, seconds, dict(slots))
