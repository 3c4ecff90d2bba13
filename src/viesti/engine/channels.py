"""Holds the leases of channels and runs a dispatcher for each that is held.

Rule: a channel runs in this process exactly as long as its lease is held here; when another process has
taken the lease over, the channel is stopped at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from viesti.domain.channel import Channel, ChannelSink, SessionState
from viesti.domain.estate import ChannelRow
from viesti.engine.dispatcher import Dispatcher
from viesti.engine.duty import Duty
from viesti.services.dispatch import Hold
from viesti.services.estate import EstateCache
from viesti.services.lease import LeaseChannels
from viesti.services.store_errors import StoreUnavailable

_log = structlog.get_logger()

MakeDispatcher = Callable[[Hold, Callable[[ChannelSink], Channel]], Dispatcher]


def lease_name(channel_id: int) -> str:
    """The name of a channel's lease."""
    return f"channel {channel_id}"


class Channels:
    """The channels of one engine process.

    `make_channel(row, sink)` makes a channel from its row, or raises ValueError with a sentence when its
    options are wrong; `make_dispatcher(hold, make)` puts one under a dispatcher.
    """

    def __init__(
        self,
        estate: EstateCache,
        leases: LeaseChannels,
        make_channel: Callable[[ChannelRow, ChannelSink], Channel],
        make_dispatcher: MakeDispatcher,
        lease_seconds: float,
        grace: float,
    ) -> None:
        self._estate = estate
        self._leases = leases
        self._make_channel = make_channel
        self._make_dispatcher = make_dispatcher
        self._grace = grace
        self._running: dict[int, tuple[ChannelRow, Dispatcher]] = {}
        self._broken: dict[int, ChannelRow] = {}
        self._states: dict[tuple[int, str], tuple[SessionState, str]] = {}
        self._telling = Duty("session states", self._tell, lease_seconds)
        self.duty = Duty("channels", self.run_once, lease_seconds / 3)
        estate.on_change(lambda _: self.duty.wake())

    def start(self) -> None:
        """Begin taking channels."""
        self._telling.start()
        self.duty.start()

    def wake(self, channel_ids: list[int]) -> None:
        """There is work for these channels (none named: perhaps for any)."""
        for channel_id in channel_ids or list(self._running):
            if channel_id in self._running:
                self._running[channel_id][1].wake()

    async def stop(self) -> None:
        """Stop every channel, settle what it had, give the leases up."""
        await self.duty.stop()
        await asyncio.gather(*(self._stop(channel_id, self._grace) for channel_id in list(self._running)))
        await self._telling.stop()
        with suppress(StoreUnavailable):
            await self._tell()  # the last ones

    async def run_once(self) -> int:
        """Renew what is held, take what is free, follow changes of the estate."""
        await self._renew()
        wanted = {row.id: row for row in self._estate.current.estate.channels.values() if row.enabled}
        for channel_id, (row, _) in list(self._running.items()):
            if wanted.get(channel_id) != row:
                _log.info("channel stops: its configuration changed", channel=row.key)
                await self._stop(channel_id, self._grace)
        for row in wanted.values():
            if row.id not in self._running and self._broken.get(row.id) != row:
                await self._take(row)
        return 0

    async def _renew(self) -> None:
        held = {lease_name(channel_id): d.hold.token for channel_id, (_, d) in self._running.items()}
        still = await self._leases.renew(held)
        for channel_id, (row, dispatcher) in list(self._running.items()):
            if lease_name(channel_id) not in still:
                _log.error("lease lost, channel stops at once", channel=row.key)
                del self._running[channel_id]
                await dispatcher.abandon()

    async def _take(self, row: ChannelRow) -> None:
        token = await self._leases.acquire(lease_name(row.id))
        if token is None:
            return
        hold = Hold(row.id, lease_name(row.id), token)
        await self._leases.clear_sessions(row.id)
        try:
            dispatcher = self._make_dispatcher(hold, lambda sink: self._make_channel(row, sink))
        except ValueError as error:
            _log.error("channel can't start", channel=row.key, why=str(error))
            self._broken[row.id] = row
            await self._leases.tell_session(row.id, "options", SessionState.STOPPED, str(error))
            await self._leases.release({hold.lease: token})
            return
        self._running[row.id] = (row, dispatcher)
        await dispatcher.start()
        _log.info("channel started", channel=row.key, channel_kind=row.kind)

    async def _stop(self, channel_id: int, grace: float) -> None:
        _, dispatcher = self._running.pop(channel_id)
        await dispatcher.stop(grace)
        await self._leases.release({dispatcher.hold.lease: dispatcher.hold.token})

    def session(self, channel_id: int, name: str, state: SessionState, detail: str) -> None:
        """A session changed its state: log it and show it to the operator."""
        channel = self._estate.current.estate.channels.get(channel_id)
        level = _log.info if state in (SessionState.BOUND, SessionState.CONNECTING) else _log.warning
        level(
            "session",
            channel=channel.key if channel else channel_id,
            session=name,
            state=state,
            detail=detail,
        )
        self._states[channel_id, name] = (state, detail)
        self._telling.wake()

    async def _tell(self) -> int:
        """Write the states that changed: one writer, and only the newest of each session."""
        told = 0
        for (channel_id, name), (state, detail) in list(self._states.items()):
            await self._leases.tell_session(channel_id, name, state, detail)
            if self._states.get((channel_id, name)) == (state, detail):
                del self._states[channel_id, name]
            told += 1
        return told
