"""Which messages share a transaction."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.integration.services.world import LIMITS, World, request

from viesti.services.group_commit import GroupCommit
from viesti.services.submit import Submit

pytestmark = pytest.mark.integration


@asynccontextmanager
async def submitting(world: World, wait_seconds: float) -> AsyncIterator[Submit]:
    """The submit service over a group commit of its own."""
    group = GroupCommit(
        world.store,
        world.estate,
        world.process.publish,
        world.process.announce,
        world.process.waker,
        time.monotonic,
        wait_seconds=wait_seconds,
    )
    group.start()
    yield Submit(world.estate, group, LIMITS, world.clock, lambda: 0.0)
    await group.stop()


async def test_a_lone_message_waits_for_nobody(world: World) -> None:
    async with submitting(world, wait_seconds=3600) as submit, asyncio.timeout(60):
        await submit(request(1))
        await submit(request(2))
    assert await world.value("select count(*) from messages") == 2


async def test_what_comes_while_a_transaction_runs_shares_the_next(world: World) -> None:
    async with submitting(world, wait_seconds=0.2) as submit:
        async with world.db.transaction():
            await world.db.execute("lock table opt_outs in access exclusive mode")
            first = asyncio.create_task(submit(request(1)))
            await world.until_one_waits_for_a_lock()
            others = [asyncio.create_task(submit(request(number))) for number in range(2, 8)]
        await asyncio.gather(first, *others)
    together = await world.rows("select count(*) as messages from messages group by xmin::text order by 1")
    assert [row["messages"] for row in together] == [1, 6]
