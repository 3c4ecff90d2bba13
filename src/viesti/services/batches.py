"""Gathers what arrives one by one into batches, and tells the givers when their batch is done.

Rule: natural batching. What comes while a batch is being written makes the next one, and a batch is left open
while more keeps coming; so a busy engine writes large batches and an idle one writes almost at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Generic, TypeVar

LOOK_SECONDS = 0.005  # how often a batch is looked at for growth while it is open

T = TypeVar("T")


class _Batch(Generic[T]):
    """Items that are written together, and the one future that all their givers share."""

    __slots__ = ("done", "items")

    def __init__(self) -> None:
        self.items: list[T] = []
        self.done: asyncio.Future[None] | None = None


class Batches(Generic[T]):
    """Calls `write(items)` for up to `rows` items at a time, one batch after the other. A batch stays open
    for `wait_seconds` at most, and no longer than it grows: who waits for an answer before giving more is
    not kept waiting. It is closed at once when `hurry()` says that somebody is.

    `write` must not raise for anything but a failure of the whole batch; its givers then get the exception.
    """

    def __init__(
        self,
        name: str,
        write: Callable[[list[T]], Awaitable[None]],
        *,
        rows: int,
        wait_seconds: float,
        limit: int = 100_000,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self._write = write
        self._rows = rows
        self._looks = ceil(wait_seconds / LOOK_SECONDS)
        self._look = wait_seconds / max(1, self._looks)
        self._limit = limit
        self._hurry = hurry
        self._waiting: deque[_Batch[T]] = deque()
        self._count = 0  # of items waiting
        self._arrived = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin writing."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    async def stop(self) -> None:
        """Write everything given so far, then end."""
        await self._idle.wait()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def __len__(self) -> int:
        return self._count

    @property
    def full(self) -> bool:
        """Whether the givers should hold back."""
        return self._count >= self._limit

    def put(self, item: T) -> None:
        """Give an item without waiting to hear of it."""
        self._add(item)

    def give(self, item: T) -> asyncio.Future[None]:
        """Give an item; the future ends when its batch is written, or with what prevented it. It is shared by
        all givers of the batch: who may be cancelled while he waits shields it."""
        batch = self._add(item)
        if batch.done is None:
            batch.done = asyncio.get_running_loop().create_future()
        return batch.done

    def _add(self, item: T) -> _Batch[T]:
        if not self._waiting or len(self._waiting[-1].items) >= self._rows:
            self._waiting.append(_Batch())
            self._idle.clear()
            self._arrived.set()
        self._waiting[-1].items.append(item)
        self._count += 1
        return self._waiting[-1]

    async def _gather(self) -> None:
        for _ in range(self._looks):
            before = self._count
            if before >= self._rows or self._hurry():
                return
            await asyncio.sleep(self._look)
            if self._count == before:
                return

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await self._gather()
            batch = self._waiting.popleft()
            self._count -= len(batch.items)
            error: Exception | None = None
            try:
                await self._write(batch.items)
            except Exception as failure:  # handed on to the givers
                error = failure
            if batch.done and not batch.done.done():
                if error:
                    batch.done.set_exception(error)
                else:
                    batch.done.set_result(None)
            if not self._waiting:
                self._arrived.clear()
                self._idle.set()
