"""Finds a customer's messages by what they are: who they went to, what they say, where they stand.

Rule: a call looks at LOOKED_AT rows at most and says where it came to, so a list goes on from there: a page
may be short, or empty, and not the last. Nothing is given twice, whatever comes meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from viesti.domain.failure import Failure
from viesti.domain.message import HeldReason
from viesti.domain.status import Status
from viesti.services.estate import EstateCache
from viesti.services.short_links import ShortLinks
from viesti.services.sms.between import FIRST, LAST, MAX_ID, ids_between
from viesti.services.views import RecentInbound, recent_inbound
from viesti.storage.store import CameQuery, Look, Place, SentQuery, SentRow, Store, Transaction, Way

__all__ = [
    "Found",
    "FoundInbound",
    "FoundMessage",
    "InboundFilter",
    "MessageFilter",
    "NoSuchTag",
    "Place",
    "SearchMessages",
]

# A page that has not enough by then ends where it came to. Most finds are near, so the first looks are short.
WINDOWS = (1_000, 9_000, 90_000)
LOOKED_AT = sum(WINDOWS)


class MessageFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which recipients to show. `number`: in digits; `words`: all are in the text; `after`: the page before
    ended there."""

    statuses: Collection[Status] | None = None
    number: str | None = None
    sender: str | None = None
    words: Sequence[str] = ()
    tag: str | None = None
    campaign_id: int | None = None
    request_id: str | None = None
    customer_data: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    limit: int


class InboundFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which messages that came in to show. `keyword`: as `chain_text` writes them."""

    service_id: int | None = None
    sender: str | None = None
    keyword: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    limit: int


class FoundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A recipient with what is shown of his message in a list. `text`: what goes out to him."""

    id: int
    message_id: int
    protocol: str
    sender: str
    address: str
    text: str
    status: Status
    failure: Failure | None
    held_for: HeldReason | None
    flagged_why: str | None
    attempts: int
    parts: int
    cost: Decimal | None
    currency: str | None
    campaign_id: int | None
    request_id: str | None
    customer_data: str | None
    created_at: datetime
    sent_at: datetime | None
    finished_at: datetime | None
    read_at: datetime | None


class Found(NamedTuple):
    """A page. `next`: where to go on from; None: there is no more."""

    messages: list[FoundMessage]
    next: Place | None


class FoundInbound(NamedTuple):
    """A page of what came in."""

    messages: list[RecentInbound]
    next: Place | None


class NoSuchTag(NamedTuple):
    """The customer has no tag of this name."""

    name: str


class SearchMessages:
    """Every call raises `StoreUnavailable` when the store is away."""

    def __init__(self, store: Store, estate: EstateCache, short_links: ShortLinks) -> None:
        self._store = store
        self._estate = estate
        self._short_links = short_links

    async def sent(self, customer_id: int, wanted: MessageFilter) -> Found | NoSuchTag:
        """A page of recipients, newest first."""
        async with self._store.statements() as tx:
            tag_id = None
            if wanted.tag is not None:
                tag_id = await _tag(tx, customer_id, wanted.tag)
                if tag_id is None:
                    return NoSuchTag(wanted.tag)
            above, below = await ids_between(tx, customer_id, wanted.since, wanted.until)

            async def look(place: Place, window: int, limit: int) -> Look:
                query = _sent_query(customer_id, wanted, tag_id, place, above, window, limit)
                return await tx.message_search.sent(query)

            after = wanted.after or Place(below, below)
            found, at = await _page(look, after, _narrowed(wanted, tag_id), wanted.limit)
            rows = {row.id: row for row in await tx.message_search.shown(customer_id, [p.id for p in found])}
        return Found([self._shown(rows[place.id]) for place in found if place.id in rows], at)

    async def came(self, customer_id: int, wanted: InboundFilter) -> FoundInbound:
        """A page of messages that came in, newest first."""
        async with self._store.statements() as tx:
            above, below = await ids_between(tx, customer_id, wanted.since, wanted.until)

            async def look(place: Place, window: int, limit: int) -> Look:
                query = CameQuery(
                    customer_id=customer_id,
                    below=min(place.id, below),
                    above=above,
                    window=window,
                    source=wanted.sender,
                    service_id=wanted.service_id,
                    keyword=wanted.keyword,
                    since=wanted.since or FIRST,
                    until=wanted.until or LAST,
                    limit=limit,
                )
                return await tx.message_search.came(query)

            narrowed = any(
                each is not None for each in (wanted.service_id, wanted.keyword, wanted.since, wanted.until)
            )
            found, at = await _page(look, wanted.after or Place(MAX_ID), narrowed, wanted.limit)
            rows = {
                row["id"]: row for row in await tx.message_search.inbound(customer_id, [p.id for p in found])
            }
        services = {service.id: service.key for service in self._estate.current.estate.services.values()}
        return FoundInbound([recent_inbound(rows[p.id], services) for p in found if p.id in rows], at)

    def _shown(self, row: SentRow) -> FoundMessage:
        text = row.text if row.own_text is None else row.own_text
        if row.fell_back_after is not None and row.fallback:
            text = row.fallback["text"]
        elif row.link_base is not None:
            text = self._short_links.sent_text(row.id, text, row.link_base, row.link_rule)
        return FoundMessage(
            id=row.id,
            message_id=row.message_id,
            protocol=row.protocol,
            sender=row.sender,
            address=row.address,
            text=text,
            status=Status(row.status),
            failure=Failure(row.failure) if row.failure else None,
            held_for=row.held_for,
            flagged_why=row.flagged_why,
            attempts=row.attempt,
            parts=row.parts,
            cost=row.cost,
            currency=row.currency,
            campaign_id=row.campaign_id,
            request_id=row.request_id,
            customer_data=row.customer_data,
            created_at=row.created_at,
            sent_at=row.sent_at,
            finished_at=row.finished_at,
            read_at=row.read_at,
        )


