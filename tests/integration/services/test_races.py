"""Settlements and receipts over the same recipients at once, from two processes."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from tests.integration.services.world import World, receipt, taken

from viesti.domain.channel import CarrierReceipt
from viesti.domain.status import PartState

pytestmark = pytest.mark.integration

BATCH = 100


@pytest.mark.parametrize("parts", [1, 2])
async def test_settlements_and_receipts_at_once_lose_nothing(own_world: World, parts: int) -> None:
    world, chance = own_world, random.Random(parts)
    numbers = range(3000 // parts)
    submitted = await world.accepted(
        *numbers, text="x" * (200 if parts > 1 else 20), dlr_url="https://example.com"
    )
    hold = await world.hold()
    claimed = await world.dispatch.claim(hold, len(numbers))
    references = {
        outgoing.recipient_id: [f"{outgoing.recipient_id:x}-{n}" for n in range(parts)]
        for outgoing in claimed
    }
    async with world.another() as other:
        for start in range(0, len(claimed), BATCH):
            batch = claimed[start : start + BATCH]
            told = [
                receipt(reference, state=state)
                for outgoing in batch
                for reference in references[outgoing.recipient_id]
                for state in (PartState.ENROUTE, PartState.DELIVERED, PartState.DELIVERED)
            ]
            reports = [taken(outgoing, *references[outgoing.recipient_id]) for outgoing in batch]
            for some in (told, reports):
                chance.shuffle(some)  # type: ignore[arg-type]
            third = len(told) // 3
            work: list[Any] = [
                world.dispatch.settle(hold, reports[: BATCH // 2]),
                world.dispatch.settle(hold, reports[BATCH // 2 :]),
                world.receipts(told[:third]),
                other.receipts(told[third : 2 * third]),
                other.receipts(told[2 * third :]),
                world.receipts.match_waiting(),
            ]
            chance.shuffle(work)
            await asyncio.gather(*work)
        while await world.receipts.match_waiting():
            pass
    assert await world.value("select count(*) from waiting_receipts") == 0
    assert await world.value("select array_agg(distinct status) from recipients") == [70]
    assert await world.value("select array_agg(distinct state) from parts") == [2]
    assert await world.value("select count(*) from receipts") == 9000
    subjects = sorted(row["subject_id"] for row in await world.callbacks())
    assert subjects == [recipient.id for recipient in submitted.recipients]


async def test_batches_in_any_order_do_not_deadlock(own_world: World) -> None:
    world, chance = own_world, random.Random(7)
    submitted = await world.accepted(*range(200), text="x" * 200)
    hold = await world.hold()
    claimed = await world.dispatch.claim(hold, 200)
    names = {
        outgoing.recipient_id: (f"a{outgoing.recipient_id}", f"b{outgoing.recipient_id}")
        for outgoing in claimed
    }
    await world.dispatch.settle(
        hold, [taken(outgoing, *names[outgoing.recipient_id]) for outgoing in claimed]
    )
    every = [name for pair in names.values() for name in pair]

    def some(state: PartState) -> list[CarrierReceipt]:
        return [receipt(name, state=state) for name in chance.sample(every, len(every))]

    async with world.another() as other:
        for state in (PartState.ENROUTE, PartState.EXPIRED, PartState.UNDELIVERABLE, PartState.DELIVERED):
            await asyncio.gather(*(p.receipts(some(state)) for p in (world.process, other) * 3))
    assert await world.value("select array_agg(distinct status) from recipients") == [70]
    assert len(submitted.recipients) == 200
    name = await world.value("select current_database()")
    await world.value("select pg_stat_clear_snapshot()")
    assert await world.value("select deadlocks from pg_stat_database where datname = $1", name) == 0
