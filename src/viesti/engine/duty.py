"""What every duty of the engine is: something that is started, runs in rounds, and is stopped.

Rule: a duty never dies of an error. A round that fails is logged and tried again after a pause, because what
the duty does is owed to somebody.

Who has nothing to do sleeps: until it is woken, until something it knows of falls due, and at the longest
until it looks by itself, because a wake-up is only a hint.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from viesti.services.store_errors import StoreUnavailable

ERROR_PAUSE = 1.0
QUIET_SECONDS = 0.25  # without a wake-up, before it is asked when the next falls due: under load nobody asks
BLOCKED_SECONDS = 1.0  # until the next look at what is due and can't be taken now

_log = structlog.get_logger()


class Duty:
    """Runs `run_once` again at once while it finds work, else when woken or after `idle_seconds`.

    `run_once` returns how much it did. `due_in` tells in how many seconds there will be work (None: none is
    known). A wake-up waits `gather_seconds` for others. Start and stop may be called once each, in that
    order.
    """

    def __init__(
        self,
        name: str,
        run_once: Callable[[], Awaitable[int]],
        idle_seconds: float,
        due_in: Callable[[], Awaitable[float | None]] | None = None,
        gather_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self._run_once = run_once
        self._idle = idle_seconds
        self._due_in = due_in
        self._gather = gather_seconds
        self._overdue = False  # something was, when it was asked last
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; the first round comes at once."""
        self._task = asyncio.create_task(self._rounds(), name=self.name)

    async def stop(self) -> None:
        """Finish the round in hand and end."""
        self._stopping = True
        self._woken.set()
        if self._task:
            await self._task

    def wake(self) -> None:
        """There may be work."""
        self._woken.set()

    async def _rounds(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                if await self._run_once():
                    self._overdue = False
                elif await self._sleep():
                    await asyncio.sleep(self._gather)
            except StoreUnavailable as error:
                _log.warning("duty waits for the database", duty=self.name, why=str(error))
                await self._pause(ERROR_PAUSE)
            except Exception:
                _log.exception("duty failed, trying again", duty=self.name)
                await self._pause(ERROR_PAUSE + self._idle)

    async def _sleep(self) -> bool:
        """Until woken (then True), until something falls due, or for the idle time."""
        if self._due_in is None:
            return await self._pause(self._idle)
        quiet = min(QUIET_SECONDS, self._idle)
        if await self._pause(quiet):
            return True
        due_in = await self._due_in()
        overdue = due_in is not None and due_in <= 0
        if due_in is None:
            due_in = self._idle
        elif overdue and self._overdue:  # and the round between has not got it
            due_in = BLOCKED_SECONDS
        self._overdue = overdue
        return await self._pause(min(due_in, self._idle - quiet)) if due_in > 0 else False

    async def _pause(self, seconds: float) -> bool:
        """Gives whether it was woken before."""
        if self._stopping:
            return True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
        return self._woken.is_set()
