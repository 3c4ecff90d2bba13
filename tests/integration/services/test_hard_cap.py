"""What the balance does not cover is accepted and frozen, and nothing is spent above the cap."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    BETA_APP,
    BETA_ONE_WAY,
    NUMBER,
    World,
    inbound,
    request,
)

from viesti.domain.message import HeldReason
from viesti.domain.status import Status
from viesti.services.requests import Submitted

pytestmark = pytest.mark.integration

PRICE = Decimal("0.0412")  # of a part to Finland, for Acme
BETAS: dict[str, Any] = {"customer_id": BETA, "application_id": BETA_APP, "service_id": BETA_ONE_WAY}


async def balance(
    world: World, paid: Decimal, cap: Decimal | None = Decimal(0), customer: int = ACME
) -> None:
    await world.db.execute(
        "insert into balances (customer_id, bucket, currency, paid, cap, since)"
        " values ($1, $2, 'EUR', $3, $4, now())",
        customer,
        ACME_BUCKET,
        paid,
        cap,
    )


async def spent(world: World, customer: int = ACME) -> Decimal:
    """What is spent, which is what is taken for recipients."""
    taken = await world.value("select sum(cost) from recipients where charged and customer_id = $1", customer)
    found: Decimal = await world.value("select spent from balances where customer_id = $1", customer)
    assert found == (taken or 0)
    return found


def statuses(submitted: Submitted) -> list[Status]:
    return [recipient.status for recipient in submitted.recipients]


async def test_what_is_accepted_is_taken_from_the_balance(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, 2, text="x" * 200)
    assert await spent(world) == 4 * PRICE
    assert await world.value("select bool_and(charged) from recipients")


async def test_without_a_balance_nothing_is_taken(world: World) -> None:
    await world.accepted(1)
    assert await world.value("select count(*) from balances") == 0
    assert await world.value("select charged from recipients") is None


async def test_what_fits_is_taken_in_order_and_the_rest_is_frozen(world: World) -> None:
    await balance(world, 2 * PRICE)
    submitted = await world.accepted(1, 2, 3, 4)
    queued, frozen = Status.QUEUED, Status.FROZEN
    assert statuses(submitted) == [queued, queued, frozen, frozen]
    assert [r.frozen for r in submitted.recipients] == [None, None, HeldReason.BALANCE, HeldReason.BALANCE]
    assert "does not cover" in submitted.recipients[2].warnings[-1]
    assert await spent(world) == 2 * PRICE
    held = await world.rows("select id, customer_id, reason, cost from held order by id")
    assert held == [
        {"id": r.id, "customer_id": ACME, "reason": "balance", "cost": PRICE}
        for r in submitted.recipients[2:]
    ]
    assert len(await world.queued()) == 2


async def test_the_cap_is_below_zero(world: World) -> None:
    await balance(world, Decimal(0), 3 * PRICE)
    assert statuses(await world.accepted(1, 2, 3, 4)).count(Status.FROZEN) == 1
    assert await spent(world) == 3 * PRICE


async def test_without_a_limit_it_is_counted_only(world: World) -> None:
    await balance(world, Decimal(0), None)
    assert Status.FROZEN not in statuses(await world.accepted(1, 2, 3))
    assert await spent(world) == 3 * PRICE


async def test_others_in_the_same_transaction_go_on(world: World) -> None:
    await balance(world, PRICE)
    mine, betas = await asyncio.gather(world.accepted(1, 2), world.accepted(3, 4, **BETAS))
    assert statuses(mine) == [Status.QUEUED, Status.FROZEN]
    assert statuses(betas) == [Status.QUEUED] * 2


async def test_what_has_no_price_costs_nothing(world: World) -> None:
    await balance(world, Decimal(0))
    await world.change("delete from prices")
    assert statuses(await world.accepted(1)) == [Status.QUEUED]
    assert await world.value("select charged from recipients")  # another route may have one


async def test_who_opted_out_costs_nothing(world: World) -> None:
    await balance(world, PRICE)
    await world.db.execute(
        "insert into opt_outs (customer_id, bucket, address, since) values ($1, $2, '358400000001', now())",
        ACME,
        ACME_BUCKET,
    )
    assert statuses(await world.accepted(1, 2)) == [Status.FAILED, Status.QUEUED]
    assert await spent(world) == PRICE


async def test_what_is_paid_in_is_there_for_the_next(world: World) -> None:
    await balance(world, Decimal(0))
    assert statuses(await world.accepted(1)) == [Status.FROZEN]
    await world.db.execute("update balances set paid = $1", PRICE)
    assert statuses(await world.accepted(2)) == [Status.QUEUED]
    assert statuses(await world.accepted(3)) == [Status.FROZEN]


async def test_a_repeat_is_answered_with_what_was_frozen_and_takes_nothing(world: World) -> None:
    await balance(world, PRICE)
    first = await world.accepted(1, 2, request_id="once", body_hash=b"x")
    again = await world.accepted(1, 2, request_id="once", body_hash=b"x")
    assert again.repeated
    assert statuses(again) == statuses(first) == [Status.QUEUED, Status.FROZEN]
    assert await spent(world) == PRICE


async def test_many_processes_at_once_never_go_above_it(world: World) -> None:
    await balance(world, 100 * PRICE)
    async with world.another() as one, world.another() as two:
        processes = [world.process, one, two]
        answers = await asyncio.gather(
            *(processes[number % 3].submit(request(number, number + 1, **extra))
              for number in range(150)
              for extra in ({}, {"request_id": f"r{number}", "body_hash": b"x"}) if number % 2 or not extra)
        )  # fmt: skip
    taken = [status for answer in answers if isinstance(answer, Submitted) for status in statuses(answer)]
    assert taken.count(Status.QUEUED) == 100
    assert await spent(world) == 100 * PRICE
    assert len(await world.queued()) == 100
    assert await world.value("select count(*) from held") == len(taken) - 100


async def test_an_automatic_answer_is_frozen_and_its_message_is_not_lost(world: World) -> None:
    await balance(world, Decimal(0))
    await world.change("update services set help_reply = 'Write to us' where key = 'desk'")
    await world.receive.store([inbound("HELP", destination=NUMBER)])
    assert await world.receive.process(10) == 1
    assert await world.value("select count(*) from inbound_messages") == 1
    assert await world.value("select status from recipients") == Status.FROZEN
    assert await world.value("select reason from held") == "balance"
    assert await world.queued() == []
