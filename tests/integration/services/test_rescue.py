"""What a dead process left, what falls due, and receipts that never come."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.world import ONE_WAY, START, World, receipt, report, taken

from viesti.domain.outcome import Unknown
from viesti.services.expire import Expire
from viesti.services.lease import LeaseChannels

pytestmark = pytest.mark.integration

AFTER = timedelta(hours=72)
DLR: dict[str, Any] = {"dlr_url": "https://example.com/dlr"}


async def _claimed(world: World, **fields: Any) -> int:
    """A recipient that a process claimed; gives its id."""
    submitted = await world.accepted(**fields)
    await world.dispatch.claim(await world.hold(), 10)
    return submitted.recipients[0].id


@pytest.mark.parametrize("why", ["taken over", "run out"])
async def test_a_dead_process_leaves_a_doubt_once_and_then_an_unknown(world: World, why: str) -> None:
    recipient_id = await _claimed(world)
    for status, doubts, queued in ((10, 1, 1), (20, 2, 0)):
        if why == "taken over":
            await world.hold()
        else:
            world.clock.advance(days=1)
        assert await world.rescue.abandoned() == 1
        recipient = await world.recipient(recipient_id)
        assert (recipient["status"], recipient["doubts"], recipient["attempt"]) == (status, doubts, doubts)
        assert len(await world.queued()) == queued
        assert await world.rescue.abandoned() == 0
        await world.dispatch.claim(await world.hold(), 10)
    assert await world.events(recipient_id) == ["in_doubt", "in_doubt"]


async def test_a_service_may_hold_at_once(world: World) -> None:
    await world.change("update services set on_unknown = 'hold' where id = $1", ONE_WAY)
    recipient_id = await _claimed(world)
    world.clock.advance(seconds=1)
    await world.hold()
    await world.rescue.abandoned()
    recipient = await world.recipient(recipient_id)
    assert (recipient["status"], recipient["sent_at"]) == (20, world.clock.now)  # it may have been sent
    assert await world.queued() == []


async def test_what_a_living_process_holds_is_left(world: World) -> None:
    await _claimed(world)
    world.clock.advance(seconds=3599)
    assert await world.rescue.abandoned() == 0


async def test_what_retention_dropped_is_forgotten(world: World) -> None:
    recipient_id = await _claimed(world)
    await world.db.execute("delete from recipients where id = $1", recipient_id)
    await world.hold()
    assert await world.rescue.abandoned() == 1
    assert await world.queued() == []


async def test_two_rescuers_settle_once(world: World) -> None:
    submitted = await world.accepted(*range(100))
    await world.dispatch.claim(await world.hold(), 100)
    await world.hold()
    async with world.another() as other:
        counts = await asyncio.gather(*(p.rescue.abandoned() for p in (world.process, other) * 3))
    assert sum(counts) == len(submitted.recipients)
    assert await world.value("select array_agg(distinct doubts) from recipients") == [1]


# Leases


async def test_a_lease_passes_on_when_it_has_run_out(world: World) -> None:
    one, two = (LeaseChannels(world.store, name, [], world.clock, 10) for name in ("one", "two"))
    first = await one.acquire("x")
    assert first is not None
    assert await two.acquire("x") is None
    assert await one.renew({"x": first}) == {"x"}
    world.clock.advance(seconds=11)
    second = await two.acquire("x")
    assert second is not None
    assert second > first
    assert await one.renew({"x": first}) == set()
    assert await two.renew({"x": second, "y": 0}) == {"x", "y"}
    await one.release({"x": first})
    assert await two.renew({"x": second}) == {"x"}


async def test_a_dead_holders_lease_is_taken_at_once(world: World) -> None:
    assert await LeaseChannels(world.store, "one", [], world.clock, 10).acquire("x")
    assert await LeaseChannels(world.store, "two", ["one"], world.clock, 10).acquire("x")


# What falls due


async def test_scheduled_messages_become_due(world: World) -> None:
    for seconds in (10, 20, 30):
        await world.accepted(send_at=START + timedelta(seconds=seconds))
    assert await world.rescue.due_in() == 10
    assert await world.rescue.release_due() == 0
    world.clock.advance(seconds=20)
    assert await world.rescue.release_due() == 2
    assert await world.rescue.release_due() == 0
    assert [row["due_at"] is None for row in await world.queued()] == [True, True, False]
    rows = await world.rows("select status from recipients order by id")
    assert [row["status"] for row in rows] == [10, 10, 5]
    assert len(await world.dispatch.claim(await world.hold(), 10)) == 2
    assert await world.rescue.due_in() == 10


# Receipts that never come


def _expire(world: World) -> Expire:
    return Expire(world.store, world.estate, world.process.publish, world.process.waker, world.clock, AFTER)


async def _expire_all(expire: Expire) -> None:
    while await expire():
        pass


async def test_a_receipt_that_never_came(world: World) -> None:
    overdue = await world.sent("a1", **DLR)
    delivered = await world.sent("a2", **DLR)
    await world.receipts([receipt("a2")])
    expire = _expire(world)
    world.clock.advance(hours=72)
    assert await expire() == 0  # ids are in the order of time only to the hour
    world.clock.advance(hours=1, seconds=1)
    recent = await world.sent("a3")
    await _expire_all(expire)
    recipient = await world.recipient(overdue)
    expected = {"status": 50, "failure": "expired", "finished_at": world.clock.now}
    assert {name: recipient[name] for name in expected} == expected
    assert (await world.recipient(delivered))["status"] == 70
    assert (await world.recipient(recent))["status"] == 30
    assert await world.events(overdue) == ["receipt_overdue"]
    assert [row["subject_id"] for row in await world.callbacks()] == [delivered, overdue]
    assert await world.value("select position from cursors") == delivered
    assert await world.value("select count(*) from receipt_watch") == 0
    await world.receipts([receipt("a1")])  # later than late
    assert (await world.recipient(overdue))["status"] == 70


async def test_who_is_not_sent_yet_is_watched(world: World) -> None:
    submitted = await world.accepted(send_at=START + timedelta(days=10), **DLR)
    recipient_id = submitted.recipients[0].id
    expire = _expire(world)
    world.clock.advance(hours=74)
    await _expire_all(expire)
    assert (await world.recipient(recipient_id))["status"] == 5
    assert await world.value("select check_at from receipt_watch") == world.clock.now + AFTER
    world.clock.now = START + timedelta(days=10)
    await world.rescue.release_due()
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 1)
    await world.dispatch.settle(hold, [taken(outgoing, "a1", at=world.clock.now)])
    await _expire_all(expire)
    assert (await world.recipient(recipient_id))["status"] == 30
    world.clock.advance(hours=73)
    await _expire_all(expire)
    assert (await world.recipient(recipient_id))["status"] == 50
    assert await world.value("select count(*) from receipt_watch") == 0


async def test_the_unknown_expire_by_when_they_may_have_been_sent(world: World) -> None:
    await world.change("update services set on_unknown = 'hold'")
    submitted = await world.accepted(send_at=START + timedelta(days=10))
    world.clock.now = START + timedelta(days=10)
    await world.rescue.release_due()
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 1)
    await world.dispatch.settle(hold, [report(outgoing, Unknown("the link died"))])
    expire = _expire(world)
    await _expire_all(expire)
    assert (await world.recipient(submitted.recipients[0].id))["status"] == 20
    world.clock.advance(hours=73)
    await _expire_all(expire)
    assert (await world.recipient(submitted.recipients[0].id))["status"] == 50


async def test_two_walkers_walk_once(world: World) -> None:
    for number in range(5):
        await world.sent(f"a{number}", **DLR)
    world.clock.advance(hours=74)
    async with world.another() as other:
        both = (
            _expire(world),
            Expire(other.store, other.estate, other.publish, other.waker, world.clock, AFTER),
        )
        await asyncio.gather(*(_expire_all(one) for one in both))
    assert len(await world.callbacks()) == 5
    assert await world.value("select count(*) from events where kind = 'receipt_overdue'") == 5
