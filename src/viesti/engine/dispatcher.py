"""Serves one channel: claims what it can take, hands it over, settles what comes back.

Rule: it claims no more than the channel can take, and has no more in its hands than the channel's windows and
half as much again (one batch of settlements at most) that is answered and not settled or waits to be written:
all of that is looked into after a crash. It gives nothing up: what was claimed is settled or given back
before the lease is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import ceil

import structlog

from viesti.domain.channel import Channel, LateAnswer, SendReport
from viesti.engine.duty import Duty
from viesti.services.batches import Batches
from viesti.services.dispatch import Dispatch, Hold
from viesti.services.store_errors import StoreUnavailable

SETTLE_PAUSE = 0.5
ENOUGH = 0.5  # of the most room there ever was
GATHER_SECONDS = 0.016
AHEAD = 0.5  # of the windows; with less they stand still while the next messages are claimed (decision 0004)

_log = structlog.get_logger()


class Dispatcher:
    """One channel under one lease. Started and stopped once."""

    def __init__(
        self,
        hold: Hold,
        dispatch: Dispatch,
        make_channel: Callable[[], Channel],
        *,
        batch: int,
        settle_rows: int,
        settle_wait: float,
        idle_seconds: float,
    ) -> None:
        self.hold = hold
        self._dispatch = dispatch
        self._channel = make_channel()
        self._batch = batch
        self._claims = Duty(f"dispatcher {hold.lease}", self.run_once, idle_seconds)
        self._settles: Batches[SendReport | LateAnswer] = Batches(
            f"settle {hold.lease}",
            self._settle,
            rows=settle_rows,
            wait_seconds=settle_wait,
            hurry=self._channel.awaits_recording,
        )
        self._settle_rows = settle_rows
        self._lost = False
        self._most = 0
        self._in_hand = 0  # claimed, and not settled yet
        self._held_back = False  # by what is not settled: then the channel won't tell of room
        self._trickle = False

    async def start(self) -> None:
        """Start the channel and begin claiming."""
        self._settles.start()
        await self._channel.start()
        self._claims.start()

    async def stop(self, grace: float) -> None:
        """Claim no more, let the channel finish for up to `grace` seconds, settle everything."""
        await self._claims.stop()
        await self._channel.stop(grace)
        await self._settles.stop()

    async def abandon(self) -> None:
        """The lease is lost: stop at once; what is in flight is another process's doubt now."""
        self._lost = True
        await self.stop(0)

    def report(self, report: SendReport | LateAnswer) -> None:
        """The channel is done with a recipient, or learned more of one it had given up waiting for."""
        self._settles.put(report)

    def wake(self) -> None:
        """There may be work, or room for it."""
        self._claims.wake()

    async def run_once(self) -> int:
        """Claim and send one batch; gives how many recipients."""
        if self._trickle:  # work keeps coming a little at a time: let some of it gather
            await asyncio.sleep(GATHER_SECONDS)
        room = await self._room()
        if room <= 0:
            return 0
        outgoing = await self._dispatch.claim(self.hold, room)
        if outgoing:
            self._in_hand += len(outgoing)
            self._channel.send(outgoing)
        self._trickle = 0 < len(outgoing) < room
        # Fewer than there was room for: the queue is empty, so wait to be woken.
        return len(outgoing) if len(outgoing) == room else 0

    async def _room(self) -> int:
        """How much to claim. Answers come back one by one; a claim for each would cost a commit each, so
        while there is little room it waits a moment for more."""
        room = self._free()
        self._most = max(self._most, room)
        if 0 < room < self._most * ENOUGH:
            await asyncio.sleep(GATHER_SECONDS)
            room = self._free()
        return room

    def _free(self) -> int:
        """What the channel can take, unless too much is answered and not settled."""
        capacity = self._channel.capacity()
        window = self._channel.window()
        left = window + min(ceil(window * AHEAD), self._settle_rows) - self._in_hand
        self._held_back = left < min(capacity, self._batch)
        return min(capacity, self._batch, left)

    async def _settle(self, items: list[SendReport | LateAnswer]) -> None:
        reports = [item for item in items if isinstance(item, SendReport)]
        late = [item for item in items if isinstance(item, LateAnswer)]
        while not self._lost:
            try:
                if reports:
                    await self._dispatch.settle(self.hold, reports)
                    self._settled(reports)
                    reports = []
                if late:
                    await self._dispatch.settle_late(self.hold, late)
                return
            except StoreUnavailable as error:
                _log.warning("settling waits for the database", channel=self.hold.lease, why=str(error))
            except Exception:
                _log.exception("settling failed, trying again", channel=self.hold.lease)
            await asyncio.sleep(SETTLE_PAUSE)
        self._dispatch.forget([report.recipient_id for report in reports])

    def _settled(self, reports: list[SendReport]) -> None:
        self._in_hand -= len(reports)
        self._channel.recorded(reports)
        if self._held_back:
            self._claims.wake()
