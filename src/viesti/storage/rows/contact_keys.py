"""What contacts are found by.

Rule: `Contacts` writes the keys with the contact; nobody else but the duty that makes them anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.contact import Contact
from viesti.domain.contact_search import NAME, Range, Wanted, begins_with, keys_of
from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("contact_keys")


class ContactKeys:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, contacts: Sequence[Contact]) -> None:
        """Make these contacts be found by what is known of them, and by nothing else."""
        if contacts:
            keys = [(c.customer_id, c.bucket, key, c.id) for c in contacts for key in keys_of(c)]
            columns = zip(*keys, strict=True) if keys else ((), (), (), ())
            await self._connection.execute(SQL["put"], [c.id for c in contacts], *columns)

    async def search(self, customer_id: int, wanted: Wanted, limit: int, offset: int) -> list[int]:
        """The ids of those who are wanted: by number first, then by key, then by name."""
        words = [begins_with(NAME + word) for word in wanted.words]
        rows = await self._connection.fetch(
            SQL["search"],
            customer_id,
            *_bounds(wanted.numbers),
            *_bounds(wanted.keys),
            *_bounds(words),
            [f"% {word}%" for word in wanted.words],
            2 * (limit + offset),  # a name may have two words that begin so
            limit,
            offset,
        )
        return [row["id"] for row in rows]

    async def alike(
        self, customer_id: int, kind: str, limit: int, offset: int, shown: int
    ) -> list[tuple[str, int, list[int]]]:
        """Keys of a kind that several contacts have, how many they are, and the ids of `shown` of them."""
        low, high = begins_with(kind)
        rows = await self._connection.fetch(SQL["alike"], customer_id, low, high, limit, offset, shown)
        return [(row["key"], row["contacts"], row["ids"]) for row in rows]


def _bounds(ranges: Sequence[Range]) -> tuple[list[str], list[str]]:
    return [each.low for each in ranges], [each.high for each in ranges]
