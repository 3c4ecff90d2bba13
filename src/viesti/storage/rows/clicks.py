"""Visits to short links, and what they come to.

Rule: a visit is noted once by its id, however often it is written, and what it comes to is written with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("clicks")


class LinkText(NamedTuple):
    """A recipient's text, as stored, and what its links need to be followed."""

    id: int
    bucket: int
    customer_id: int
    address: str
    sent_at: datetime | None
    text: str
    link_base: str
    link_rule: int
    links_until: datetime | None
    campaign_id: int | None


class LinkTextShown(NamedTuple):
    """A recipient's text, as stored, and what its links need to be listed."""

    id: int
    text: str
    link_base: str
    link_rule: int


class NewClick(NamedTuple):
    """A visit to be noted. `reason`: why it is not a person's, '' when it is."""

    id: int
    bucket: int
    recipient_id: int
    link: int
    at: datetime
    reason: str
    agent: str
    customer_id: int
    address: str
    campaign_id: int | None


class Noted(NamedTuple):
    """A visit that was not noted before. `first`: to the recipient's link; `first_person`: of persons."""

    id: int
    first: bool
    first_person: bool


class Clicked(NamedTuple):
    """How often a recipient's link was followed."""

    recipient_id: int
    link: int
    clicks: int
    persons: int
    first_at: datetime
    last_at: datetime


class Visit(NamedTuple):
    """A visit as it came."""

    recipient_id: int
    link: int
    at: datetime
    reason: str
    agent: str


class ClickTotals(NamedTuple):
    """What the visits of a campaign come to: all, those of persons, links of recipients that anything opened,
    those that a person opened, and recipients who have one of these."""

    clicks: int
    persons: int
    links: int
    distinct: int
    people: int

    @property
    def machines(self) -> int:
        return self.clicks - self.persons


class Clicks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def link_text(self, recipient_id: int) -> LinkText | None:
        """What the links of a recipient lead to; None when there is none or it is not stored (any more)."""
        row = await self._connection.fetchrow(SQL["link_text"], recipient_id)
        return LinkText._make(row) if row else None

    async def link_texts(self, recipient_ids: Sequence[int]) -> list[LinkTextShown]:
        """Those of these recipients whose links are tracked."""
        rows = await self._connection.fetch(SQL["link_texts"], recipient_ids)
        return [LinkTextShown._make(row) for row in rows]

    async def record(self, clicks: Sequence[NewClick]) -> list[Noted]:
        """Note visits and count them; gives those that are new. Safe to call again with the same."""
        rows = [click._replace(agent=storable(click.agent)) for click in clicks]
        found = await self._connection.fetch(SQL["record"], *zip(*rows, strict=True))
        return [Noted._make(row) for row in found]

    async def of_recipients(self, recipient_ids: Sequence[int]) -> list[Clicked]:
        rows = await self._connection.fetch(SQL["of_recipients"], recipient_ids)
        return [Clicked._make(row) for row in rows]

    async def visits(self, recipient_ids: Sequence[int], limit: int) -> list[Visit]:
        return [Visit._make(row) for row in await self._connection.fetch(SQL["visits"], recipient_ids, limit)]

    async def of_campaigns(self, campaign_ids: Sequence[int]) -> dict[int, ClickTotals]:
        """By campaign; one of which no link was followed is not in it."""
        rows = await self._connection.fetch(SQL["of_campaigns"], campaign_ids)
        return {row["campaign_id"]: ClickTotals._make(tuple(row)[1:]) for row in rows}
