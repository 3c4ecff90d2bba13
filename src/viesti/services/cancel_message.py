"""Cancels a message, or one recipient of it, as far as no carrier has it.

Rule: each recipient is cancelled by whoever takes him out of his queue, so once, and never while a channel
has him in hand. Some thousands go in a transaction; whoever is broken off leaves whole steps behind, and may
ask again. A step keeps a connection for long, so few are taken at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.domain.message import Event
from viesti.domain.status import Status
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.named_message import Named, named_message
from viesti.services.standing import summary
from viesti.storage.store import StandsAt, Store, Transaction

STEP = 5_000  # recipients in one transaction
AT_ONCE = 2  # steps of one process
WAITING = frozenset((Status.FROZEN, Status.SCHEDULED, Status.QUEUED))


class Cancelled(NamedTuple):
    """How many recipients were cancelled now, how many before, and how many it was too late for."""

    message_id: int
    now: int
    before: int
    too_late: int


class TooLate(NamedTuple):
    """Nothing of it waits any more; a sentence."""

    sentence: str


class CancelMessage:
    """Raises `StoreUnavailable`."""

    def __init__(
        self, store: Store, cancel: CancelWaiting, now: Callable[[], datetime], step: int = STEP
    ) -> None:
        self._store = store
        self._cancel = cancel
        self._now = now
        self._step = step
        self._places = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, customer_id: int, identifier: int, by: str) -> Cancelled | TooLate | None:
        """Cancel what the id names, which the history has of `by`; None: the customer has no such."""
        async with self._store.statements() as tx:
            named = await named_message(tx, identifier, customer_id)
            if named is None:
                return None
            stand = await tx.messages.of_message(named.message.id, named.recipient_id)
        ids = sorted(each.id for each in stand if waits(each))
        done = 0
        for start in range(0, len(ids), self._step):
            done += await self._some(named, ids[start : start + self._step], by)
        async with self._store.statements() as tx:
            stand = await tx.messages.of_message(named.message.id, named.recipient_id)
        counts = Counter(each.status for each in stand)
        if not counts[Status.CANCELLED]:
            return TooLate(too_late(counts))
        cancelled = counts[Status.CANCELLED]
        return Cancelled(named.message.id, done, cancelled - done, len(stand) - cancelled)

    async def _some(self, named: Named, ids: Sequence[int], by: str) -> int:
        done = 0

        async def work(tx: Transaction) -> None:
            nonlocal done
            done = len(await self._cancel(tx, ids))
            if done:
                detail = {"recipients": done, "by": by}
                await tx.messages.add_events([Event(named.subject_id, self._now(), "cancelled", detail)])

        async with self._places:
            await self._store.run(work)
        return done


def waits(recipient: StandsAt) -> bool:
    """Whether he may be in a queue: whom WhatsApp did not reach is, whatever became of it there."""
    return recipient.status in WAITING or (recipient.fell_back and not recipient.status.final)


def too_late(counts: Mapping[Status, int]) -> str:
    """Why nothing can be done any more."""
    return f"It is too late: no recipient waits any more. ({summary(counts)})"
