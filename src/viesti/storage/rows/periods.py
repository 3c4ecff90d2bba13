"""Periods: the ranges of ids that the big tables are partitioned by.

Rule: the sequence only moves forward, and never into a period whose partitions are not there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from viesti.storage.database import Connection
from viesti.storage.ids import BLOCK, BUCKETS, PERIOD_BITS
from viesti.storage.sql import queries

SQL = queries("periods")
COUNTERS = (1 << PERIOD_BITS) // BUCKETS  # counters in a period


class Periods:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        """Keep other processes from changing the periods until the transaction ends."""
        await self._connection.execute(SQL["lock"])

    async def all(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._connection.fetch(SQL["all"])]

    async def open(self, number: int) -> None:
        await self._connection.execute(SQL["open"], number)

    async def begin(self, number: int, now: datetime) -> None:
        await self._connection.execute(SQL["begin"], number, now)

    async def drop(self, number: int) -> None:
        await self._connection.execute(SQL["drop"], number)

    async def current(self) -> int:
        """The period that new ids are made in."""
        return int(await self._connection.fetchval(SQL["position"])) // COUNTERS

    async def move(self, number: int) -> None:
        """Make new ids in this period from now on. The first block is left out: the last of the period before
        may reach into it."""
        await self._connection.execute(SQL["move"], number * COUNTERS + BLOCK)

    async def take_blocks(self, count: int) -> list[int]:
        return [row["nextval"] for row in await self._connection.fetch(SQL["take_blocks"], count)]
