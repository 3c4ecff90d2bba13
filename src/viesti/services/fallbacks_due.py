"""Sends on by SMS what WhatsApp did not deliver in time.

Rule: what somebody else writes to, or a channel has in its hands, is looked at again a little later; so this
duty waits for nobody. What is settled needs no other way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from viesti.domain.status import Status
from viesti.services.estate import EstateCache
from viesti.services.fall_back import NO_DELIVERY, Stranded, fall_back
from viesti.services.plan_whatsapp import DEFAULT_FALLBACK_MINUTES
from viesti.services.wake import OUTBOX, Waker, seconds_until
from viesti.storage.store import MessageToSend, Stands, Store, Transaction

ROWS = 500
AGAIN = timedelta(seconds=5)  # until what is in somebody's hands is looked at again


class FallbacksDue:
    """The duty, for one process."""

    def __init__(self, store: Store, estate: EstateCache, waker: Waker, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._now = now

    async def __call__(self) -> int:
        """One step; gives how many were looked at."""
        looked_at = 0

        async def work(tx: Transaction) -> None:
            nonlocal looked_at
            ids = await tx.fallbacks.due(self._now(), ROWS)
            looked_at = len(ids)
            if ids:
                await self._settle(tx, ids)

        await self._store.run(work)
        return looked_at

    async def due_in(self) -> float | None:
        """In how many seconds the next one's time is over."""
        async with self._store.statements() as each:
            return seconds_until(await each.fallbacks.next_due(), self._now())

    async def _settle(self, tx: Transaction, ids: Sequence[int]) -> None:
        now = self._now()
        standing = await tx.fallbacks.lock_free(ids)
        recipients = await tx.messages.load_recipients(ids)
        messages = await tx.messages.load_messages(sorted({one.message_id for one in recipients}))
        kept = [one for one in recipients if one.message_id in messages]
        over = set(ids) - {one.id for one in kept}  # dropped by retention
        later: dict[int, datetime] = {}
        stranded = []
        for one in kept:
            stands, message = standing.get(one.id), messages[one.message_id]
            if stands is None:
                later[one.id] = now + AGAIN
            elif self._needs_none(stands, message):
                over.add(one.id)
            elif (until := self._until(stands, message, now)) > now:
                later[one.id] = until
            else:
                stranded.append(Stranded(one, message, stands.attempt, NO_DELIVERY))
        fallen = await fall_back(tx, self._estate.current, stranded, now) if stranded else None
        for identifier in fallen.busy if fallen else ():
            later[identifier] = now + AGAIN
        await tx.fallbacks.drop(sorted(over))
        await tx.fallbacks.put_off(list(later.items()))
        for channel_id in set(fallen.channels.values()) if fallen else ():
            tx.after_commit(partial(self._waker.wake, OUTBOX, channel_id))

    def _needs_none(self, stands: Stands, message: MessageToSend) -> bool:
        """Whether it is settled, or in doubt and the operator wants no second copy."""
        if stands.status.final or stands.fell_back_after is not None:
            return True
        service = self._estate.current.estate.services.get(message.service_id or 0)
        return stands.status is Status.UNKNOWN and service is not None and service.on_unknown == "hold"

    def _until(self, stands: Stands, message: MessageToSend, now: datetime) -> datetime:
        """Until when WhatsApp has: what it took late it has as long to deliver, and what is held back waits
        for its release."""
        service = self._estate.current.estate.services.get(message.service_id or 0)
        minutes = timedelta(minutes=service.fallback_minutes if service else DEFAULT_FALLBACK_MINUTES)
        if stands.status is Status.FROZEN:
            return now + minutes
        return stands.sent_at + minutes if stands.sent_at else now
