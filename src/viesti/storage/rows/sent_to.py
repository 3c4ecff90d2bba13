"""What was sent to an address, the latest first.

Rule: found by the index of customer and address, from its end; never by way of all a person was ever sent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("sent_to")
UNSENT = 100  # messages to somebody that never went out, before the last that did is no more looked for


class LastSent(NamedTuple):
    """The last message to somebody that the carrier took. `delivered_at`: None until then."""

    id: int  # the recipient's
    sender: str
    address: str
    text: str  # as stored
    delivered_at: datetime | None
    link_base: str | None = None  # with the next: of its message
    link_rule: int | None = None


class Alike(NamedTuple):
    """A text to somebody, and since when to count it."""

    customer_id: int
    address: str
    text: str
    since: datetime


class SentTo:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def last(self, whom: Collection[tuple[int, str]]) -> dict[tuple[int, str], LastSent]:
        """The last message to each (customer id, address) that the carrier took."""
        if not whom:
            return {}
        found = await self._connection.fetch(SQL["last"], *zip(*whom, strict=True), UNSENT)
        ids = list({row["message_id"] for row in found})
        messages = {row["id"]: row for row in await self._connection.fetch(SQL["messages"], ids)}
        last = {}
        for row in found:
            message = messages.get(row["message_id"])
            if message is not None:
                last[row["customer_id"], row["address"]] = LastSent(
                    id=row["id"],
                    sender=message["sender"],
                    address=row["address"],
                    text=message["text"] if row["text"] is None else row["text"],
                    delivered_at=row["delivered_at"],
                    link_base=message["link_base"],
                    link_rule=message["link_rule"],
                )
        return last

    async def alike(self, texts: Sequence[Alike], look_back: int) -> list[int]:
        """How many messages with this text went to each since then, among the last `look_back` to it; held
        ones are not counted."""
        found = await self._connection.fetch(SQL["alike"], *zip(*texts, strict=True), look_back)
        counts = {row["place"]: row["alike"] for row in found}
        return [counts.get(place, 0) for place in range(1, len(texts) + 1)]
