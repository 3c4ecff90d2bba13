"""Flows are told of what is sent: once, with the message, and not of their own."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.services.test_hard_cap import PRICE, balance
from tests.integration.services.test_unfreeze import pay_in, unfreeze_of
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    NUMBER,
    ONE_WAY,
    START,
    TWO_WAY,
    World,
    address,
    request,
)

from viesti.services.unsubscribe import Unsubscribe

pytestmark = pytest.mark.integration


async def _subscribe(world: World, number: int = 1, **fields: Any) -> None:
    values: dict[str, Any] = {
        "id": number * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": None,
        "dialect": "txtsync", "event": "outbound", "url_sealed": f"sealed {number}",
        "url_digest": number.to_bytes(32), "created_at": START,
    }  # fmt: skip
    await world.insert("subscriptions", {**values, **fields})


async def _told(world: World) -> list[dict[str, Any]]:
    return [json.loads(callback["body"])["Content"] for callback in await world.callbacks()]


async def test_a_flow_is_told(world: World) -> None:
    await _subscribe(world)
    await world.insert(
        "contacts",
        {
            "id": 6400 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": address(2),
            "source": "api", "created_at": START, "first_name": "Anna", "external_reference": "crm-9",
        },
    )  # fmt: skip
    sent = await world.accepted(1, 2, sender=NUMBER, text="Hei")
    first, second = sent.recipients
    nobody = {
        "ContactID": 0, "ContactName": "", "CreatedDate": "2030-01-01T12:00:00.000Z", "FromNumber": NUMBER,
        "Message": "Hei", "SMSID": first.id, "ToNumber": address(1),
    }  # fmt: skip
    anna = nobody | {
        "ContactID": 6400 + ACME_BUCKET, "ContactName": "Anna", "SMSID": second.id, "ToNumber": address(2),
    }  # fmt: skip
    assert await _told(world) == [
        {"Contact": {"ExternalReference": ""}, "SMS": nobody},
        {"Contact": {"ExternalReference": "crm-9"}, "SMS": anna},
    ]
    callback = (await world.callbacks())[0]
    expected = {
        "bucket": ACME_BUCKET, "customer_id": ACME, "subject_id": first.id, "kind": "http_request",
        "method": "POST", "url": "sealed 1", "subscription_id": 64 + ACME_BUCKET, "apart": True,
        "due_at": START,
    }  # fmt: skip
    assert {name: callback[name] for name in expected} == expected


async def test_who_is_told(world: World) -> None:
    await _subscribe(world, 1)
    await _subscribe(world, 2, service_id=ONE_WAY)
    await _subscribe(world, 3, service_id=TWO_WAY)
    await _subscribe(world, 4, customer_id=BETA)
    await _subscribe(world, 5, event="inbound")
    await _subscribe(world, 6, ended_at=START, ended_why="deleted")
    await world.accepted(1, service_id=ONE_WAY)
    assert [c["subscription_id"] >> 6 for c in await world.callbacks()] == [1, 2]


@pytest.mark.parametrize("fields", [{}, {"request_id": "one"}], ids=["one statement", "in a transaction"])
async def test_a_repeat_is_not_told_again(world: World, fields: dict[str, Any]) -> None:
    await _subscribe(world)
    await asyncio.gather(*(world.accepted(1, **fields) for _ in range(3)))
    assert len(await world.callbacks()) == (1 if fields else 3)


async def test_not_of_a_flows_own(world: World) -> None:
    await _subscribe(world)
    await asyncio.gather(world.accepted(1, quiet=True), world.accepted(2))
    assert [told["SMS"]["ToNumber"] for told in await _told(world)] == [address(2)]


async def test_not_of_who_opted_out(world: World) -> None:
    await _subscribe(world)
    await world.insert(
        "opt_outs",
        {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address(1), "since": START},
    )
    await world.accepted(1, 2, dlr_url="https://example.com/dlr")
    assert [c["kind"] for c in await world.callbacks()] == ["http_request", "delivery_report"]
    (told,) = [c for c in await world.callbacks() if c["kind"] == "http_request"]
    assert json.loads(told["body"])["Content"]["SMS"]["ToNumber"] == address(2)


async def test_what_waited_for_the_balance_is_told_when_it_is_released(world: World) -> None:
    await _subscribe(world)
    await balance(world, Decimal(0))
    held = await world.accepted(1, 2)
    await world.accepted(3, quiet=True)
    assert await world.callbacks() == []
    world.clock.advance(days=4)
    await pay_in(world, 10 * PRICE)
    await unfreeze_of(world)()
    assert [told["SMS"]["SMSID"] for told in await _told(world)] == [one.id for one in held.recipients]
    assert {told["SMS"]["CreatedDate"] for told in await _told(world)} == {"2030-01-01T12:00:00.000Z"}
    # Its calls have their whole time from now on.
    assert {(c["due_at"], c["created_at"]) for c in await world.callbacks()} == {(world.clock.now,) * 2}


async def test_what_was_held_as_a_loop_is_not_told_when_it_is_released(world: World) -> None:
    await world.change("update customers set repeat_limit = 1")
    await _subscribe(world)
    await world.accepted(1)
    held = await world.accepted(1)
    released = await unfreeze_of(world).by_hand([held.recipients[0].id], "tester")
    assert released.queued == [held.recipients[0].id]
    assert len(await world.callbacks()) == 1


async def test_of_what_is_scheduled_at_once(world: World) -> None:
    await _subscribe(world)
    await world.accepted(1, send_at=START + timedelta(days=2))
    (callback,) = await world.callbacks()
    assert callback["due_at"] == START


async def test_texts_of_their_own(world: World) -> None:
    await _subscribe(world)
    asked = request(1, text="Hei $(name)", placeholders=True)
    await world.submit(asked)
    assert [told["SMS"]["Message"] for told in await _told(world)] == ["Hei "]


async def test_who_unsubscribes_meanwhile_is_owed_nothing(world: World) -> None:
    await _subscribe(world)
    unsubscribe = Unsubscribe(world.store, world.clock)
    async with world.db.transaction():  # holds the message up when its subscribers are known
        await world.db.execute("lock table outbox in share row exclusive mode")
        sending = asyncio.create_task(world.accepted(1))
        await world.until_one_waits_for_a_lock()
        ending = asyncio.create_task(unsubscribe(64 + ACME_BUCKET, None, {ACME}))
        waiting = asyncio.create_task(world.until_one_waits_for_a_lock(count=2))
        await asyncio.wait((ending, waiting), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(sending, ending)
    waiting.cancel()
    assert await world.callbacks() == []


async def test_what_is_not_stored_is_not_told(own_world: World) -> None:
    world = own_world
    await _subscribe(world)
    await world.db.execute("alter table outbox add constraint never check (false) not valid")
    with pytest.raises(Exception, match="never"):
        await world.accepted(1)
    assert await world.callbacks() == []
