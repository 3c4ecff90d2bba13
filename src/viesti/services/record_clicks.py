"""Notes who followed a link, many visits in one statement.

Rule: a visitor is led on whatever becomes of the note: it is waited for while it is quick, and kept in
hand when the store is slow or away. A visit is noted once, however often it is tried. More visits to one
link in a minute than people make are led on and not noted, so that nobody fills the store.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

import structlog

from viesti.services.estate import EstateCache
from viesti.services.tell.clicks import NoteClicks
from viesti.services.wake import CALLBACKS, Waker
from viesti.storage.store import NewClick, Store, StoreUnavailable

ROWS = 500  # in one statement
WAIT_SECONDS = 0.05  # how long a visitor waits for the note
HELD = 10_000  # visits in hand; what comes beyond is not noted
PER_MINUTE = 60  # visits to one link that a process notes
RETRY_SECONDS = 1.0

_log = structlog.get_logger()


class Seen(NamedTuple):
    """A visit. `reason`: why it is not a person's, '' when it is."""

    recipient_id: int
    bucket: int
    link: int
    at: datetime
    reason: str
    agent: str
    customer_id: int
    address: str
    campaign_id: int | None


class _Entry(NamedTuple):
    seen: Seen
    noted: asyncio.Future[None]


class RecordClicks:
    """The notes of one process. `monotonic` gives seconds."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        waker: Waker,
        monotonic: Callable[[], float],
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._store = store
        self._write = NoteClicks(store, estate)
        self._waker = waker
        self._monotonic = monotonic
        self._wait = wait_seconds
        self._queue: deque[_Entry] = deque()
        self._arrived = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._minute = 0
        self._of_the_minute: Counter[tuple[int, int]] = Counter()

    def start(self) -> None:
        """Begin to note."""
        self._task = asyncio.create_task(self._run(), name="clicks")

    async def stop(self) -> None:
        """Note what is in hand, if the store is there, then end."""
        self._stopping = True
        self._arrived.set()
        if self._task:
            await self._task

    async def add(self, seen: Seen) -> None:
        """Note a visit. Returns when it is noted, or after `wait_seconds`."""
        if self._too_many(seen) or len(self._queue) >= HELD:
            return
        noted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Entry(seen, noted))
        self._arrived.set()
        await asyncio.wait((noted,), timeout=self._wait)

    def _too_many(self, seen: Seen) -> bool:
        minute = int(self._monotonic() // 60)
        if minute != self._minute:
            self._minute = minute
            self._of_the_minute.clear()
        link = (seen.recipient_id, seen.link)
        self._of_the_minute[link] += 1
        return self._of_the_minute[link] > PER_MINUTE

    async def _run(self) -> None:
        while self._queue or not self._stopping:
            await self._arrived.wait()
            batch = [self._queue.popleft() for _ in range(min(ROWS, len(self._queue)))]
            if batch:
                await self._note(batch)
            elif not self._stopping:
                self._arrived.clear()

    async def _note(self, batch: list[_Entry]) -> None:
        rows: list[NewClick] = []  # made once, so that what is tried again is known again
        while True:
            try:
                rows = rows or await self._rows(batch)
                if await self._write(rows):
                    self._waker.wake(CALLBACKS)
            except StoreUnavailable:
                if self._stopping:
                    _log.warning("visits to links not noted, the database is away", visits=len(batch))
                    return
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                if len(batch) == 1:
                    _log.error("a visit to a link can't be noted", error=type(error).__name__)
                else:
                    for entry in batch:  # so that one bad row costs itself alone
                        await self._note([entry])
                break
            else:
                break
        for entry in batch:
            if not entry.noted.done():
                entry.noted.set_result(None)

    async def _rows(self, batch: list[_Entry]) -> list[NewClick]:
        ids = await self._store.ids.take([entry.seen.bucket for entry in batch])
        return [
            NewClick(
                id=identifier,
                bucket=seen.bucket,
                recipient_id=seen.recipient_id,
                link=seen.link,
                at=seen.at,
                reason=seen.reason,
                agent=seen.agent,
                customer_id=seen.customer_id,
                address=seen.address,
                campaign_id=seen.campaign_id,
            )
            for identifier, (seen, _) in zip(ids, batch, strict=True)
        ]
