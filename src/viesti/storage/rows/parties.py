"""Parties of WhatsApp: which user id is which phone number, per customer.

Rule: the newest word stands, in whatever order it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("parties")


class Party(NamedTuple):
    """A person as a customer knows him. `phone`: digits, None where it is not told."""

    customer_id: int
    bucket: int
    phone: str | None
    bsuid: str
    username: str
    at: datetime


class Parties:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def learn(self, rows: Sequence[Party]) -> None:
        """Note these; of one customer each user id once, and each number once."""
        if not rows:
            return
        ordered = sorted(rows, key=_key)
        told = [row for row in ordered if row.phone is not None]
        if told:
            numbers = [(row.customer_id, row.phone, row.bsuid, row.at) for row in told]
            await self._connection.execute(SQL["leave"], *zip(*numbers, strict=True))
        await self._connection.execute(SQL["learn"], *zip(*ordered, strict=True))

    async def phones(
        self, customer_ids: Collection[int], bsuids: Collection[str]
    ) -> dict[tuple[int, str], str]:
        """The numbers of these user ids, by customer and id, as far as each of these customers knows them."""
        found = await self._connection.fetch(SQL["phones"], list(customer_ids), list(bsuids))
        return {(row["customer_id"], row["bsuid"]): row["phone"] for row in found}


def _key(row: Party) -> tuple[int, str]:
    """One order everywhere, so that two transactions never deadlock."""
    return row.customer_id, row.bsuid
