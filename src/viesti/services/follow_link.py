"""Leads whoever presses a short link to where it stands for, and notes the visit.

Rule: nobody is led anywhere but to a link of a text that was stored to be sent; nothing of the request
goes into where. A link of one customer is not served under the domain of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from viesti.domain.clicks import Visit, judge, named
from viesti.domain.links import as_uri, find_links
from viesti.services.estate import EstateCache
from viesti.services.record_clicks import RecordClicks, Seen
from viesti.services.short_links import ShortLinks
from viesti.storage.store import Store, Transaction, period_of


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads, in ASCII."""

    uri: str


@dataclass(frozen=True, slots=True)
class Ended:
    """There was such a link."""


@dataclass(frozen=True, slots=True)
class NoLink:
    """There is no such link here."""


class FollowLink:
    """The service of one process."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        short_links: ShortLinks,
        record: RecordClicks,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._estate = estate
        self._short_links = short_links
        self._record = record
        self._now = now

    async def __call__(self, token: str, method: str, headers: Mapping[str, str]) -> Target | Ended | NoLink:
        """Where a token leads. `headers`: of the request, by their names in lower case.

        Raises `StoreUnavailable`.
        """
        meant = self._short_links.read(token)
        if meant is None:
            return NoLink()
        async with self._store.statements() as tx:
            stored = await tx.clicks.link_text(meant.recipient_id)
            if stored is None:
                return await _ended(tx, meant.recipient_id)
        if self._is_anothers(headers.get("host", ""), stored.customer_id):
            return NoLink()
        links = find_links(stored.text, stored.link_rule)
        if meant.link >= len(links):
            return NoLink()
        now = self._now()
        if stored.links_until is not None and stored.links_until <= now:
            return Ended()
        await self._record.add(
            Seen(
                recipient_id=stored.id,
                bucket=stored.bucket,
                link=meant.link,
                at=now,
                reason=judge(Visit(method, headers, now, stored.sent_at)).value,
                agent=named(headers.get("user-agent", "")),
                customer_id=stored.customer_id,
                address=stored.address,
                campaign_id=stored.campaign_id,
            )
        )
        return Target(as_uri(links[meant.link].url))

    def _is_anothers(self, host: str, customer_id: int) -> bool:
        """Whether the request came to the domain of another customer."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        owner = self._estate.current.link_domains.get(name.lower().rstrip("."))
        return owner is not None and owner != customer_id


async def _ended(tx: Transaction, recipient_id: int) -> Ended | NoLink:
    """A recipient that is not stored: one that was dropped with its period had links, for all we know."""
    kept = min((row["number"] for row in await tx.periods.all()), default=0)
    return Ended() if period_of(recipient_id) < kept else NoLink()
