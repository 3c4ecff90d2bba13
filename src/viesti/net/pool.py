"""Connections kept open for the next call, and how many there may be.

Rule: whoever holds a place gives it back, whatever becomes of his call; a place is a connection, open or
being opened.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from viesti.net.answer import FailureKind, HttpFailure
from viesti.net.connection import ENDED, Connection

IDLE_SECONDS = 15.0  # many servers close after a minute, some after 20 seconds; a call should not meet that

NO_PLACE = HttpFailure(FailureKind.TIMEOUT, "no free connection in time")
NOT_BEGUN = HttpFailure(FailureKind.BROKEN, "the client was closed")

Key: TypeAlias = tuple[str, str, int]  # scheme, host, port
Maker: TypeAlias = Callable[
    [Callable[[Connection], None], Callable[[Connection], None]], Awaitable[Connection | HttpFailure]
]


class Pool:
    """At most `connections` in all and `per_host` for each key."""

    def __init__(self, connections: int, per_host: int, idle_seconds: float) -> None:
        self._limit = connections
        self._per_host = per_host
        self._idle_seconds = idle_seconds
        self._loop = asyncio.get_running_loop()
        self._places: Counter[Key] = Counter()
        self._taken = 0
        self._keys: dict[Connection, Key] = {}  # every connection that is not lost yet
        self._idle: dict[Key, list[Connection]] = {}  # the latest used last, and taken first
        self._waiting: dict[Key, deque[asyncio.Future[Connection | None]]] = {}  # None: a place
        self._sweep: asyncio.TimerHandle | None = None
        self._closing = asyncio.Event()
        self._empty = asyncio.Event()

    def idle(self, key: Key) -> Connection | None:
        """A connection that is free now."""
        free = self._idle.get(key)
        while free:
            connection = free.pop()
            if connection.usable:
                return connection
        return None

    async def acquire(self, key: Key, deadline: float, connect: Maker) -> Connection | HttpFailure:
        """A free connection, or one that `connect(done, lost)` makes when a place is free."""
        if self._closing.is_set():
            return NOT_BEGUN
        connection = self.idle(key)
        if connection is None and not self._take_place(key):
            try:
                connection = await self._wait(key, deadline)
            except TimeoutError:
                return NO_PLACE
        if connection is not None:
            return connection
        made: Connection | HttpFailure = NOT_BEGUN
        try:
            if not self._closing.is_set():  # while we waited
                made = await connect(self.release, self._lost)
        finally:
            if isinstance(made, HttpFailure) or made.closed:
                self._free_place(key)
            else:
                self._keys[made] = key
        if isinstance(made, Connection) and self._closing.is_set():
            made.abort()
            return NOT_BEGUN
        return made

    def release(self, connection: Connection) -> None:
        """Take a connection back, for the next who waits or for later."""
        key = self._keys[connection]
        waiting = self._waiting.get(key)
        while waiting:
            waiter = waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        connection.idle_since = self._loop.time()
        self._idle.setdefault(key, []).append(connection)
        if self._waiting:
            self._admit()
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._idle_seconds, self._close_old)

    def drop_idle(self, key: Key) -> None:
        """Close what is free: one of them was found dead, and the others are of its age."""
        for connection in self._idle.pop(key, ()):
            connection.abort()

    async def close(self) -> None:
        """Close every connection and wait until they are; calls under way fail."""
        self._closing.set()
        if self._sweep is not None:
            self._sweep.cancel()
        for key, waiting in self._waiting.items():
            for waiter in waiting:
                if not waiter.done():
                    self._count_place(key)  # beyond the limit: it is given back at once
                    waiter.set_result(None)
        self._waiting.clear()
        for connection in list(self._keys):
            connection.abort(ENDED)
        if self._keys:
            self._empty.clear()
            await self._empty.wait()

    async def _wait(self, key: Key, deadline: float) -> Connection | None:
        waiter: asyncio.Future[Connection | None] = self._loop.create_future()
        self._waiting.setdefault(key, deque()).append(waiter)
        try:
            async with asyncio.timeout_at(deadline):
                return await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled():  # given and not wanted any more
                given = waiter.result()
                if given is None:
                    self._free_place(key)
                else:
                    self.release(given)
            raise

    def _take_place(self, key: Key) -> bool:
        if self._places[key] >= self._per_host or (self._taken >= self._limit and not self._evict()):
            return False
        self._count_place(key)
        return True

    def _count_place(self, key: Key) -> None:
        self._places[key] += 1
        self._taken += 1

    def _evict(self) -> bool:
        """Close the connection that has been free for longest; gives whether there was one."""
        free = [each for connections in self._idle.values() for each in connections if each.usable]
        if free:
            min(free, key=lambda connection: connection.idle_since).abort()
        return bool(free)

    def _free_place(self, key: Key) -> None:
        self._places[key] -= 1
        if not self._places[key]:
            del self._places[key]
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        """Let those in who wait for a place, as far as there are any."""
        for key, waiting in list(self._waiting.items()):
            while waiting and (waiting[0].done() or self._take_place(key)):
                waiter = waiting.popleft()
                if not waiter.done():
                    waiter.set_result(None)
            if not waiting:
                del self._waiting[key]

    def _lost(self, connection: Connection) -> None:
        key = self._keys.pop(connection, None)
        if key is None:
            return  # lost before it was ours
        free = self._idle.get(key, [])
        if connection in free:
            free.remove(connection)
        if not free:
            self._idle.pop(key, None)
        self._free_place(key)
        if not self._keys:
            self._empty.set()

    def _close_old(self) -> None:
        self._sweep = None
        oldest = self._loop.time() - self._idle_seconds
        left = [each for connections in self._idle.values() for each in connections if each.usable]
        for connection in left:
            if connection.idle_since <= oldest:
                connection.abort()
        if any(connection.usable for connection in left):
            self._sweep = self._loop.call_later(self._idle_seconds / 2, self._close_old)
