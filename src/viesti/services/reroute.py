"""Moves what waits for a channel that is down to the next route.

Rule: only what was never handed to a carrier moves; a recipient with parts sent or in doubt waits for its own
channel. What has no other route waits too, and what costs more there than its customer's balance covers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from viesti.domain.message import Event, Protocol
from viesti.services.balance.reprice import fare, reprice
from viesti.services.by_sms import as_sent
from viesti.services.estate import EstateCache
from viesti.services.wake import OUTBOX, Waker
from viesti.storage.store import Store, Transaction

ROWS = 1000


class Reroute:
    """The duty of fallback. `after`: how long a channel may be without a bound session."""

    def __init__(
        self, store: Store, estate: EstateCache, waker: Waker, now: Callable[[], datetime], after: timedelta
    ) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._now = now
        self._after = after
        self._positions: dict[int, int] = {}

    async def __call__(self) -> int:
        """One step for each channel that is down; gives how many recipients moved."""
        async with self._store.transaction() as tx:
            down = frozenset(await tx.leases.down_channels(self._now() - self._after))
        if not down:
            self._positions.clear()
            return 0
        return sum([await self._leave(channel_id, down) for channel_id in sorted(down)])

    async def _leave(self, channel_id: int, down: frozenset[int]) -> int:
        moves: list[tuple[int, int, int]] = []

        async def work(tx: Transaction) -> None:
            nonlocal moves
            ids = await tx.outbox.ready_after(channel_id, self._positions.get(channel_id, 0), ROWS)
            self._positions[channel_id] = ids[-1] if len(ids) == ROWS else 0  # then from the beginning again
            moves = await self._other_routes(tx, ids, down) if ids else []
            if moves:
                await tx.outbox.move([(recipient_id, other) for recipient_id, other, _ in moves])
                await tx.messages.mark_route(moves)
                detail = {"channel": channel_id, "reason": "channel_down"}
                await tx.messages.add_events(
                    [Event(recipient_id, self._now(), "rerouted", detail) for recipient_id, _, _ in moves]
                )

        await self._store.run(work)
        for other in {other for _, other, _ in moves}:
            self._waker.wake(OUTBOX, other)
        return len(moves)

    async def _other_routes(
        self, tx: Transaction, ids: list[int], down: frozenset[int]
    ) -> list[tuple[int, int, int]]:
        snapshot = self._estate.current
        recipients = await tx.messages.load_recipients(ids)
        messages = await tx.messages.load_messages(list({r.message_id for r in recipients}))
        begun = await tx.messages.parts_done(recipients)
        moves, fares = [], []
        for recipient in recipients:
            if recipient.id in begun or recipient.doubts:
                continue
            recipient, message = as_sent(recipient, messages[recipient.message_id])
            if message.protocol == Protocol.WHATSAPP:  # a route leads to SMS
                continue
            route = snapshot.routes.choose(
                recipient.address, message.sender, message.service_id, message.customer_id, down
            )
            if route:
                moves.append((recipient.id, route.channel_id, route.id))
                fares.append(fare(snapshot, recipient, message, route.channel_id))
        poor = await reprice(tx, fares)
        return [move for move in moves if move[0] not in poor]
