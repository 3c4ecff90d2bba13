"""Queues recipients that were held back.

Rule: they take their fair place behind what waits, as if they had just been accepted; a release of many does
not overtake the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from viesti.domain.fair import FairClock
from viesti.domain.lane import Lane
from viesti.domain.message import Held
from viesti.services.estate import EstateCache
from viesti.services.wake import DUE, OUTBOX, Waker, soon
from viesti.storage.store import Released, Transaction


class ReleaseHeld:
    """Queues for one process; used inside the transaction that decides on it."""

    def __init__(self, estate: EstateCache, waker: Waker, now: Callable[[], datetime]) -> None:
        self._estate = estate
        self._waker = waker
        self._now = now
        self._fair = FairClock()

    async def __call__(self, tx: Transaction, rows: Sequence[Held]) -> list[Released]:
        """Queue these, which must be locked; gives those that were queued. Their channels are woken after the
        commit."""
        for channel_id, lane, tag in await tx.outbox.clocks():
            self._fair.advance(channel_id, Lane(lane), tag)
        customers = self._estate.current.estate.customers
        tags = {
            row.id: self._fair.tag(
                row.channel_id, Lane(row.lane), row.customer_id, row.parts, customers[row.customer_id].weight
            )
            for row in rows
        }
        now = self._now()
        released = await tx.held.release(tags, now)
        for channel_id in {each.channel_id for each in released if each.due_at is None}:
            tx.after_commit(partial(self._waker.wake, OUTBOX, channel_id))
        if any(soon(each.due_at, now) for each in released):
            tx.after_commit(partial(self._waker.wake, DUE))
        return released
