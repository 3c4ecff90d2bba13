"""Visits are noted once, whatever becomes of the connection, and nobody waits for a store that is away."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.fakes.cut_off import CutOff
from tests.integration.services.world import ACME, ACME_BUCKET, START, World, address

from viesti.services import record_clicks
from viesti.services.record_clicks import HELD, PER_MINUTE, RecordClicks, Seen
from viesti.storage.store import Store, StoreUnavailable

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_clicks, "RETRY_SECONDS", 0.01)


def seen(recipient_id: int = ACME_BUCKET, link: int = 0, reason: str = "") -> Seen:
    return Seen(recipient_id, ACME_BUCKET, link, START, reason, "agent", ACME, address(1), None)


async def open_store(url: str) -> Store:
    return await Store.open(url, size=2, monotonic=time.monotonic)


async def noted(world: World) -> tuple[int, int, int]:
    """Visits in the log, their sum, and first persons counted."""
    row = await world.row(
        "select (select count(*) from clicks) as log, (select coalesce(sum(clicks), 0) from clicked) as sum,"
        " (select coalesce(sum(amount), 0) from contact_counts where kind = 'click') as counted"
    )
    return row["log"], row["sum"], row["counted"]


async def test_what_was_noted_and_not_heard_of_is_noted_once(world: World) -> None:
    async with CutOff(world.url) as between:
        store = await open_store(between.url)
        record = RecordClicks(store, world.estate, world.process.waker, time.monotonic, wait_seconds=10.0)
        record.start()
        between.swallow("SELECT 2")  # both committed, and then the connection breaks
        await asyncio.gather(record.add(seen()), record.add(seen()))
        assert await noted(world) == (2, 2, 1)
        await record.add(seen())
        assert await noted(world) == (3, 3, 1)
        await record.stop()
        await store.close()


async def test_many_at_once_share_a_statement(world: World) -> None:
    record = RecordClicks(world.store, world.estate, world.process.waker, time.monotonic, wait_seconds=10.0)
    record.start()
    await asyncio.gather(*(record.add(seen(n * 64 + ACME_BUCKET, n % 8)) for n in range(1000)))
    assert await noted(world) == (1000, 1000, 1000)
    await record.stop()


async def test_one_that_cannot_be_noted_costs_no_other(world: World) -> None:
    nowhere = (1 << 52) + ACME_BUCKET  # a period that is not there
    record = RecordClicks(world.store, world.estate, world.process.waker, time.monotonic, wait_seconds=10.0)
    record.start()
    await asyncio.gather(*(record.add(seen(one)) for one in (64, nowhere, 128)))
    assert await noted(world) == (2, 2, 2)
    await record.stop()


async def test_nobody_waits_for_a_store_that_is_away(world: World) -> None:
    async with CutOff(world.url) as between:
        store = await open_store(between.url)
        record = RecordClicks(store, world.estate, world.process.waker, time.monotonic, wait_seconds=0.01)
        between.swallow("COMMIT")
        with pytest.raises(StoreUnavailable):  # the connection breaks, and there will be no other
            await store.ping()
    record.start()
    async with asyncio.timeout(10):
        await record.add(seen())
        await record.stop()  # what can't be noted is given up
        await store.close()
    assert await noted(world) == (0, 0, 0)


async def test_of_one_link_a_minute_notes_what_people_make(world: World) -> None:
    now = 0.0
    record = RecordClicks(world.store, world.estate, world.process.waker, lambda: now, wait_seconds=10.0)
    record.start()
    for link in (0, 1):
        await asyncio.gather(*(record.add(seen(link=link)) for _ in range(PER_MINUTE + 5)))
    assert (await noted(world))[0] == 2 * PER_MINUTE
    now = 60.0
    await record.add(seen())
    assert (await noted(world))[0] == 2 * PER_MINUTE + 1
    await record.stop()


async def test_what_is_held_in_hand_is_bounded(world: World) -> None:
    record = RecordClicks(world.store, world.estate, world.process.waker, time.monotonic, wait_seconds=0.0)
    for number in range(HELD + 10):  # nobody notes them yet
        await record.add(seen(number * 64 + ACME_BUCKET))
    record.start()
    await record.stop()
    assert (await noted(world))[0] == HELD
