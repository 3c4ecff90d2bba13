"""Makes the HTTP calls owed to customers, many at once.

Rule: a claimed callback is called and settled, or given back; slow endpoints take only their share of the
places.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import urlsplit

import structlog

from viesti.domain.message import Callback
from viesti.engine.batches import Batches
from viesti.engine.duty import Duty
from viesti.services.call_back import CallBack, Called
from viesti.services.store_errors import StoreUnavailable

SETTLE_PAUSE = 0.5

_log = structlog.get_logger()


class Callbacks:
    """The pump. `places` calls at once, `per_endpoint` of them to one host."""

    def __init__(
        self,
        service: CallBack,
        *,
        places: int,
        per_endpoint: int,
        batch: int,
        settle_wait: float,
        idle_seconds: float,
    ) -> None:
        self._service = service
        self._places = places
        self._per_endpoint = per_endpoint
        self._batch = batch
        self._in_flight: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()
        self._settles: Batches[Called] = Batches(
            "settle callbacks", self._settle, rows=batch, wait_seconds=settle_wait
        )
        self.duty = Duty("callbacks", self.run_once, idle_seconds)

    def start(self) -> None:
        """Begin."""
        self._settles.start()
        self.duty.start()

    async def stop(self, grace: float) -> None:
        """Claim no more, finish calls under way for up to `grace` seconds; the rest are claimed again
        later."""
        await self.duty.stop()
        if self._in_flight:
            _, late = await asyncio.wait(self._in_flight, timeout=grace)
            for task in late:
                task.cancel()
        await self._settles.stop()

    async def run_once(self) -> int:
        """Claim and begin calls; gives how many were claimed."""
        free = self._places - len(self._in_flight)
        if free < self._places // 4:
            return 0  # woken when calls end
        claimed = await self._service.claim(min(free, self._batch))
        over: list[Callback] = []
        for callback in claimed:
            host = urlsplit(callback.url).netloc
            if self._busy[host] >= self._per_endpoint:
                over.append(callback)
            else:
                self._begin(callback, host)
        await self._service.release(over)
        return len(claimed)

    def _begin(self, callback: Callback, host: str) -> None:
        self._busy[host] += 1
        task = asyncio.create_task(self._call(callback, host))
        self._in_flight.add(task)
        task.add_done_callback(self._ended)

    async def _call(self, callback: Callback, host: str) -> None:
        try:
            self._settles.put(await self._service.call(callback))
        finally:
            self._busy[host] -= 1
            if not self._busy[host]:
                del self._busy[host]

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        if not task.cancelled() and task.exception():
            _log.error("callback failed on our side", why=str(task.exception()))
        if len(self._in_flight) <= self._places // 2:
            self.duty.wake()

    async def _settle(self, called: list[Called]) -> None:
        while True:
            try:
                await self._service.settle(called)
                break
            except StoreUnavailable as error:
                _log.warning("callbacks wait for the database", why=str(error))
                await asyncio.sleep(SETTLE_PAUSE)
        self.duty.wake()  # the next callback of the same subject may go now
