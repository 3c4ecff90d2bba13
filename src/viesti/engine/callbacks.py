"""Makes the HTTP calls owed to customers, many at once.

Rule: a claimed callback is called and settled, or given back. An endpoint takes only its share of the places,
and of a customer whose callbacks pile up here no more are claimed until they are fewer, so that whoever is
slow delays nobody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass

import structlog

from viesti.domain.message import Callback
from viesti.engine.duty import Duty
from viesti.services.batches import Batches
from viesti.services.call_back import CallBack, Called, endpoint_of
from viesti.services.store_errors import StoreUnavailable

SETTLE_PAUSE = 0.5
SPACING = 0.02  # seconds between claims that do not find a whole batch
LOOK_SECONDS = 0.25  # between claims while some customer has enough here: each passes over what he has left
HOLD_SECONDS = 20.0  # waiting here; a claim lasts half a minute longer than its call can (see engine_process)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Held:
    """A claimed callback that waits for a place, and until when (the loop's time)."""

    callback: Callback
    endpoint: str
    until: float


class Callbacks:
    """The pump. `places` calls at once, `per_endpoint` of them to one host, `batch` claimed together."""

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
        self._enough = max(1, batch // 2)  # of one customer, waiting here
        self._workers: set[asyncio.Task[None]] = set()
        self._busy: Counter[str] = Counter()  # calls under way, by endpoint
        self._waiting: dict[str, deque[_Held]] = {}  # by endpoint, the one to be served next in front
        self._held: Counter[int] = Counter()  # what waits, by customer
        self._late: list[Callback] = []
        self._next_claim = self._next_look = 0.0  # not before (the loop's time)
        self._stopping = False
        self._settles: Batches[Called] = Batches(
            "settle callbacks", self._settle, rows=batch, wait_seconds=settle_wait
        )
        self.duty = Duty("callbacks", self.run_once, idle_seconds, service.due_in)

    def start(self) -> None:
        """Begin."""
        self._settles.start()
        self.duty.start()

    async def stop(self, grace: float) -> None:
        """Claim no more, give back what waits, finish calls under way for up to `grace` seconds; the rest
        are claimed again later."""
        await self.duty.stop()
        self._stopping = True
        self._late += (held.callback for queue in self._waiting.values() for held in queue)
        self._waiting.clear()
        with suppress(StoreUnavailable):  # their claims run out
            await self._give_back()
        if self._workers:
            _, late = await asyncio.wait(self._workers, timeout=grace)
            for task in late:
                task.cancel()
        await self._settles.stop()

    async def run_once(self) -> int:
        """Claim and begin calls; gives how many were claimed, 0 when no more are due."""
        await self._give_back()
        loop = asyncio.get_running_loop()
        full = [customer for customer, waiting in self._held.items() if waiting >= self._enough]
        if full and loop.time() < self._next_look:
            return 0  # woken when one of them has less
        await asyncio.sleep(self._next_claim - loop.time())
        claimed = await self._service.claim(self._batch, full)
        whole = len(claimed) == self._batch
        now = loop.time()
        self._next_claim = now if whole else now + SPACING
        self._next_look = now + LOOK_SECONDS if full else now
        for callback in claimed:
            held = _Held(callback, endpoint_of(callback), now + HOLD_SECONDS)
            self._waiting.setdefault(held.endpoint, deque()).append(held)
            self._held[callback.customer_id] += 1
        self._fill()
        return len(claimed) if whole else 0

    def _fill(self) -> None:
        while len(self._workers) < self._places and (held := self._next()):
            worker = asyncio.create_task(self._work(held))
            self._workers.add(worker)
            worker.add_done_callback(self._ended)

    async def _work(self, held: _Held | None) -> None:
        """Make one call after the other while any may be made."""
        while held:
            try:
                self._settles.put(await self._service.call(held.callback))
            finally:
                self._busy[held.endpoint] -= 1
                if not self._busy[held.endpoint]:
                    del self._busy[held.endpoint]
            held = self._next()

    def _next(self) -> _Held | None:
        """The next to be called, counted as under way; the endpoints take turns."""
        for endpoint in list(self._waiting):
            if self._busy[endpoint] < self._per_endpoint and (held := self._take(endpoint)):
                self._busy[endpoint] += 1
                return held
        return None

    def _take(self, endpoint: str) -> _Held | None:
        now = asyncio.get_running_loop().time()
        queue = self._waiting.pop(endpoint)
        found = None
        while queue and not found:
            held = queue.popleft()
            self._one_less(held.callback.customer_id)
            if held.until > now:
                found = held
            else:
                self._late.append(held.callback)
        if queue:
            self._waiting[endpoint] = queue  # behind the others
        return found

    def _one_less(self, customer: int) -> None:
        self._held[customer] -= 1
        if self._held[customer] == self._enough - 1:
            self._next_claim = self._next_look = 0.0
            self.duty.wake()
        if not self._held[customer]:
            del self._held[customer]

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        if not worker.cancelled() and worker.exception():
            _log.error("callback failed on our side", why=str(worker.exception()))
        if not self._stopping:
            self._fill()

    async def _give_back(self) -> None:
        late, self._late = self._late, []
        await self._service.release(late)

    async def _settle(self, called: list[Called]) -> None:
        while True:
            try:
                await self._service.settle(called)
                break
            except StoreUnavailable as error:
                _log.warning("callbacks wait for the database", why=str(error))
                await asyncio.sleep(SETTLE_PAUSE)
        self.duty.wake()  # the next callback of the same subject may go now
