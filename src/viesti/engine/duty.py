"""What every duty of the engine is: something that is started, runs in rounds, and is stopped.

Rule: a duty never dies of an error. A round that fails is logged and tried again after a pause, because what
the duty does is owed to somebody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from viesti.services.store_errors import StoreUnavailable

ERROR_PAUSE = 1.0

_log = structlog.get_logger()


class Duty:
    """Runs `run_once` again at once while it finds work, else when woken or after `idle_seconds`.

    `run_once` returns how much it did. Start and stop may be called once each, in that order.
    """

    def __init__(self, name: str, run_once: Callable[[], Awaitable[int]], idle_seconds: float) -> None:
        self.name = name
        self._run_once = run_once
        self._idle = idle_seconds
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
            did = 0
            try:
                did = await self._run_once()
            except StoreUnavailable as error:
                _log.warning("duty waits for the database", duty=self.name, why=str(error))
                await self._pause(ERROR_PAUSE)
            except Exception:
                _log.exception("duty failed, trying again", duty=self.name)
                await self._pause(ERROR_PAUSE)
            if not did:
                await self._pause(self._idle)

    async def _pause(self, seconds: float) -> None:
        if not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)
