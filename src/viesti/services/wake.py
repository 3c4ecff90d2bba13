"""Wakes the dispatchers that have new work: one NOTIFY for whatever gathered while the last one ran.

Rule: a wake-up is a hint. It is sent after the commit on a transaction of its own (NOTIFY inside a
transaction makes commits queue behind each other); one that is lost costs `LOOK_SECONDS`, never a message. It
is lost only with the process that owed it, and the next process to start wakes everybody.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

from viesti.storage.store import Store, StoreUnavailable

OUTBOX = "viesti_outbox"
CALLBACKS = "viesti_callbacks"
DUE = "viesti_due"  # something was put off for less than `LOOK_SECONDS`
BALANCE = "viesti_balance"  # a customer may spend more than before
PROVIDER = "viesti_provider"  # a provider posted something
INBOUND = "viesti_inbound"  # which is messages from people
MEDIA = "viesti_media"  # and files with them
CAMPAIGNS = "viesti_campaigns"  # there is something to do for a campaign
LOOK_SECONDS = 5.0  # who waits for wake-ups looks by himself as often
RETRY_SECONDS = 1.0
SPACING = 0.02  # seconds between wake-ups of a busy process: the first goes at once, what follows shares one


class Waker:
    """Sends wake-ups for topics and keys, coalesced."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pending: dict[str, set[int]] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self, topic: str, key: int = 0) -> None:
        """Soon tell the listeners of `topic` that there is work for `key` (a channel id, or 0)."""
        self._pending.setdefault(topic, set()).add(key)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send(), name="waker")

    async def stop(self) -> None:
        """Send what is pending, before the store is closed."""
        self._stopping = True
        if self._task is not None:
            await self._task

    async def _send(self) -> None:
        while self._pending:
            pending, self._pending = self._pending, {}
            pause = SPACING
            for topic, keys in pending.items():
                try:
                    await self._store.hint(topic, ",".join(map(str, sorted(keys))))
                except StoreUnavailable:
                    if self._stopping:
                        return
                    self._pending.setdefault(topic, set()).update(keys)
                    pause = RETRY_SECONDS
            await asyncio.sleep(pause)


async def wake_everybody(store: Store) -> None:
    """When a process starts: the one before it may have died between a commit and its wake-up."""
    with suppress(StoreUnavailable):
        for topic in (OUTBOX, CALLBACKS, DUE, CAMPAIGNS, PROVIDER, INBOUND, MEDIA):
            await store.hint(topic)


def soon(due: datetime | None, now: datetime) -> bool:
    """Whether who looks by himself might look too late."""
    return due is not None and (due - now).total_seconds() < LOOK_SECONDS


def seconds_until(due: datetime | None, now: datetime) -> float | None:
    """From now; None when nothing is due."""
    return None if due is None else (due - now).total_seconds()


def keys_of(payload: str) -> list[int]:
    """The keys a wake-up names; none when it may be any (after a reconnect)."""
    return [int(key) for key in payload.split(",") if key]
