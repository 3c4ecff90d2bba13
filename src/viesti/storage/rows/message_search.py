"""Looks for messages by what they are: sent ones by their recipients, and those that came in.

Rule: a look is at so many rows in the order of an index, and says where it came to; so however rare what is
looked for, a call costs no more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

from viesti.domain.message import HeldReason
from viesti.storage.database import Connection
from viesti.storage.money import as_money
from viesti.storage.sql import queries

SQL = queries("message_search")

# By which index is looked.
Way: TypeAlias = Literal["all", "number", "campaign", "request", "data"]


class SentQuery(NamedTuple):
    """A look at a customer's recipients, in the order of the statement's arguments. The last looked at was
    `below`, of the message `from_message`."""

    customer_id: int
    way: Way
    below: int
    from_message: int
    above: int
    window: int
    number: str | None
    campaign_id: int | None
    request_id: str | None
    customer_data: str | None
    statuses: Sequence[int] | None
    since: datetime
    until: datetime
    tag_id: int | None
    sender: str | None
    limit: int
    words: Sequence[str] | None  # patterns


class CameQuery(NamedTuple):
    """A look at what a customer got, as above."""

    customer_id: int
    below: int
    above: int
    window: int
    source: str | None
    service_id: int | None
    keyword: str | None
    since: datetime
    until: datetime
    limit: int


class Place(NamedTuple):
    """Where a look came to: a recipient and his message, or a message that came in and 0."""

    id: int
    message_id: int = 0


class Look(NamedTuple):
    """What a look came to. `last` None: there was nothing to look at."""

    looked: int
    last: Place | None
    found: list[Place]


class SentRow(NamedTuple):
    """A recipient with what is shown of his message in a list; `own_text` None: the message's."""

    id: int
    message_id: int
    address: str
    own_text: str | None
    fell_back_after: int | None
    parts: int
    status: int
    failure: str | None
    attempt: int
    cost: Decimal | None
    created_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    read_at: datetime | None
    flagged_why: str | None
    held_for: HeldReason | None
    sender: str
    text: str
    protocol: str
    fallback: Mapping[str, str] | None
    campaign_id: int | None
    currency: str | None
    request_id: str | None
    customer_data: str | None
    link_base: str | None
    link_rule: int | None


class MessageSearch:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def sent(self, query: SentQuery) -> Look:
        """Look at the next recipients."""
        row = await self._connection.fetchrow(SQL["sent"], *query)
        assert row is not None
        last = Place(row["last_id"], row["last_message"]) if row["looked"] else None
        return Look(row["looked"], last, list(map(Place, row["ids"], row["message_ids"])))

    async def shown(self, customer_id: int, ids: Collection[int]) -> list[SentRow]:
        """Those of these ids that are the customer's recipients."""
        found = await self._connection.fetch(SQL["shown"], customer_id, list(ids)) if ids else []
        rows = map(SentRow._make, found)
        return [
            row._replace(cost=as_money(row.cost), held_for=HeldReason(row.held_for) if row.held_for else None)
            for row in rows
        ]

    async def came(self, query: CameQuery) -> Look:
        """Look at the next messages that came in."""
        row = await self._connection.fetchrow(SQL["came"], *query)
        assert row is not None
        last = Place(row["last_id"]) if row["looked"] else None
        return Look(row["looked"], last, [Place(identifier) for identifier in row["ids"]])

    async def inbound(self, customer_id: int, ids: Collection[int]) -> list[dict[str, Any]]:
        """Those of these ids that the customer got."""
        found = await self._connection.fetch(SQL["inbound"], customer_id, list(ids)) if ids else []
        return [dict(row) for row in found]
