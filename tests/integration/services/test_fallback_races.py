"""Whoever finds first that WhatsApp failed: webhooks, settlements and clocks at once, from two processes."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.services.test_fallback import (
    DELIVERED,
    FAILED,
    FIELDS,
    NOT_THERE,
    left,
    sent,
    staged,
    told,
)
from tests.integration.services.whatsapp_stage import WHATSAPP, accepted
from tests.integration.services.world import CHANNEL, Process, World, report, taken

from viesti.domain.failure import Failure
from viesti.domain.status import PartState
from viesti.services.fallbacks_due import FallbacksDue

pytestmark = pytest.mark.integration

BATCH = 50
BALANCE = (
    "insert into balances (customer_id, bucket, currency, paid, cap, spent, since)"
    " values (1, 5, 'EUR', 1000, null, 0, now())"
)


def duty_of(process: Process | World, world: World) -> FallbacksDue:
    waker = process.process.waker if isinstance(process, World) else process.waker
    return FallbacksDue(process.store, process.estate, waker, world.clock)


async def test_the_clock_leaves_what_a_webhook_is_writing(world: World) -> None:
    first = await sent(await staged(world))
    world.clock.advance(minutes=10)
    async with world.db.transaction():
        await world.db.execute("select from recipients where id = $1 for no key update", first.recipient_id)
        assert await duty_of(world, world)() == 1  # and waits for nobody
        assert await world.queued() == []
    await world.receipts([DELIVERED])
    world.clock.advance(seconds=5)
    assert (await duty_of(world, world)(), await world.queued(), await left(world)) == (1, [], 0)


@pytest.mark.parametrize("word", [DELIVERED, FAILED], ids=["delivered", "failed"])
async def test_a_webhook_that_comes_while_the_clock_queues_the_sms_waits_for_it(
    world: World, word: Any
) -> None:
    await staged(world)
    await world.change(BALANCE)
    first = await sent(world)
    world.clock.advance(minutes=10)
    async with world.another() as other:
        async with world.db.transaction():
            await world.db.execute("select from balances for update")  # the SMS costs more
            clock = asyncio.create_task(duty_of(other, world)())
            await world.until_one_waits_for_a_lock()
            webhook = asyncio.create_task(world.receipts([word]))
            await world.until_one_waits_for_a_lock(count=2)
        assert (await clock, await webhook) == (1, 1)
    late = ["delivered_late_on_whatsapp"] if word is DELIVERED else []
    assert await world.events(first.recipient_id) == ["fallback", *late]
    assert [(row["id"], row["channel_id"]) for row in await world.queued()] == [(first.recipient_id, CHANNEL)]
    assert (await world.recipient(first.recipient_id))["status"] == 30


async def test_a_late_delivery_that_is_told_twice_at_once_is_noted_once(world: World) -> None:
    await staged(world)
    first = await sent(world)
    world.clock.advance(minutes=10)
    await duty_of(world, world)()
    async with world.another() as other:
        async with world.db.transaction():
            await world.db.execute("select from recipients for update")
            told_of = [asyncio.create_task(each.receipts([DELIVERED])) for each in (world, other)]
            await world.until_one_waits_for_a_lock(count=2)
        assert await asyncio.gather(*told_of) == [1, 1]
    assert await world.events(first.recipient_id) == ["fallback", "delivered_late_on_whatsapp"]


async def test_two_clocks_queue_one_sms(world: World) -> None:
    await staged(world)
    await world.change(BALANCE)
    await sent(world)
    world.clock.advance(minutes=10)
    async with world.another() as other:
        async with world.db.transaction():
            await world.db.execute("select from balances for update")
            first = asyncio.create_task(duty_of(other, world)())
            await world.until_one_waits_for_a_lock()
            assert await duty_of(world, world)() == 0
        assert await first == 1
    assert len(await world.queued()) == 1


async def test_who_dies_between_the_row_and_the_sms_leaves_both(own_world: World) -> None:
    world = await staged(own_world)
    first = await sent(world)
    world.clock.advance(minutes=10)
    await world.db.execute(
        "create function dies() returns trigger language plpgsql as $$ begin raise 'it died'; end $$;"
        " create trigger dies before insert on outbox for each row execute function dies()"
    )
    with pytest.raises(asyncpg.PostgresError, match="it died"):
        await duty_of(world, world)()
    with pytest.raises(asyncpg.PostgresError, match="it died"):
        await world.receipts([FAILED])
    row = await world.recipient(first.recipient_id)
    assert (row["status"], row["fell_back_after"], row["channel_id"], await left(world)) == (
        30,
        None,
        WHATSAPP,
        1,
    )
    await world.db.execute("drop trigger dies on outbox")
    await world.receipts([FAILED])
    assert (len(await world.queued()), await left(world)) == (1, 0)


async def test_everything_at_once_sends_one_sms_to_whom_whatsapp_does_not_reach(own_world: World) -> None:
    """Answers, failed and delivered statuses, each twice, and two clocks: nobody gets two, nobody none."""
    world, chance = await staged(own_world), random.Random(7)
    await world.change(BALANCE)
    await accepted(world, *range(600), **FIELDS)
    hold = await world.hold(WHATSAPP)
    claimed = await world.dispatch.claim(hold, 600)
    assert len(claimed) == 600
    world.clock.advance(minutes=20)
    async with world.another() as other:
        for start in range(0, len(claimed), BATCH):
            batch = claimed[start : start + BATCH]
            reports, words = [], []
            for outgoing in batch:
                kind = outgoing.recipient_id // 64 % 4
                reference = f"wamid.{outgoing.recipient_id}"
                at = world.clock.now - timedelta(
                    minutes=0 if kind == 3 else 15
                )  # those the clock wants already
                done = report(outgoing, NOT_THERE) if kind == 0 else taken(outgoing, reference, at=at)
                reports.append(done)
                if kind == 1:
                    words += [told(PartState.UNDELIVERABLE, Failure.NOT_ON_WHATSAPP, reference)] * 2
                if kind == 2:
                    words += [told(PartState.DELIVERED, reference=reference)] * 2
            chance.shuffle(words)
            half = len(words) // 2
            work: list[Any] = [
                world.dispatch.settle(hold, reports[: BATCH // 2]),
                world.dispatch.settle(hold, reports[BATCH // 2 :]),
                world.receipts(words[:half]),
                other.receipts(words[half:]),
                duty_of(world, world)(),
                duty_of(other, world)(),
                other.receipts.match_waiting(),
            ]
            chance.shuffle(work)
            await asyncio.gather(*work)
        while await world.receipts.match_waiting():
            pass
        world.clock.advance(minutes=10)
        while sum(await asyncio.gather(duty_of(world, world)(), duty_of(other, world)())):
            pass
    assert await left(world) == 0
    rows = await world.rows(
        "select r.id / 64 % 4 as kind, r.status, r.fell_back_after, o.channel_id,"
        " (select count(*) from events e where e.subject_id = r.id and e.kind = 'fallback') as times,"
        " (select count(*) from events e where e.subject_id = r.id and e.kind like 'delivered_late%') as late"
        " from recipients r left join outbox o on o.id = r.id"
    )
    assert len(rows) == 600
    for row in rows:
        fell = row["fell_back_after"] is not None
        assert (row["times"], row["channel_id"]) == ((1, CHANNEL) if fell else (0, None)), row
        assert fell or row["kind"] == 2, row
        if row["kind"] == 2:  # delivered: before the clock saw it, or late
            assert (row["status"], row["late"]) == ((30, 1) if fell else (70, 0)), row
    spent = await world.value("select spent from balances")
    costs = await world.value("select sum(cost) from recipients")
    back = await world.value("select coalesce(sum(amount), 0) from balance_changes")
    assert spent + back == costs
