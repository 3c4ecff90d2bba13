"""Ids: `counter * 64 + bucket`, below 2^53 so that they are exact in JSON.

Rule: a process takes counters from the sequence in blocks and never hands one out twice; a block is given up
after an hour, so that ids stay roughly in the order of time (partitions are ranges of ids).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

BUCKETS = 64
BLOCK = 1000  # counters per value of the sequence; the sequence increments by as much
PERIOD_BITS = 36  # a period is 2^36 ids (2^30 counters)
BLOCK_SECONDS = 3600.0


class IdSource:
    """Makes ids. `fetch(n)` returns n values of the sequence, `monotonic()` seconds."""

    def __init__(self, fetch: Callable[[int], Awaitable[list[int]]], monotonic: Callable[[], float]) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._next = 0
        self._end = 0
        self._spare: list[int] = []
        self._taken_at = 0.0
        self._lock = asyncio.Lock()

    async def take(self, buckets: Sequence[int]) -> list[int]:
        """One id for each bucket given (0-63), in order. Waits for the sequence only when a block is used
        up."""
        if self._monotonic() - self._taken_at > BLOCK_SECONDS:
            self._next = self._end = 0
            self._spare.clear()
        while self._left() < len(buckets):
            async with self._lock:
                missing = len(buckets) - self._left()
                if missing > 0:
                    self._spare.extend(await self._fetch(-(-missing // BLOCK)))
                    self._taken_at = self._monotonic()
        return [self._counter() * BUCKETS + bucket for bucket in buckets]

    async def one(self, bucket: int) -> int:
        """One id in `bucket`."""
        return (await self.take((bucket,)))[0]

    def _counter(self) -> int:
        if self._next == self._end:
            self._next = self._spare.pop(0)
            self._end = self._next + BLOCK
        self._next += 1
        return self._next - 1

    def _left(self) -> int:
        return self._end - self._next + len(self._spare) * BLOCK


def bucket_of(identifier: int) -> int:
    """The bucket an id was made in."""
    return identifier % BUCKETS


def period_of(identifier: int) -> int:
    """The period an id was made in."""
    return identifier >> PERIOD_BITS


def first_id(period: int) -> int:
    """The lowest id of a period."""
    return period << PERIOD_BITS
