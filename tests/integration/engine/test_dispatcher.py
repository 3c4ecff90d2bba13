"""How much a dispatcher has in its hands at most, whatever the store does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.integration.services.world import CHANNEL, World, taken

from viesti.domain.channel import Outgoing, SendReport
from viesti.engine.dispatcher import Dispatcher

pytestmark = pytest.mark.integration

WINDOW = 10


class Quick:
    """A channel whose carrier takes everything at once, so that its window is always free."""

    channel_id = CHANNEL

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.asked = 0
        self.known = 0
        self.dispatcher: Dispatcher

    async def start(self) -> None: ...

    async def stop(self, grace: float) -> None: ...

    def capacity(self) -> int:
        self.asked += 1
        return WINDOW

    def window(self) -> int:
        return WINDOW

    def send(self, batch: Sequence[Outgoing]) -> None:
        self.sent += batch
        for outgoing in batch:
            self.dispatcher.report(taken(outgoing, f"r{outgoing.recipient_id}"))

    def recorded(self, reports: Sequence[SendReport]) -> None:
        self.known += len(reports)

    def awaits_recording(self) -> bool:
        return False

    def parts_of(self, outgoing: Outgoing) -> int:
        return 1


class Slow(Quick):
    """A channel that a rate keeps from taking much at a time, while its carrier takes long to answer."""

    def capacity(self) -> int:
        return min(WINDOW, self.window() - len(self.sent))

    def window(self) -> int:
        return 5 * WINDOW

    def send(self, batch: Sequence[Outgoing]) -> None:
        self.sent += batch


async def test_a_rate_does_not_keep_the_window_from_being_used(world: World) -> None:
    await world.accepted(*range(60))
    channel = Slow()
    dispatcher = channel.dispatcher = Dispatcher(
        await world.hold(),
        world.dispatch,
        lambda: channel,
        batch=100,
        settle_rows=3,
        settle_wait=0,
        idle_seconds=60,
    )
    await dispatcher.start()
    try:
        async with asyncio.timeout(10):
            while len(channel.sent) < channel.window():
                dispatcher.wake()
                await asyncio.sleep(0.01)
    finally:
        await dispatcher.abandon()


@pytest.mark.parametrize(
    ("settle_rows", "most"), [(3, WINDOW + 3), (100, WINDOW + WINDOW // 2)], ids=["by batch", "by windows"]
)
async def test_what_is_answered_and_not_settled_is_bounded(world: World, settle_rows: int, most: int) -> None:
    await world.accepted(*range(60))
    channel = Quick()
    dispatcher = channel.dispatcher = Dispatcher(
        await world.hold(),
        world.dispatch,
        lambda: channel,
        batch=100,
        settle_rows=settle_rows,
        settle_wait=0,
        idle_seconds=60,
    )
    async with world.db.transaction():
        await world.db.execute("lock table parts in share mode")  # so that no settlement can be written
        await dispatcher.start()
        async with asyncio.timeout(10):
            while len(channel.sent) < most:  # noqa: ASYNC110  a channel gives no signal
                await asyncio.sleep(0.01)
            until = channel.asked + 10  # it looks again, and again
            while channel.asked < until:
                dispatcher.wake()
                await asyncio.sleep(0)
        assert len(channel.sent) == most
    async with asyncio.timeout(10):
        while await world.queued():  # noqa: ASYNC110  the store gives no signal
            await asyncio.sleep(0.01)
    await dispatcher.stop(1)
    assert len(channel.sent) == channel.known == 60
    assert await world.value("select count(*) from recipients where status = 30") == 60
