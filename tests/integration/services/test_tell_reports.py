"""Flows are told what became of recipients: once for each change, whoever made it, and nobody else is."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services import test_fallback
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    CHANNEL,
    NUMBER,
    ONE_WAY,
    START,
    TWO_WAY,
    World,
    address,
    receipt,
    report,
    taken,
)

from viesti.domain.callback import Patience
from viesti.domain.failure import Failure
from viesti.domain.outcome import Refused
from viesti.domain.status import PartState, Status
from viesti.net.client import HttpAnswer
from viesti.services.callback_settlement import CallbackSettlement, Called
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.expire import DISORDER, Expire
from viesti.services.requests import RecipientRequest
from viesti.services.unsubscribe import ANYWHERE, Unsubscribe
from viesti.storage.store import Transaction

pytestmark = pytest.mark.integration

EVERY = {"every": True}
AFTER = timedelta(hours=48)


async def subscribe(world: World, number: int = 1, **fields: Any) -> None:
    """A subscription to reports of Acme's, unless said otherwise."""
    values: dict[str, Any] = {
        "id": number * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": None,
        "dialect": "viesti", "event": "report", "url_sealed": f"sealed {number}",
        "url_digest": number.to_bytes(32), "created_at": START, "options": "{}",
    }  # fmt: skip
    if "options" in fields:
        fields["options"] = json.dumps(fields["options"])
    await world.insert("subscriptions", {**values, **fields})


async def told(world: World) -> list[dict[str, Any]]:
    """What is told, by whoever it is told to."""
    rows = [row for row in await world.callbacks() if row["kind"] == "http_request"]
    return [json.loads(row["body"]) for row in sorted(rows, key=lambda row: row["subscription_id"])]


async def statuses(world: World) -> list[str]:
    return [one["status"] for one in await told(world)]


async def test_what_a_report_tells(world: World) -> None:
    await subscribe(world)
    await world.insert(
        "contacts",
        {
            "id": 6400 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": address(1),
            "source": "api", "created_at": START, "first_name": "Anna", "external_reference": "crm-9",
        },
    )  # fmt: skip
    recipient = await world.sent("ref1", customer_data="order 7", request_id="req-1")
    assert await told(world) == []  # sent is not final
    world.clock.advance(seconds=2)
    await world.receipts([receipt("ref1")])
    message = (await world.recipient(recipient))["message_id"]
    assert await told(world) == [
        {
            "eventId": f"deliveryReport:{recipient}:delivered", "event": "deliveryReport",
            "at": "2030-01-01T12:00:02.000Z", "number": address(1), "contactId": 6400 + ACME_BUCKET,
            "contactName": "Anna", "contactReference": "crm-9", "messageId": message,
            "recipientId": recipient, "protocol": "SMS", "sender": "Acme", "service": "news",
            "customerData": "order 7", "requestId": "req-1", "status": "delivered", "text": "xxxxxxxxxx",
            "partCount": 1, "cost": 0.0412, "currency": "EUR", "createdAt": "2030-01-01T12:00:00.000Z",
            "sentAt": "2030-01-01T12:00:00.000Z",
        }
    ]  # fmt: skip
    (callback,) = await world.callbacks()
    expected = {
        "bucket": ACME_BUCKET, "customer_id": ACME, "subject_id": recipient, "method": "POST",
        "url": "sealed 1", "subscription_id": 64 + ACME_BUCKET, "apart": True, "due_at": world.clock.now,
    }  # fmt: skip
    assert {name: callback[name] for name in expected} == expected


async def test_who_is_told(world: World) -> None:
    await subscribe(world, 1)
    await subscribe(world, 2, service_id=ONE_WAY)
    await subscribe(world, 3, service_id=TWO_WAY)
    await subscribe(world, 4, customer_id=BETA)
    await subscribe(world, 5, event="inbound")
    await subscribe(world, 6, ended_at=START, ended_why="deleted")
    await subscribe(world, 7, options={"outcome": "delivered"})
    await subscribe(world, 8, options={"outcome": "failed"})
    await subscribe(world, 9, event="invalid")
    await world.sent("ref1")
    await world.receipts([receipt("ref1")])
    assert sorted(c["subscription_id"] >> 6 for c in await world.callbacks()) == [1, 2, 7]


