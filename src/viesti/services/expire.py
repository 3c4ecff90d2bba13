"""Expires recipients whose receipt never came.

Rule: each recipient is looked at once, when it is old enough, by walking through the ids in order; what is
not final then is watched. So the cost follows the traffic, not the history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from viesti.domain.failure import Failure
from viesti.domain.message import Event, StatusChange
from viesti.domain.status import Status
from viesti.services.estate import EstateCache
from viesti.services.publish import Publish
from viesti.services.wake import CALLBACKS, Waker
from viesti.storage.store import Standing, Store, Transaction

ROWS = 1000
# A process may use up a block of ids for an hour (storage/ids), so ids are in order of time only that far.
DISORDER = timedelta(hours=1)
CURSOR = "receipts"


class Expire:
    """The duty of overdue receipts. `after`: how long a receipt may take."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        publish: Publish,
        waker: Waker,
        now: Callable[[], datetime],
        after: timedelta,
    ) -> None:
        self._store = store
        self._estate = estate
        self._publish = publish
        self._waker = waker
        self._now = now
        self._after = after

    async def __call__(self) -> int:
        """One step; gives how many recipients were looked at (0: nothing is old enough)."""
        looked_at = 0

        async def work(tx: Transaction) -> None:
            nonlocal looked_at
            now = self._now()
            position = await tx.messages.cursor(CURSOR)
            old_enough = now - self._after - DISORDER
            walked: list[Standing] = []
            for one in await tx.messages.walk(position, ROWS):
                if one.created_at >= old_enough:
                    break
                walked.append(one)
            if walked:
                await tx.messages.move_cursor(CURSOR, walked[-1].id)
            watched = await tx.messages.take_watched(now, ROWS)
            looked_at = len(walked) + len(watched)
            if watched:
                walked += await tx.messages.standing(watched)
            await self._examine(tx, walked, now)

        await self._store.run(work)
        return looked_at

    async def _examine(self, tx: Transaction, standing: Sequence[Standing], now: datetime) -> None:
        overdue, later = [], []
        for one in standing:
            if Status(one.status).final:
                continue
            if one.sent_at is not None and now - one.sent_at >= self._after:
                overdue.append(one.id)
            else:
                later.append((one.id, (one.sent_at or now) + self._after))
        await tx.messages.watch(later)
        if overdue:
            moved = await tx.messages.advance(
                [
                    StatusChange(i, Status.EXPIRED, Failure.EXPIRED.value, "no receipt came", None, now)
                    for i in overdue
                ]
            )
            hours = self._after.total_seconds() / 3600
            await tx.messages.add_events(
                [Event(one.id, now, "receipt_overdue", {"hours": hours}) for one in moved]
            )
            if await self._publish(tx, self._estate.current, moved, now):
                tx.after_commit(lambda: self._waker.wake(CALLBACKS))
