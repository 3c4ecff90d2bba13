"""A late answer on its way from the carrier's socket to the store."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from tests.fakes.carrier import Carrier, ignore
from tests.integration.services.world import CHANNEL, World

from viesti.channels.smpp.channel import create
from viesti.domain.channel import CarrierReceipt, Channel, InboundPart, SessionState
from viesti.engine.dispatcher import Dispatcher
from viesti.engine.sink import Sink
from viesti.protocols.smpp.spec import Command
from viesti.services.batches import Batches

pytestmark = pytest.mark.integration

RECEIPT = b"id:2a sub:001 dlvrd:001 submit date:3001011200 done date:3001011200 stat:DELIVRD err:000 text:"
SECONDS = 10.0


async def until(world: World, recipient_id: int, **expected: Any) -> None:
    """Return when the store says so of the recipient."""
    async with asyncio.timeout(SECONDS):
        while True:
            recipient = await world.recipient(recipient_id)
            if {name: recipient[name] for name in expected} == expected:
                return
            await asyncio.sleep(0.01)  # the store gives no signal


async def test_a_late_answer_ends_the_doubt_and_its_receipt_is_matched(world: World) -> None:
    await world.change("update services set on_unknown = 'hold'")  # so that it waits for the test
    submitted = await world.accepted(1)
    recipient_id = submitted.recipients[0].id
    carrier = Carrier()
    carrier.answer = ignore
    await carrier.start()

    async def take(receipts: list[CarrierReceipt]) -> None:
        await world.receipts(receipts)

    async def nothing(parts: list[InboundPart]) -> None:
        raise AssertionError(parts)

    receipts = Batches("receipts", take, rows=10, wait_seconds=0)
    dispatchers: list[Dispatcher] = []

    def session(_channel: int, _name: str, state: SessionState, _detail: str) -> None:
        if state is SessionState.BOUND:
            dispatchers[0].wake()

    def make() -> Channel:
        sink = Sink(
            lambda one: dispatchers[0].report(one),
            receipts,
            Batches("inbound", nothing, rows=10, wait_seconds=0),
            lambda: dispatchers[0].wake(),
            session,
        )
        options = {
            "host": "127.0.0.1",
            "port": carrier.port,
            "system_id": "viesti",
            "password": "secret",
            "timers": {"response": 0.05},
        }
        return create(CHANNEL, options, sink, clock=world.clock, monotonic=time.monotonic, jitter=lambda: 0.0)

    hold = await world.hold()
    dispatchers.append(
        Dispatcher(hold, world.dispatch, make, batch=10, settle_rows=10, settle_wait=0, idle_seconds=60)
    )
    receipts.start()
    await dispatchers[0].start()
    try:
        await carrier.submitted(1)
        await until(world, recipient_id, status=20, doubts=1)
        (link,) = carrier.links
        link.respond(carrier.submits[0], message_id="2a")
        link.flush()
        await until(world, recipient_id, status=30)
        answered = await link.deliver(
            Command.DELIVER_SM, esm_class=4, source_addr="358400000001", short_message=RECEIPT
        )
        assert answered.status == 0
        await until(world, recipient_id, status=70)
        assert await world.events(recipient_id) == ["in_doubt", "answered_late"]
        assert await world.value("select count(*) from waiting_receipts") == 0
    finally:
        await dispatchers[0].stop(0.2)
        await receipts.stop()
        await carrier.stop()