async def test_without_a_subscription_nothing_is_owed(world: World) -> None:
    await subscribe(world, customer_id=BETA)
    await world.sent("ref1", dlr_url="https://example.com/dlr")
    await world.receipts([receipt("ref1")])
    assert [row["kind"] for row in await world.callbacks()] == ["delivery_report"]


async def test_every_status(world: World) -> None:
    await subscribe(world, 1, options=EVERY)
    await subscribe(world, 2)
    await world.sent("ref1")
    assert await statuses(world) == ["sent"]
    await world.receipts([receipt("ref1")])
    assert await statuses(world) == ["sent", "delivered", "delivered"]
    assert await world.queued() == []


async def test_every_status_of_one_customer_is_none_of_anothers(world: World) -> None:
    await subscribe(world, 1, options=EVERY, customer_id=BETA)
    await world.sent("ref1")
    assert await told(world) == []


async def test_a_receipt_that_comes_again_is_not_told_again(world: World) -> None:
    await subscribe(world)
    await world.sent("ref1")
    await asyncio.gather(*(world.receipts([receipt("ref1")]) for _ in range(4)))
    assert await statuses(world) == ["delivered"]


async def test_a_receipt_before_its_reference(world: World) -> None:
    await subscribe(world)
    await world.receipts([receipt("ref1")])
    await world.sent("ref1")
    assert await statuses(world) == ["delivered"]


async def test_a_late_delivery_is_another_change(world: World) -> None:
    await subscribe(world)
    await world.sent("ref1")
    await world.receipts([receipt("ref1", state=PartState.UNDELIVERABLE)])
    await world.receipts([receipt("ref1")])
    assert {one["eventId"].rpartition(":")[2] for one in await told(world)} == {"undelivered", "delivered"}


async def test_a_refusal_of_the_carrier(world: World) -> None:
    await subscribe(world, 1)
    await subscribe(world, 2, event="invalid")
    submitted = await world.accepted(1)
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 10)
    refused = Refused(Failure.INVALID_DESTINATION, detail="0x0000000b")
    await world.dispatch.settle(hold, [report(outgoing, refused, at=world.clock.now)])
    identifier = submitted.recipients[0].id
    failed, invalid = await told(world)
    why = {
        "failure": "invalid_destination", "carrierError": "0x0000000b",
        "failureText": "The destination number does not exist or can't receive messages.",
    }  # fmt: skip
    assert {name: failed[name] for name in why} | {"status": failed["status"]} == why | {"status": "failed"}
    assert invalid == {
        "eventId": f"invalidRecipient:{identifier}", "event": "invalidRecipient",
        "at": "2030-01-01T12:00:00.000Z", "number": address(1), "messageId": submitted.message_id,
        "recipientId": identifier, "protocol": "SMS", "sender": "Acme", "service": "news", **why,
    }  # fmt: skip


@pytest.mark.parametrize("failure", [None, Failure.INVALID_CONTENT, Failure.CARRIER_REJECTED])
async def test_other_failures_are_no_invalid_numbers(world: World, failure: Failure | None) -> None:
    await subscribe(world, event="invalid")
    await world.accepted(1)
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 10)
    settled = report(outgoing, Refused(failure)) if failure else taken(outgoing, "ref1")
    await world.dispatch.settle(hold, [settled])
    await world.receipts([receipt("ref1", state=PartState.UNDELIVERABLE)])
    assert await told(world) == []


async def test_who_opted_out_before(world: World) -> None:
    await subscribe(world)
    await world.insert(
        "opt_outs", {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address(1), "since": START}
    )
    await world.accepted(1, 2)
    (one,) = await told(world)
    assert (one["status"], one["failure"], one["number"]) == ("failed", "opted_out", address(1))
    assert "cost" not in one and "currency" not in one


async def test_what_is_called_back(world: World) -> None:
    await subscribe(world, 1)
    await subscribe(world, 2, options={"outcome": "failed"})
    submitted = await world.accepted(1)
    p = world.process
    cancel = CancelWaiting(p.store, p.estate, p.publish, p.waker, world.clock)

    async def work(tx: Transaction) -> None:
        await cancel(tx, [submitted.recipients[0].id])

    await world.store.run(work)
    assert await statuses(world) == ["cancelled"]


async def test_what_no_receipt_came_for(world: World) -> None:
    await subscribe(world)
    await world.sent("ref1")
    p = world.process
    expire = Expire(p.store, p.estate, p.publish, p.waker, world.clock, AFTER)
    world.clock.now = START + AFTER + 2 * DISORDER
    await expire()
    await expire()
    assert await statuses(world) == ["expired"]


