"""Which engine process runs a channel: leases, take-over, and a database that goes away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest
from tests.integration.services.world import CHANNEL, OTHER_CHANNEL, Process, World

from viesti.domain.channel import Channel, ChannelSink, Outgoing, SendReport
from viesti.domain.estate import ChannelRow
from viesti.engine.channels import Channels
from viesti.engine.dispatcher import Dispatcher
from viesti.engine.sink import Sink
from viesti.services.dispatch import Hold
from viesti.services.lease import LeaseChannels

pytestmark = pytest.mark.integration

LEASE_SECONDS = 10.0


class Recorder:
    """A channel that only says whether it runs; nothing is sent over it."""

    def __init__(self, row: ChannelRow) -> None:
        if row.options.get("broken"):
            raise ValueError("host is required")
        self.channel_id = row.id
        self.options = row.options
        self.runs = False
        self.graces: list[float] = []

    async def start(self) -> None:
        self.runs = True

    async def stop(self, grace: float) -> None:
        self.runs = False
        self.graces.append(grace)

    def capacity(self) -> int:
        return 0

    def window(self) -> int:
        return 0

    def send(self, batch: Sequence[Outgoing]) -> None:
        raise AssertionError("it has no capacity")

    def recorded(self, reports: Sequence[SendReport]) -> None: ...

    def awaits_recording(self) -> bool:
        return False

    def parts_of(self, outgoing: Outgoing) -> int:
        return 1


class EngineProcess:
    """The channels of one process. `turn` is one round of its duty."""

    def __init__(self, name: str, process: Process, world: World, dead: Sequence[str] = ()) -> None:
        self.made: list[Recorder] = []
        self._process = process
        leases = LeaseChannels(process.store, name, dead, world.clock, LEASE_SECONDS)
        self.channels = Channels(
            process.estate, leases, self._make, self._dispatcher, LEASE_SECONDS, grace=1.0
        )
        self.turn = self.channels.run_once

    def _make(self, row: ChannelRow, sink: ChannelSink) -> Channel:
        self.made.append(Recorder(row))
        return self.made[-1]

    def _dispatcher(self, hold: Hold, make: object) -> Dispatcher:
        sink = Sink.__new__(Sink)  # the recorder never speaks to it
        return Dispatcher(
            hold,
            self._process.dispatch,
            lambda: make(sink),  # type: ignore[operator]
            batch=10,
            settle_rows=10,
            settle_wait=0,
            idle_seconds=60,
        )

    def running(self) -> set[int]:
        return {channel.channel_id for channel in self.made if channel.runs}


async def test_one_process_runs_each_channel_and_another_takes_over_when_it_is_silent(world: World) -> None:
    async with world.another() as other:
        first, second = EngineProcess("first", world.process, world), EngineProcess("second", other, world)
        await first.turn()
        await second.turn()
        assert (first.running(), second.running()) == ({CHANNEL, OTHER_CHANNEL}, set())

        world.clock.advance(seconds=LEASE_SECONDS - 1)
        await first.turn()  # renews
        world.clock.advance(seconds=LEASE_SECONDS - 1)
        await second.turn()
        assert second.running() == set()

        world.clock.advance(seconds=2)
        await second.turn()
        assert second.running() == {CHANNEL, OTHER_CHANNEL}
        await first.turn()  # learns that it has lost them
        assert first.running() == set()
        assert [channel.graces for channel in first.made] == [[0], [0]]
        await first.channels.stop()
        await second.channels.stop()


async def test_a_process_that_replaces_a_dead_one_waits_for_nothing(world: World) -> None:
    await EngineProcess("dead", world.process, world).turn()  # and is never heard of again
    async with world.another() as other:
        successor = EngineProcess("successor", other, world, dead=["dead"])
        await successor.turn()
        assert successor.running() == {CHANNEL, OTHER_CHANNEL}
        await successor.channels.stop()


async def test_leases_that_postgresql_forgot_are_held_on(world: World) -> None:
    engine = EngineProcess("engine", world.process, world)
    await engine.turn()
    before = await world.rows("select name, token from leases order by name")
    await world.change("truncate leases")  # what a crash of PostgreSQL does to an unlogged table
    await engine.turn()
    assert await world.rows("select name, token from leases order by name") == before
    assert len(engine.made) == 2  # none was started anew
    await engine.channels.stop()


async def test_a_stopped_engine_leaves_its_channels_to_others_at_once(world: World) -> None:
    engine = EngineProcess("engine", world.process, world)
    await engine.turn()
    await engine.channels.stop()
    assert engine.running() == set()
    assert await world.rows("select * from leases") == []


async def test_changed_and_disabled_channels(world: World) -> None:
    engine = EngineProcess("engine", world.process, world)
    await engine.turn()
    await world.change('update channels set options = \'{"outcome": "delivered"}\' where id = $1', CHANNEL)
    await world.change("update channels set enabled = false where id = $1", OTHER_CHANNEL)
    await world.estate.load()
    await engine.turn()
    assert engine.running() == {CHANNEL}
    assert engine.made[-1].options == {"outcome": "delivered"}
    await engine.channels.stop()


async def test_a_channel_with_wrong_options_says_so_and_is_tried_again_when_they_change(world: World) -> None:
    await world.change("update channels set options = '{\"broken\": true}' where id = $1", CHANNEL)
    await world.estate.load()
    engine = EngineProcess("engine", world.process, world)
    await engine.turn()
    await engine.turn()
    assert engine.running() == {OTHER_CHANNEL}
    states = await world.rows("select state, detail from session_states where channel_id = $1", CHANNEL)
    assert [tuple(state.values()) for state in states] == [("stopped", "host is required")]
    await world.change("update channels set options = '{}' where id = $1", CHANNEL)
    await world.estate.load()
    await engine.turn()
    assert engine.running() == {CHANNEL, OTHER_CHANNEL}
    await engine.channels.stop()


async def test_starting_and_stopping_under_pressure_leaves_no_task_behind(world: World) -> None:
    before = len(asyncio.all_tasks())
    began = time.monotonic()
    for number in range(20):
        engine = EngineProcess(f"engine {number}", world.process, world)
        engine.channels.start()
        engine.channels.wake([])
        await engine.channels.stop()
    assert len(asyncio.all_tasks()) <= before
    assert time.monotonic() - began < 10
