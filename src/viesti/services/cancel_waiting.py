"""Calls back recipients that are not sent yet: queued, scheduled or held.

Rule: only who takes a recipient out of its queue, in this transaction, cancels it; one that is in a channel's
hands is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from viesti.domain.contact import ContactCount
from viesti.domain.failure import Failure
from viesti.domain.links import find_links
from viesti.domain.message import StatusChange
from viesti.domain.status import Status
from viesti.services.balance.refund import refund
from viesti.services.estate import EstateCache
from viesti.services.publish import Publish
from viesti.services.wake import CALLBACKS, Waker
from viesti.storage.store import Moved, Store, Transaction


class CancelWaiting:
    """Cancels for one process; used inside the transaction that decides on it."""

    def __init__(
        self, store: Store, estate: EstateCache, publish: Publish, waker: Waker, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._estate = estate
        self._publish = publish
        self._waker = waker
        self._now = now

    async def __call__(self, tx: Transaction, ids: Sequence[int]) -> list[Moved]:
        """Cancel those of these that wait and are in nobody's hands; gives them. Their reports are owed."""
        if not ids:
            return []
        taken = await tx.outbox.withdraw(ids) | await tx.held.drop(ids)
        return await self.taken(tx, sorted(taken))

    async def taken(
        self, tx: Transaction, ids: Sequence[int], why: Failure = Failure.CANCELLED
    ) -> list[Moved]:
        """Cancel recipients that were taken out of their queue in this transaction; gives those that were not
        sent by an earlier attempt after all. What was taken from the balance for them is given back."""
        now = self._now()
        moved = await tx.messages.advance(
            [StatusChange(identifier, Status.CANCELLED, why.value, None, None, now) for identifier in ids]
        )
        if not moved:
            return []
        await refund(tx, [each.id for each in moved])
        await self._uncount(tx, moved, now)
        if await self._publish(tx, self._estate.current, moved, now):
            tx.after_commit(lambda: self._waker.wake(CALLBACKS))
        return moved

    async def _uncount(self, tx: Transaction, moved: Sequence[Moved], now: datetime) -> None:
        """Nothing was sent to them after all, and no link."""
        texts = await tx.clicks.link_texts([each.id for each in moved])
        links = {each.id: len(find_links(each.text, each.link_rule)) for each in texts}
        ids = await self._store.ids.take([each.bucket for each in moved])
        await tx.contacts.count(
            [
                ContactCount(
                    identifier,
                    each.bucket,
                    each.customer_id,
                    each.address,
                    "outbound",
                    -1,
                    now,
                    -links.get(each.id, 0),
                )
                for identifier, each in zip(ids, moved, strict=True)
            ]
        )
