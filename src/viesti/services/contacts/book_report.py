"""How many contacts a customer has, and how many of them may be written to.

Rule: counting goes through the whole book, so what was counted is good for a while, and one count of a book
runs at a time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable

import msgspec

from viesti.storage.store import Store

GOOD_SECONDS = 60.0
REMEMBERED = 10_000  # books


class BookReport(msgspec.Struct, frozen=True):
    """The contacts of a customer. `opted_out`: those who must not be written to."""

    contacts: int
    opted_out: int

    @property
    def opted_in(self) -> int:
        """Those who may be written to."""
        return self.contacts - self.opted_out


class ReportBook:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._counted: dict[int, tuple[float, BookReport]] = {}
        self._counting: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, customer_id: int) -> BookReport:
        """The customer's book, as it was at most a minute ago."""
        async with self._counting[customer_id]:
            known = self._counted.get(customer_id)
            if known and self._monotonic() - known[0] < GOOD_SECONDS:
                return known[1]
            async with self._store.statements() as tx:
                made = BookReport(*await tx.contacts.book(customer_id))
            if len(self._counted) >= REMEMBERED:
                self._counted.clear()
                self._counting.clear()
            self._counted[customer_id] = self._monotonic(), made
            return made
