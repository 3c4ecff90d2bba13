"""Leases: which engine process serves which channel, and what is seen of the sessions.

Rule: a lease is lost when somebody else has taken it over, which he may once it has run out. While the
database is away nobody can, so its holder goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from viesti.storage.store import Store


class LeaseChannels:
    """The leases of one engine process, `holder`. `dead`: holders known to be gone (the supervisor saw them
    die)."""

    def __init__(
        self, store: Store, holder: str, dead: Sequence[str], now: Callable[[], datetime], seconds: float
    ) -> None:
        self._store = store
        self.holder = holder
        self._dead = list(dead)
        self._now = now
        self._time_to_live = timedelta(seconds=seconds)

    async def acquire(self, name: str) -> int | None:
        """Take a lease; gives its fencing token, or None while another holds it."""
        now = self._now()
        async with self._store.transaction() as tx:
            return await tx.leases.acquire(name, self.holder, now + self._time_to_live, now, self._dead)

    async def renew(self, held: Mapping[str, int]) -> set[str]:
        """Prolong leases; gives those still held."""
        if not held:
            return set()
        async with self._store.transaction() as tx:
            return await tx.leases.renew(held, self.holder, self._now() + self._time_to_live)

    async def release(self, held: Mapping[str, int]) -> None:
        """Give leases up."""
        if held:
            async with self._store.transaction() as tx:
                await tx.leases.release(held)

    async def tell_session(self, channel_id: int, name: str, state: str, detail: str) -> None:
        """Write what an operator sees of a session."""
        async with self._store.transaction() as tx:
            await tx.leases.set_session(channel_id, name, self.holder, state, detail, self._now())

    async def clear_sessions(self, channel_id: int) -> None:
        """Forget a channel's sessions: it is started anew."""
        async with self._store.transaction() as tx:
            await tx.leases.clear_sessions(channel_id)
