"""How many contacts a customer has, how many of them may be written to, and how engaged they are.

Rule: counting goes through the whole book, so what was counted is good for a while: a minute, and longer
where it took long. One count of a book runs at a time.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable

import msgspec

from viesti.domain.contact import ContactCounters
from viesti.domain.rating import HIGHEST, rating
from viesti.storage.store import Store, Transaction

GOOD_SECONDS = 60.0
GOOD_TIMES = 50  # as long as the count took
REMEMBERED = 10_000  # books
STEP = 10  # of ratings that are counted together


class BookReport(msgspec.Struct, frozen=True):
    """The contacts of a customer. `opted_out`: those who must not be written to; `ratings`: how many there
    are from 0, from 10 and so on, up to those from 90 to 100."""

    contacts: int
    opted_out: int
    ratings: tuple[int, ...]

    @property
    def opted_in(self) -> int:
        """Those who may be written to."""
        return self.contacts - self.opted_out


class ReportBook:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._counted: dict[int, tuple[float, BookReport]] = {}  # with until when it is good
        self._counting: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def __call__(self, customer_id: int) -> BookReport:
        """The customer's book, as it was a little while ago."""
        async with self._counting[customer_id]:
            known = self._counted.get(customer_id)
            began = self._monotonic()
            if known and began < known[0]:
                return known[1]
            async with self._store.statements() as tx:
                made = await _count(tx, customer_id)
            if len(self._counted) >= REMEMBERED:
                self._counted.clear()
                self._counting.clear()
            ended = self._monotonic()
            self._counted[customer_id] = ended + max(GOOD_SECONDS, GOOD_TIMES * (ended - began)), made
            return made


async def _count(tx: Transaction, customer_id: int) -> BookReport:
    contacts, opted_out = await tx.contacts.book(customer_id)
    steps = [0] * (HIGHEST // STEP)
    counted = 0
    for counters, alike in await tx.contacts.counters_alike(customer_id):
        steps[_step(counters)] += alike
        counted += alike
    steps[_step(ContactCounters())] += max(0, contacts - counted)
    return BookReport(contacts, opted_out, tuple(steps))


def _step(counters: ContactCounters) -> int:
    return min(rating(counters) // STEP, HIGHEST // STEP - 1)
