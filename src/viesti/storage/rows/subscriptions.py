"""Callbacks that programs asked for at run time.

Rule: a live subscription is there once for a customer, service, dialect, event and URL; one that has ended
has forgotten its URL.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("subscriptions")


class NewSubscription(NamedTuple):
    """A subscription to be. `service_id` None: to every service of the customer."""

    id: int
    bucket: int
    customer_id: int
    service_id: int | None
    dialect: str
    event: str  # inbound, outbound, report, opt_out, keyword, click, invalid
    url_sealed: str
    url_digest: bytes
    name: str
    description: str
    user_id: int | None
    application_id: int | None
    created_at: datetime
    options: Mapping[str, Any] = {}


class Subscription(NamedTuple):
    """A subscription. `url_sealed` is empty when it has ended; `options`: what it asks for beyond the
    event."""

    id: int
    bucket: int
    customer_id: int
    service_id: int | None
    dialect: str
    event: str
    url_sealed: str
    ended_at: datetime | None
    options: Mapping[str, Any] = {}


class Subscriptions:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, row: NewSubscription) -> tuple[int, bool]:
        """Add it, or find the live one with the same URL; gives its id and whether it was added."""
        found = await self._connection.fetchrow(SQL["add"], *row)
        assert found is not None  # it inserts or updates
        return found["id"], found["added"]

    async def count_others(self, row: NewSubscription) -> int:
        """How many live ones with other URLs there are to the same."""
        count: int = await self._connection.fetchval(
            SQL["count_others"], row.customer_id, row.event, row.service_id, row.url_digest
        )
        return count

    async def wanted(self, customer_ids: Collection[int], event: str) -> bool:
        """Whether any of these customers has a live one to this event."""
        return bool(await self._connection.fetchval(SQL["wanted"], list(customer_ids), event))

    async def one(self, subscription_id: int) -> Subscription | None:
        row = await self._connection.fetchrow(SQL["one"], subscription_id)
        return Subscription._make(row) if row else None

    async def of_services(
        self, customer_ids: Sequence[int], service_ids: Sequence[int], *events: str
    ) -> list[Subscription]:
        """The live ones to these events at these services of these customers, which can't end before this
        transaction does."""
        rows = await self._connection.fetch(SQL["of_services"], customer_ids, service_ids, events)
        return [Subscription._make(row) for row in rows]

    async def of_customers(self, customer_ids: Sequence[int], *events: str) -> list[Subscription]:
        """The same at whichever service."""
        rows = await self._connection.fetch(SQL["of_customers"], customer_ids, events)
        return [Subscription._make(row) for row in rows]

    async def refused(self, calls: Mapping[int, int], at: datetime) -> list[tuple[int, int, datetime]]:
        """Count calls, by subscription, whose endpoint said that it is gone; gives for each how many there
        were in a row, and since when."""
        if not calls:
            return []
        ids, counts = zip(*sorted(calls.items()), strict=True)
        return [tuple(row) for row in await self._connection.fetch(SQL["refused"], ids, counts, at)]

    async def answered(self, subscription_ids: Collection[int]) -> None:
        """Their endpoints took a call."""
        if subscription_ids:
            await self._connection.execute(SQL["answered"], sorted(subscription_ids))

    async def end(self, subscription_ids: Sequence[int], at: datetime, why: str) -> list[int]:
        """End them with all that is owed for them; gives those that were live."""
        rows = await self._connection.fetch(SQL["end"], sorted(subscription_ids), at, why)
        ended = [row["id"] for row in rows]
        if ended:
            await self._connection.execute(SQL["drop_callbacks"], ended)
        return ended
