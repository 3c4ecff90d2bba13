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


class Untold(NamedTuple):
    """A recipient as flows that want to know of what is sent are told of him."""

    id: int
    bucket: int
    customer_id: int
    service_id: int | None
    sender: str
    address: str
    text: str  # as stored
    link_base: str | None
    link_rule: int | None
    created_at: datetime


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

    async def untold(self, ids: Sequence[int]) -> list[Untold]:
        """What is told of these recipients: neither of flagged ones, nor of what a flow sent."""
        found = await self._connection.fetch(SQL["unflagged"], ids)
        of = list({row["message_id"] for row in found})
        messages = {row["id"]: row for row in await self._connection.fetch(SQL["messages"], of)}
        return [
            Untold(
                id=row["id"],
                bucket=row["bucket"],
                customer_id=row["customer_id"],
                service_id=message["service_id"],
                sender=message["sender"],
                address=row["address"],
                text=message["text"] if row["text"] is None else row["text"],
                link_base=message["link_base"],
                link_rule=message["link_rule"],
                created_at=message["created_at"],
            )
            for row in found
            if not (message := messages[row["message_id"]])["quiet"]
        ]

    async def alike(self, texts: Sequence[Alike], look_back: int) -> list[int]:
        """How many messages with this text went to each since then, among the last `look_back` to it; held
        ones are not counted."""
        found = await self._connection.fetch(SQL["alike"], *zip(*texts, strict=True), look_back)
        counts = {row["place"]: row["alike"] for row in found}
        return [counts.get(place, 0) for place in range(1, len(texts) + 1)]
