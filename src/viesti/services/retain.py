"""Keeps the partitions: opens periods ahead, moves ids on in time, drops the old; forgets old keys.

Rule: nothing is dropped before every id made in its period is older than the retention.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from viesti.services.auto_reply import ANSWERS_IN
from viesti.storage.store import Store, Transaction, first_id

REFERENCE_AGE = timedelta(days=10)
ACCESS_SPENT = timedelta(days=1)  # codes, tokens and sign-ins are kept so long after they ran out
ACCESS_OLD = timedelta(days=30)  # replaced refresh tokens, and connections that ended
PROVIDER_AGE = timedelta(days=8)  # a provider posts again what was not answered for 7 days
WINDOW_AGE = timedelta(days=2)  # a window is open for one
FORGET_ROWS = 10_000  # deleted in one transaction (decision 0018)
BLOCK_AGE = timedelta(hours=1)  # how long a process goes on making ids of a period that is over (storage/ids)


class Retain:
    """Opens periods ahead, moves ids on to the next one in time, drops the old."""

    def __init__(self, store: Store, now: Callable[[], datetime], period: timedelta, keep: timedelta) -> None:
        self._store = store
        self._now = now
        self._period = period
        self._keep = keep

    async def __call__(self) -> int:
        """One round; gives the number of the current period."""
        now = self._now()
        async with self._store.transaction() as tx:
            await tx.periods.lock()
            current = await tx.periods.current()
            known = {row["number"]: row["starts_at"] for row in await tx.periods.all()}
            for number in (current, current + 1, current + 2):
                if number not in known:
                    await tx.periods.open(number)
            began = known.get(current)
            if began is None:
                await tx.periods.begin(current, now)
            elif now - began >= self._period:
                current += 1
                await tx.periods.move(current)
                await tx.periods.begin(current, now)
        ends = {number: known.get(number + 1) for number in known if number < current}
        for number, end in ends.items():
            if end is not None and now - end > self._keep + BLOCK_AGE:
                await self._drop(number)
        return current

    async def _drop(self, number: int) -> None:
        async def work(tx: Transaction) -> None:
            await tx.periods.drop(number)

        await self._store.run(work)

    async def oldest_reference(self) -> int:
        """The lowest id whose carrier reference may still be meant: carriers use references again."""
        oldest = self._now() - REFERENCE_AGE
        async with self._store.transaction() as tx:
            periods = await tx.periods.all()
        begun = [row["number"] for row in periods if row["starts_at"] and row["starts_at"] <= oldest]
        return first_id(max(begun, default=0))

    async def forget(self, request_ids_after: timedelta, waiting_receipts_after: timedelta) -> int:
        """Drop request ids, waiting receipts, campaigns that are over, what webhooks are known again by and
        those that failed, closed windows, counts of answers and spent access that are too old, some thousands
        at a time; gives how many."""
        now, rows = self._now(), FORGET_ROWS
        async with self._store.transaction() as tx:
            forgotten = await tx.messages.forget_requests(now - request_ids_after, rows)
            forgotten += await tx.receipts.forget_waiting(now - waiting_receipts_after, rows)
            forgotten += await tx.campaigns.forget(now - self._keep, rows)
            forgotten += await tx.provider_events.forget(now - PROVIDER_AGE, now - self._keep, rows)
            forgotten += await tx.windows.forget(now - WINDOW_AGE, rows)
            forgotten += await tx.access.forget(now - ACCESS_SPENT, now - ACCESS_OLD, rows)
            return forgotten + await tx.inbound.forget_answers(now - ANSWERS_IN, rows)
