"""A channel that is down: what waits for it takes the next route, if there is one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.services.world import CHANNEL, OTHER_CHANNEL, World

from viesti.domain.channel import SessionState
from viesti.services.lease import LeaseChannels
from viesti.services.reroute import Reroute

pytestmark = pytest.mark.integration

AFTER = timedelta(seconds=30)


class Carrier:
    """What the engine says of the sessions of a channel."""

    def __init__(self, world: World) -> None:
        self._leases = LeaseChannels(world.store, "engine", (), world.clock, 10)

    async def is_(self, state: SessionState, channel_id: int = CHANNEL, session: str = "trx1") -> None:
        await self._leases.tell_session(channel_id, session, state, "")


def reroute_of(world: World) -> Reroute:
    return Reroute(world.store, world.estate, world.process.waker, world.clock, AFTER)


async def channels(world: World) -> list[int]:
    rows = await world.rows(
        "select o.channel_id, r.channel_id as r from outbox o join recipients r using (id)"
    )
    assert all(row["channel_id"] == row["r"] for row in rows)
    return [row["channel_id"] for row in rows]


async def test_waits_a_while_then_takes_the_next_route(world: World) -> None:
    await world.accepted(1, 2)
    carrier, reroute = Carrier(world), reroute_of(world)
    await carrier.is_(SessionState.DOWN)
    world.clock.advance(seconds=29)
    await carrier.is_(SessionState.CONNECTING)  # it keeps trying: that is no reason to wait longer
    assert await reroute() == 0
    world.clock.advance(seconds=2)
    assert await reroute() == 2
    assert await channels(world) == [OTHER_CHANNEL, OTHER_CHANNEL]
    events = await world.rows("select kind, detail from events")
    assert [event["kind"] for event in events] == ["rerouted", "rerouted"]


async def test_one_bound_session_is_enough(world: World) -> None:
    await world.accepted(1)
    carrier = Carrier(world)
    await carrier.is_(SessionState.DOWN)
    await carrier.is_(SessionState.BOUND, session="trx2")
    world.clock.advance(seconds=60)
    assert await reroute_of(world)() == 0


async def test_without_another_route_it_waits(world: World) -> None:
    await world.accepted(1)
    carrier, reroute = Carrier(world), reroute_of(world)
    await carrier.is_(SessionState.STOPPED)
    await carrier.is_(SessionState.DOWN, OTHER_CHANNEL)
    world.clock.advance(seconds=60)
    assert await reroute() == 0
    assert await channels(world) == [CHANNEL]


async def test_what_may_have_been_sent_stays(world: World) -> None:
    await world.accepted(1)
    await world.change("update recipients set doubts = 1")
    await Carrier(world).is_(SessionState.DOWN)
    world.clock.advance(seconds=60)
    assert await reroute_of(world)() == 0
    assert await channels(world) == [CHANNEL]
