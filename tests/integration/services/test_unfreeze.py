"""What was frozen is released in its order when the balance covers it, and given up when it is old."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from tests.integration.services.test_hard_cap import PRICE, balance, spent
from tests.integration.services.test_held import frozen
from tests.integration.services.world import ACME, START, Process, World, report

from viesti.domain.failure import Failure
from viesti.domain.message import HeldReason
from viesti.domain.outcome import Deferred
from viesti.domain.status import Status
from viesti.services.balance.keep import KeepBalance
from viesti.services.balance.unfreeze import Unfreeze
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.release_held import ReleaseHeld

pytestmark = pytest.mark.integration


def unfreeze_of(world: World, process: Process | None = None) -> Unfreeze:
    process = process or world.process
    return Unfreeze(
        process.store,
        ReleaseHeld(process.estate, process.waker, world.clock),
        CancelWaiting(process.store, process.estate, process.publish, process.waker, world.clock),
        process.announce,
        world.clock,
        timedelta(hours=72),
    )


async def pay_in(world: World, amount: Decimal) -> None:
    keep = KeepBalance(world.store, world.estate, world.clock, "tester")
    await keep.pay_in(world.estate.current.estate.customers[ACME], amount)


async def statuses(world: World) -> list[int]:
    return [row["status"] for row in await world.rows("select status from recipients order by id")]


async def test_released_in_order_as_far_as_it_goes(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(1, 2, 3)
    unfreeze = unfreeze_of(world)
    assert await unfreeze() == 0
    await pay_in(world, 2 * PRICE)
    assert await unfreeze() == 2
    assert await statuses(world) == [Status.QUEUED, Status.QUEUED, Status.FROZEN]
    assert await spent(world) == 2 * PRICE
    queued = await world.queued()
    assert len(queued) == 2
    assert await world.events(queued[0]["id"]) == ["released"]
    assert await unfreeze() == 0


async def test_a_dear_one_holds_up_those_behind_it(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(1, text="x" * 400)
    await world.accepted(2)
    await pay_in(world, 2 * PRICE)
    assert await unfreeze_of(world)() == 0
    await pay_in(world, PRICE)
    await pay_in(world, PRICE)
    assert await unfreeze_of(world)() == 2


async def test_what_is_given_back_releases_what_waits(world: World) -> None:
    await balance(world, PRICE)
    sent = await world.accepted(1)
    await world.accepted(2)
    process = world.process
    cancel = CancelWaiting(world.store, world.estate, process.publish, process.waker, world.clock)
    async with world.store.transaction() as tx:
        await cancel(tx, [sent.recipients[0].id])
    assert await unfreeze_of(world)() == 2  # one customer's balance, and who waited for it
    assert await statuses(world) == [Status.CANCELLED, Status.QUEUED]
    assert await spent(world) == PRICE


async def test_a_schedule_is_kept(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(1, send_at=START + timedelta(hours=1))
    await pay_in(world, PRICE)
    await unfreeze_of(world)()
    assert await statuses(world) == [Status.SCHEDULED]
    assert [row["due_at"] for row in await world.queued()] == [START + timedelta(hours=1)]
    assert await spent(world) == PRICE


async def test_without_a_limit_all_of_it_goes(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(*range(5))
    keep = KeepBalance(world.store, world.estate, world.clock, "tester")
    await keep.set_cap(world.estate.current.estate.customers[ACME], None)
    assert await unfreeze_of(world)() == 5
    assert await spent(world) == 5 * PRICE


async def test_many_release_at_once_and_never_more_than_is_covered(world: World) -> None:
    await balance(world, Decimal(0))
    for number in range(20):
        await world.accepted(*range(number * 10, number * 10 + 10))
    async with world.another() as other, world.another() as third:
        for _ in range(5):
            await pay_in(world, 20 * PRICE)
            await asyncio.gather(*(unfreeze_of(world, p)() for p in (world.process, other, third) * 2))
            queued = await world.value("select count(*) from outbox")
            assert await spent(world) == queued * PRICE
    assert queued == 100


async def test_what_is_old_is_called_back(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(1)
    await frozen(world, 2, reason=HeldReason.REPEATED)
    await frozen(world, 3, reason=HeldReason.PAUSED)
    world.clock.advance(hours=72)
    assert await unfreeze_of(world)() == 0
    world.clock.advance(seconds=1)
    assert await unfreeze_of(world)() == 2
    rows = await world.rows("select status, failure, cost from recipients order by id")
    assert [tuple(row.values()) for row in rows] == [
        (Status.CANCELLED, "no_balance", 0),
        (Status.CANCELLED, "cancelled", 0),
        (Status.FROZEN, None, PRICE),
    ]
    assert await spent(world) == 0


async def test_what_its_service_wants_no_more_is_not_released(world: World) -> None:
    await world.change("update services set validity_seconds = 600")
    await balance(world, Decimal(0))
    await world.accepted(1)
    world.clock.advance(seconds=601)
    await world.accepted(2)
    await pay_in(world, 2 * PRICE)
    assert await unfreeze_of(world)() == 2
    assert await statuses(world) == [Status.CANCELLED, Status.QUEUED]
    assert await spent(world) == PRICE


async def test_what_was_frozen_for_long_is_tried_as_long_as_any(world: World) -> None:
    await balance(world, Decimal(0))
    await world.accepted(1)
    world.clock.advance(hours=48)
    await pay_in(world, PRICE)
    await unfreeze_of(world)()
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [report(outgoing, Deferred(Failure.CARRIER_BUSY))])
    assert await statuses(world) == [Status.QUEUED]
    world.clock.advance(hours=25)
    await world.rescue.release_due()
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [report(outgoing, Deferred(Failure.CARRIER_BUSY))])
    assert await statuses(world) == [Status.FAILED]


async def test_by_hand_what_was_repeated_is_charged(world: World) -> None:
    await balance(world, PRICE)
    first, second = await frozen(world, 1, 2, reason=HeldReason.REPEATED)
    done = await unfreeze_of(world).by_hand([first, second], "tester")
    assert (done.queued, done.waiting) == ([first], [second])
    assert await spent(world) == PRICE
    assert await world.rows("select id, reason from held") == [{"id": second, "reason": "balance"}]
    await pay_in(world, PRICE)
    assert await unfreeze_of(world)() == 1


async def test_by_hand_out_of_turn_and_without_a_balance(world: World) -> None:
    first, second = await frozen(world, 1, 2, reason=HeldReason.REPEATED)
    done = await unfreeze_of(world).by_hand([second], "tester")
    assert (done.queued, done.waiting) == ([second], [])
    assert await world.value("select charged from recipients where id = $1", second) is None
    assert await unfreeze_of(world).call_back([first, second], "tester") == [first]
    assert await statuses(world) == [Status.CANCELLED, Status.QUEUED]
    audit = await world.rows("select actor, action, detail from audit order by id")
    assert [(row["actor"], row["action"]) for row in audit] == [
        ("tester", "release frozen"),
        ("tester", "cancel frozen"),
    ]


async def test_a_paused_campaign_keeps_its_own(world: World) -> None:
    (only,) = await frozen(world, 1, reason=HeldReason.PAUSED)
    assert await unfreeze_of(world).call_back([only], "tester") == []
    done = await unfreeze_of(world).by_hand([only], "tester")
    assert (done.queued, done.waiting) == ([], [])
    assert await statuses(world) == [Status.FROZEN]
