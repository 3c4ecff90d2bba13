"""One engine process: every duty, started in order and stopped in reverse.

Rule: what receives is started before what sends, so that no receipt meets a closed door; what sends is
stopped first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from viesti.domain.channel import Channel, ChannelSink, LateAnswer, SendReport
from viesti.domain.estate import ChannelRow
from viesti.engine.callbacks import Callbacks
from viesti.engine.channels import Channels
from viesti.engine.dispatcher import Dispatcher
from viesti.engine.duty import Duty
from viesti.engine.inbound import Inbound
from viesti.engine.receipts import Receipts
from viesti.engine.sink import Sink
from viesti.services.call_back import CallBack
from viesti.services.dispatch import Dispatch, Hold
from viesti.services.estate import EstateCache
from viesti.services.expire import Expire
from viesti.services.lease import LeaseChannels
from viesti.services.receipts import TakeReceipts
from viesti.services.receive import Receive
from viesti.services.reroute import Reroute
from viesti.services.rescue import Rescue
from viesti.services.retain import Retain
from viesti.services.wake import LOOK_SECONDS

FALLBACK_SECONDS = 5.0
RESCUE_SECONDS = 2.0
CALLBACK_RESCUE_SECONDS = 5.0
OVERDUE_SECONDS = 60.0
GATHER_SECONDS = 0.05  # a full carrier puts off many at once


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Sizes and times of the duties. Seconds, rows."""

    claim_rows: int = 500
    settle_rows: int = 100
    settle_wait: float = 0.02
    receipt_rows: int = 500
    receipt_wait: float = 0.04
    inbound_rows: int = 500
    inbound_wait: float = 0.012
    callback_places: int = 200
    callback_per_endpoint: int = 100
    callback_rows: int = 500
    look_seconds: float = LOOK_SECONDS
    lease_seconds: float = 10.0
    drain_seconds: float = 8.0
    retention_round: float = 600.0
    request_id_age: timedelta = timedelta(days=7)
    waiting_receipt_age: timedelta = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Something to be done now and then: `run_once` gives how much it did, and is called again at once while
    that is something. `due_in`: seconds until there is more; `topic`: a wake-up says there may be now."""

    name: str
    run_once: Callable[[], Awaitable[int]]
    seconds: float
    due_in: Callable[[], Awaitable[float | None]] | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class EngineServices:
    """What the duties do their work with."""

    estate: EstateCache
    dispatch: Dispatch
    receipts: TakeReceipts
    receive: Receive
    call_back: CallBack
    rescue: Rescue
    reroute: Reroute
    expire: Expire
    retain: Retain
    leases: LeaseChannels
    upkeep: Sequence[Upkeep] = ()


class Engine:
    """The duties of one process."""

    def __init__(
        self,
        services: EngineServices,
        options: EngineOptions,
        make_channel: Callable[[ChannelRow, ChannelSink], Channel],
    ) -> None:
        self._services = services
        self._options = options
        o = options
        self.receipts = Receipts(services.receipts, rows=o.receipt_rows, wait_seconds=o.receipt_wait)
        self.inbound = Inbound(
            services.receive, rows=o.inbound_rows, wait_seconds=o.inbound_wait, idle_seconds=o.look_seconds
        )
        self.callbacks = Callbacks(
            services.call_back,
            places=o.callback_places,
            per_endpoint=o.callback_per_endpoint,
            batch=o.callback_rows,
            settle_wait=o.settle_wait,
            idle_seconds=o.look_seconds,
        )
        self.channels = Channels(
            services.estate,
            services.leases,
            make_channel,
            self._make_dispatcher,
            o.lease_seconds,
            o.drain_seconds * 0.6,
        )
        self.scheduler = Duty(
            "scheduler",
            services.rescue.release_due,
            o.look_seconds,
            services.rescue.due_in,
            gather_seconds=GATHER_SECONDS,
        )
        upkeep = [(one, Duty(one.name, one.run_once, one.seconds, one.due_in)) for one in services.upkeep]
        self._upkeep = [
            self.scheduler,
            Duty("fallback", services.reroute, FALLBACK_SECONDS),
            Duty("rescuer", services.rescue.abandoned, RESCUE_SECONDS),
            Duty("callback lease", services.call_back.renew, o.lease_seconds / 3),
            Duty("callback rescuer", self._free_callbacks, CALLBACK_RESCUE_SECONDS),
            Duty("overdue receipts", services.expire, OVERDUE_SECONDS),
            Duty("retention", self._retain, o.retention_round),
            *(duty for _, duty in upkeep),
        ]
        self.by_topic = {one.topic: duty for one, duty in upkeep if one.topic}

    async def start(self) -> None:
        """Start everything."""
        self.receipts.start()
        self.inbound.start()
        for duty in self._upkeep:
            duty.start()
        self.callbacks.start()
        self.channels.start()

    async def stop(self) -> None:
        """Drain and stop: in-flight messages are finished or returned, what came in is stored."""
        await self.channels.stop()
        await asyncio.gather(*(duty.stop() for duty in self._upkeep))
        await self.inbound.stop()
        await self.receipts.stop()
        await self.callbacks.stop(self._options.drain_seconds * 0.2)

    def _make_dispatcher(self, hold: Hold, make: Callable[[ChannelSink], Channel]) -> Dispatcher:
        dispatchers: list[Dispatcher] = []  # the sink and the dispatcher know each other

        def report(one: SendReport | LateAnswer) -> None:
            dispatchers[0].report(one)

        def room() -> None:
            if dispatchers:
                dispatchers[0].wake()

        sink = Sink(report, self.receipts.batches, self.inbound.batches, room, self.channels.session)
        o = self._options
        dispatcher = Dispatcher(
            hold,
            self._services.dispatch,
            lambda: make(sink),
            batch=o.claim_rows,
            settle_rows=o.settle_rows,
            settle_wait=o.settle_wait,
            idle_seconds=o.look_seconds,
        )
        dispatchers.append(dispatcher)
        return dispatcher

    async def _free_callbacks(self) -> int:
        freed = await self._services.call_back.release_expired()
        if freed:
            self.callbacks.duty.wake()
        return freed

    async def _retain(self) -> int:
        self._services.receipts.oldest_id = await self._services.retain.oldest_reference()
        await self._services.retain()
        return await self._services.retain.forget(
            self._options.request_id_age, self._options.waiting_receipt_age
        )
