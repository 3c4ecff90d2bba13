"""Keeps the bodies that a provider posts, many in one statement.

Rule: who gives a body is told after the commit. A body that was taken before is known by its digest and not
kept again, whoever took it; so a repeat has no effect.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from viesti.domain.estate import ChannelRow
from viesti.services.batches import Batches
from viesti.services.wake import PROVIDER, Waker
from viesti.storage.store import NewBody, Store, StoreUnavailable, Transaction

ROWS = 500  # in one statement
WAIT_SECONDS = 0.01  # how long a body waits for others while more keep coming
HELD = 5_000  # bodies in hand; more are refused, and the provider posts them again


_log = structlog.get_logger()


class _Given(NamedTuple):
    channel_id: int
    bucket: int
    digest: bytes
    body: bytes
    received_at: datetime


class TakeBodies:
    """The intake of one process."""

    def __init__(self, store: Store, waker: Waker, now: Callable[[], datetime]) -> None:
        self._store = store
        self._waker = waker
        self._now = now
        self._batches: Batches[_Given] = Batches(
            "provider bodies", self._write, rows=ROWS, wait_seconds=WAIT_SECONDS, limit=HELD
        )

    def start(self) -> None:
        """Begin."""
        self._batches.start()

    async def stop(self) -> None:
        """Keep what has come, then end."""
        await self._batches.stop()

    async def __call__(self, channel: ChannelRow, body: bytes) -> None:
        """Keep a body that was posted to a channel. Raises `StoreUnavailable`, and then it is not kept."""
        if self._batches.full:
            raise StoreUnavailable("Too much is waiting to be stored.")
        digest = hashlib.sha256(body).digest()
        given = _Given(channel.id, channel.bucket, digest, body, self._now())
        await asyncio.shield(self._batches.give(given))

    async def _write(self, batch: list[_Given]) -> None:
        # One order everywhere, so that two batches with the same bodies never deadlock.
        fresh = sorted({(one.digest, one.channel_id): one for one in reversed(batch)}.values(), key=_digest)
        ids = await self._store.ids.take([one.bucket for one in fresh])
        rows = [NewBody(identifier, *one) for identifier, one in zip(ids, fresh, strict=True)]

        async def keep(tx: Transaction) -> int:
            return await tx.provider_events.keep(rows)

        new = await self._store.run_one(keep)
        if new:
            self._waker.wake(PROVIDER)
        if new < len(batch):
            _log.info("webhooks came again", times=len(batch) - new)


def _digest(one: _Given) -> tuple[bytes, int]:
    return one.digest, one.channel_id