async def _page(
    look: Callable[[Place, int, int], Awaitable[Look]], after: Place, narrowed: bool, limit: int
) -> tuple[list[Place], Place | None]:
    """What is found from a place on, and where to go on from. Where nothing is left out, no more is looked at
    than is shown."""
    found: list[Place] = []
    for window in WINDOWS if narrowed else (limit + 1,):
        seen = await look(after, window, limit + 1 - len(found))
        found += seen.found
        if len(found) > limit:
            return found[:limit], found[limit - 1]
        if seen.looked < window or seen.last is None:
            return found, None
        after = seen.last
    return found, after


def _sent_query(
    customer_id: int,
    wanted: MessageFilter,
    tag_id: int | None,
    place: Place,
    above: int,
    window: int,
    limit: int,
) -> SentQuery:
    return SentQuery(
        customer_id=customer_id,
        way=_way(wanted),
        below=place.id,
        from_message=place.message_id,
        above=above,
        window=window,
        number=wanted.number,
        campaign_id=wanted.campaign_id,
        request_id=wanted.request_id,
        customer_data=wanted.customer_data,
        statuses=None if wanted.statuses is None else sorted(wanted.statuses),
        since=wanted.since or FIRST,
        until=wanted.until or LAST,
        tag_id=tag_id,
        sender=wanted.sender,
        limit=limit,
        words=[f"%{_escaped(word)}%" for word in wanted.words] or None,
    )


def _way(wanted: MessageFilter) -> Way:
    """The index that leaves the least to look at."""
    if wanted.request_id is not None:
        return "request"
    if wanted.customer_data is not None:
        return "data"
    if wanted.number is not None:
        return "number"
    return "all" if wanted.campaign_id is None else "campaign"


def _narrowed(wanted: MessageFilter, tag_id: int | None) -> bool:
    """Whether some of what is looked at is left out."""
    others: tuple[Any, ...] = (wanted.statuses, wanted.sender, tag_id, wanted.since, wanted.until)
    several = sum(
        each is not None
        for each in (wanted.number, wanted.campaign_id, wanted.request_id, wanted.customer_data)
    )
    return bool(wanted.words) or several > 1 or any(each is not None for each in others)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def _tag(tx: Transaction, customer_id: int, name: str) -> int | None:
    """The tag of this name, in any letter case; the exact one first. A group's list is no tag."""
    named = [row for row in await tx.lists.named(customer_id, [name]) if row[2] is None]
    exact = next((row for row in named if row[1] == name), None)
    return (exact or named[0])[0] if named else None
