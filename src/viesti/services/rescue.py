"""Takes care of what a dead process left behind, and of what falls due.

Rule: a recipient that a dead process had claimed may have been sent. It is treated as in doubt - sent once
more and marked, or held - never silently sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from viesti.domain.message import Event
from viesti.services.by_sms import as_sent
from viesti.services.estate import EstateCache
from viesti.services.judge import again_at
from viesti.services.wake import DUE, OUTBOX, Waker, seconds_until
from viesti.storage.store import Store, Transaction

ROWS = 1000


class Rescue:
    """The duties of upkeep on the message path."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        waker: Waker,
        now: Callable[[], datetime],
        lease_seconds: float,
    ) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._now = now
        self._lease = timedelta(seconds=lease_seconds)

    async def abandoned(self) -> int:
        """Settle claims whose lease is gone; gives how many."""
        count = 0
        channels: set[int] = set()

        async def work(tx: Transaction) -> None:
            nonlocal count
            now = self._now()
            rows = await tx.outbox.abandoned(now - self._lease, ROWS)
            count = len(rows)
            if not rows:
                return
            services = self._estate.current.estate.services
            recipients = {r.id: r for r in await tx.messages.load_recipients([row.id for row in rows])}
            messages = await tx.messages.load_messages(list({r.message_id for r in recipients.values()}))
            doubts: list[tuple[int, int, bool]] = []
            again: list[tuple[int, datetime | None]] = []
            for row in rows:
                recipient = recipients.get(row.id)
                message = messages.get(recipient.message_id) if recipient else None
                if recipient is None or message is None:
                    continue  # dropped by retention while it waited
                service = services.get(message.service_id or 0)
                resend = recipient.doubts == 0 and (service is None or service.on_unknown == "resend")
                doubts.append((row.id, row.attempt, not resend))
                if resend:
                    again.append((row.id, due := again_at(as_sent(recipient, message)[1], now)))
                    if due is None:
                        channels.add(row.channel_id)
            requeued = {recipient_id for recipient_id, _ in again}
            await tx.messages.mark_doubt(doubts, now)
            await tx.outbox.requeue(again)
            await tx.outbox.drop([row.id for row in rows if row.id not in requeued])
            await tx.messages.add_events(
                [
                    Event(
                        recipient_id,
                        now,
                        "in_doubt",
                        {"held": is_held, "detail": "the sending process ended"},
                    )
                    for recipient_id, _, is_held in doubts
                ]
            )

        await self._store.run(work)
        for channel_id in channels:
            self._waker.wake(OUTBOX, channel_id)
        if count:
            self._waker.wake(DUE)
        return count

    async def release_due(self) -> int:
        """Make scheduled and put-off recipients ready whose time has come; gives how many."""
        async with self._store.transaction() as tx:
            rows = await tx.outbox.release_due(self._now(), ROWS)
            if rows:
                await tx.messages.mark_queued([recipient_id for recipient_id, _ in rows])
        for channel_id in {channel_id for _, channel_id in rows}:
            self._waker.wake(OUTBOX, channel_id)
        return len(rows)

    async def due_in(self) -> float | None:
        """In how many seconds the next scheduled or put-off recipient falls due."""
        async with self._store.statements() as each:
            return seconds_until(await each.outbox.next_due(), self._now())
