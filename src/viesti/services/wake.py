"""Wakes the dispatchers that have new work: one NOTIFY for whatever gathered while the last one ran.

Rule: a wake-up is a hint. It is sent after the commit on a transaction of its own (NOTIFY inside a
transaction makes commits queue behind each other); one that is lost costs a dispatcher its poll interval,
never a message.
"""

from __future__ import annotations

import asyncio

from viesti.storage.store import Store, StoreUnavailable

OUTBOX = "viesti_outbox"
CALLBACKS = "viesti_callbacks"
SPACING = 0.005  # seconds between wake-ups of a busy process: the first goes at once, what follows shares one


class Waker:
    """Sends wake-ups for topics and keys, coalesced."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: dict[str, set[int]] = {}
        self._task: asyncio.Task[None] | None = None

    def wake(self, topic: str, key: int = 0) -> None:
        """Soon tell the listeners of `topic` that there is work for `key` (a channel id, or 0)."""
        self._pending.setdefault(topic, set()).add(key)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send(), name="waker")

    async def stop(self) -> None:
        """Send what is pending, before the store is closed."""
        if self._task is not None:
            await self._task

    async def _send(self) -> None:
        while self._pending:
            pending, self._pending = self._pending, {}
            try:
                for topic, keys in pending.items():
                    await self._store.hint(topic, ",".join(map(str, sorted(keys))))
            except StoreUnavailable:
                return
            await asyncio.sleep(SPACING)


def keys_of(payload: str) -> list[int]:
    """The keys a wake-up names; none when it may be any (after a reconnect)."""
    return [int(key) for key in payload.split(",") if key]
