"""Whether this process can do its work, and how much work waits in the store.

Rule: these look and never change anything. Figures come from the store, so every process tells the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from viesti.services.estate import EstateCache
from viesti.storage.store import Store, StoreUnavailable

FRESH_SECONDS = (
    5.0  # counting a long queue takes its time; a scrape may not cost more than one count in so long
)


class CheckReady:
    """What stands in the way of serving requests."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate
        self._migrated = False  # once seen, it stays: schemas only move forward

    async def __call__(self) -> list[str]:
        """The reasons, as sentences; none when ready."""
        reasons = []
        try:
            await self._store.ping()
            if not self._migrated:
                missing = await self._store.pending_migrations()
                self._migrated = not missing
                if missing:
                    reasons.append(f"Migrations are not applied: {', '.join(missing)}. Run `viesti migrate`.")
        except StoreUnavailable:
            reasons.append("The database does not answer.")
        if not self._estate.loaded:
            reasons.append("The estate is not loaded yet.")
        return reasons


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits. Outbox: (channel, lane, state) -> recipients, state being ready, later or claimed;
    sessions: (channel, state) -> sessions; bodies: of providers' webhooks, failed ones apart."""

    outbox: dict[tuple[str, int, str], int]
    receipts: int
    callbacks: int
    parked: int
    bodies: int
    failed_bodies: int
    sessions: dict[tuple[str, str], int]


class CountWaiting:
    """Counts what waits, at most once in FRESH_SECONDS."""

    def __init__(self, store: Store, estate: EstateCache, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._estate = estate
        self._monotonic = monotonic
        self._last: tuple[float, Waiting] | None = None

    async def __call__(self) -> Waiting:
        """The counts. Raises `StoreUnavailable`."""
        now = self._monotonic()
        if self._last is None or now - self._last[0] >= FRESH_SECONDS:
            self._last = (now, await self._count())
        return self._last[1]

    async def _count(self) -> Waiting:
        async with self._store.transaction() as tx:
            depths = await tx.outbox.depth()
            receipts = await tx.receipts.count_waiting()
            callbacks, parked = await tx.callbacks.counts()
            bodies, failed_bodies = await tx.provider_events.counts()
            sessions = await tx.leases.sessions()
        keys = {channel.id: channel.key for channel in self._estate.current.estate.channels.values()}
        outbox: dict[tuple[str, int, str], int] = {}
        for depth in depths:
            channel = keys.get(depth.channel_id, "")
            outbox[channel, depth.lane, "ready"] = depth.ready
            outbox[channel, depth.lane, "later"] = depth.due_later
            outbox[channel, depth.lane, "claimed"] = depth.claimed
        counted = Counter((keys.get(row["channel_id"], ""), str(row["state"])) for row in sessions)
        return Waiting(outbox, receipts, callbacks, parked, bodies, failed_bodies, dict(counted))
