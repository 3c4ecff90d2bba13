"""Gathers what arrives one by one into batches, and tells each giver when his batch is done.

Rule: natural batching. What comes while a batch is being written makes the next one, and a batch is left open
while more keeps coming; so a busy engine writes large batches and an idle one writes almost at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

LOOKS = 4  # at a batch that grows, before it is written

T = TypeVar("T")


class Batches(Generic[T]):
    """Calls `write(items)` for up to `rows` items at a time, one batch after the other. A batch stays open
    for `wait_seconds` at most, and no longer than it grows: who waits for an answer before giving more is
    not kept waiting.

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
    ) -> None:
        self.name = name
        self._write = write
        self._rows = rows
        self._wait = wait_seconds
        self._limit = limit
        self._waiting: deque[tuple[T, asyncio.Future[None] | None]] = deque()
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
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether the givers should hold back."""
        return len(self._waiting) >= self._limit

    def put(self, item: T) -> None:
        """Give an item without waiting to hear of it."""
        self._add(item, None)

    def give(self, item: T) -> asyncio.Future[None]:
        """Give an item; the future ends when its batch is written, or with what prevented it."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._add(item, done)
        return done

    def _add(self, item: T, done: asyncio.Future[None] | None) -> None:
        self._waiting.append((item, done))
        self._idle.clear()
        self._arrived.set()

    async def _gather(self) -> None:
        for _ in range(LOOKS if self._wait else 0):
            before = len(self._waiting)
            if before >= self._rows:
                return
            await asyncio.sleep(self._wait / LOOKS)
            if len(self._waiting) == before:
                return

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            await self._gather()
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._rows))]
            error: Exception | None = None
            try:
                await self._write([item for item, _ in batch])
            except Exception as failure:  # handed on to the givers
                error = failure
            for _, done in batch:
                if done and not done.done():
                    if error:
                        done.set_exception(error)
                    else:
                        done.set_result(None)
            if not self._waiting:
                self._arrived.clear()
                self._idle.set()
