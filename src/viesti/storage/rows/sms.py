"""SMS sent and received, as their customer looks at them: lists of ids, and what is shown of each.

Rule: lists are in the order of ids, and come from an index in that order; what is looked at is bounded by the
query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.money import as_money
from viesti.storage.sql import queries

SQL = queries("sms")


class SmsQuery(NamedTuple):
    """A page of a list. Ids are between `above` and `below`, times from `since` to before `until`; of those
    so many of each kind are looked at (0: that kind is not wanted)."""

    customer_id: int
    above: int
    below: int
    sent: int
    received: int
    statuses: Sequence[int] | None
    since: datetime
    until: datetime
    offset: int
    limit: int
    number: str | None
    campaign_id: int | None
    down: bool


class FoundSms(NamedTuple):
    """`came`: it was received."""

    id: int
    came: bool


class SentSms(NamedTuple):
    """A recipient with what is shown of his message; `own_text` None: the message's."""

    id: int
    address: str
    own_text: str | None
    parts: int
    status: int
    failure: str | None
    cost: Decimal | None
    cost_gbp: Decimal | None
    created_at: datetime
    finished_at: datetime | None
    flagged_at: datetime | None
    flagged_why: str | None
    warnings: Sequence[str] | None
    sender: str
    text: str
    application_id: int | None
    user_id: int | None
    campaign_id: int | None
    currency: str | None
    link_base: str | None
    link_rule: int | None


class ReceivedSms(NamedTuple):
    """An inbound message."""

    id: int
    source: str
    destination: str
    text: str
    parts: int
    received_at: datetime


class Smses:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, q: SmsQuery) -> list[FoundSms]:
        """A page. In one of a campaign nothing is received."""
        way = "down" if q.down else "up"
        if q.number is not None:
            rows = await self._connection.fetch(SQL[f"with_{way}"], *q[:10], q.number, q.campaign_id)
        elif q.campaign_id is not None:
            rows = await self._connection.fetch(SQL[f"of_campaign_{way}"], *q[:4], *q[5:10], q.campaign_id)
        else:
            rows = await self._connection.fetch(SQL[way], *q[:10])
        return [FoundSms._make(row) for row in rows]

    async def first_from(self, customer_id: int, at: datetime, below: int) -> tuple[int, int]:
        """The ids, below one, from which on what a customer sent and got is of this moment or later: a low
        and a high bound, as ids are only nearly in the order of time."""
        bounds: list[int] = []
        for name in ("sent_from", "came_from"):
            found = await self._connection.fetchrow(SQL[name], customer_id, at, below)
            assert found is not None  # the last step is always there
            bounds += found
        return min(bounds), max(bounds)

    async def sent(self, customer_id: int, ids: Collection[int]) -> list[SentSms]:
        """Those of these ids that are the customer's recipients."""
        found = await self._connection.fetch(SQL["sent"], customer_id, list(ids)) if ids else []
        rows = map(SentSms._make, found)
        return [row._replace(cost=as_money(row.cost), cost_gbp=as_money(row.cost_gbp)) for row in rows]

    async def received(self, customer_id: int, ids: Collection[int]) -> list[ReceivedSms]:
        """Those of these ids that are the customer's inbound messages."""
        found = await self._connection.fetch(SQL["received"], customer_id, list(ids)) if ids else []
        return [ReceivedSms._make(row) for row in found]

    async def number_of(self, customer_id: int, contact_id: int) -> str | None:
        """The number of a contact of the customer."""
        number: str | None = await self._connection.fetchval(SQL["number_of"], customer_id, contact_id)
        return number
