"""Discussions between a service and an address.

Rule: every look-up names the customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("threads")


class OpenThread(NamedTuple):
    """A message that belongs to a discussion. `id`: the discussion's, if there is none yet; `destination`:
    the address of ours that was written to, by `protocol`."""

    id: int
    bucket: int
    customer_id: int
    service_id: int
    address: str
    destination: str
    at: datetime
    protocol: str = "sms"


class Thread(NamedTuple):
    """A discussion. `destination`: the address of ours last written to, by `protocol`; '' is not known."""

    id: int
    customer_id: int
    service_id: int
    address: str
    destination: str
    protocol: str


class Threads:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def open(self, rows: Sequence[OpenThread]) -> dict[tuple[int, str], int]:
        """Find or open discussions, one row for each; gives their ids by (service, address)."""
        found = await self._connection.fetch(SQL["open"], *zip(*sorted(rows, key=_key), strict=True))
        return {(row["service_id"], row["address"]): row["id"] for row in found}

    async def one(self, thread_id: int, customer_id: int) -> Thread | None:
        row = await self._connection.fetchrow(SQL["one"], thread_id, customer_id)
        return Thread._make(row) if row else None


def _key(row: OpenThread) -> tuple[int, str]:
    """One order everywhere, so that two transactions never deadlock."""
    return row.service_id, row.address