async def test_a_subscription_that_ends_meanwhile_owes_nothing(world: World) -> None:
    """Whoever ends it waits for who owes a call for it, and takes that away."""
    await subscribe(world)
    await world.sent("ref1")
    end = Unsubscribe(world.store, world.clock)
    owed = asyncio.Event()

    async def told_slowly(tx: Transaction) -> None:
        await world.receipts.within(tx, [receipt("ref1")])
        owed.set()
        await world.until_one_waits_for_a_lock()

    async def ended() -> bool:
        await owed.wait()
        return await end(64 + ACME_BUCKET, ANYWHERE, (ACME,))

    _, known = await asyncio.gather(world.store.run(told_slowly), ended())
    assert (known, await world.callbacks()) == (True, [])
    assert await world.value("select status from recipients") == Status.DELIVERED


async def test_a_batch_asks_once(world: World) -> None:
    """Hundreds of receipts are told of in one look for each thing that there is to know."""
    await subscribe(world)
    submitted = await world.accepted(*range(100))
    hold = await world.hold()
    outgoing = await world.dispatch.claim(hold, 1000)
    await world.dispatch.settle(hold, [taken(one, f"r{one.recipient_id}") for one in outgoing])
    await world.receipts([receipt(f"r{one.recipient_id}") for one in outgoing])
    everybody = {one.id for one in submitted.recipients}
    assert {one["recipientId"] for one in await told(world)} == everybody
    assert len(await world.callbacks()) == len(everybody)


async def test_a_reply_by_another_service(world: World) -> None:
    await subscribe(world, 1, service_id=TWO_WAY)
    await world.sent("ref1", service_id=TWO_WAY, sender=NUMBER)
    await world.receipts([receipt("ref1", channel_id=CHANNEL)])
    assert [one["service"] for one in await told(world)] == ["desk"]


async def test_who_goes_on_by_sms(world: World) -> None:
    """WhatsApp did not reach him, and that is no end: what is told is of the SMS."""
    await test_fallback.staged(world)
    await subscribe(world, 1)
    await subscribe(world, 2, event="invalid")
    hold, (outgoing,) = await test_fallback.sending(world)
    await world.dispatch.settle(hold, [report(outgoing, test_fallback.NOT_THERE)])
    assert await told(world) == []
    hold, sms = await test_fallback.by_sms(world)
    await world.dispatch.settle(hold, [taken(sms, "ref1")])
    await world.receipts([receipt("ref1")])
    (one,) = await told(world)
    assert (one["status"], one["protocol"], one["sender"]) == ("delivered", "SMS", "Acme")
    assert (one["text"], one["cost"]) == (test_fallback.TEXT, 0.0412)


async def test_who_is_not_on_whatsapp_is_invalid(world: World) -> None:
    await test_fallback.staged(world)
    await subscribe(world, event="invalid")
    hold, (outgoing,) = await test_fallback.sending(world, fallback=None)
    await world.dispatch.settle(hold, [report(outgoing, test_fallback.NOT_THERE)])
    (one,) = await told(world)
    assert (one["protocol"], one["failure"]) == ("WhatsApp", "not_on_whatsapp")


async def test_a_flow_that_is_gone(world: World) -> None:
    """Like every other's: the subscription ends, and what is owed for it with it."""
    await subscribe(world)
    await world.sent("ref1")
    await world.receipts([receipt("ref1")])
    await world.sent("ref2", recipients=(RecipientRequest("+" + address(2)),))
    await world.receipts([receipt("ref2")])
    first, second = await world.callbacks()
    settlement = CallbackSettlement(world.clock.now, Patience(1, timedelta(0)), AFTER, lambda: 0.0)
    async with world.store.transaction() as tx:
        claimed = await tx.callbacks.claim(world.clock.now, 1, world.clock.now + AFTER, 9, [])
    settlement.add(Called(claimed[0], HttpAnswer(410, {}, b""), world.clock.now))
    await settlement.write(world.store, 9)
    assert first["subscription_id"] == second["subscription_id"]
    row = await world.row("select ended_why, url_sealed from subscriptions")
    assert (row["ended_why"] is not None, row["url_sealed"], await world.callbacks()) == (True, "", [])
