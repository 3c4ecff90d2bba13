"""The same text to the same person too often is held back, and only that."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_APP,
    ACME_BUCKET,
    BETA,
    BETA_NUMBER,
    BETA_TWO_WAY,
    LIMITS,
    NUMBER,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
    request,
)

from viesti.domain.status import Status
from viesti.services.group_commit import GroupCommit
from viesti.services.requests import RecipientRequest, Submitted
from viesti.services.submit import Submit

pytestmark = pytest.mark.integration

LIMIT = 3
WHY = "The same text went to this number 3 times within 5 minutes: it is held as a loop."


@pytest.fixture(autouse=True)
async def _guarded(world: World) -> None:
    await world.change("update customers set repeat_limit = 3, repeat_minutes = 5")


async def _statuses(world: World) -> list[str]:
    rows = await world.rows("select status from recipients order by id")
    return [Status(row["status"]).word for row in rows]


async def test_what_is_too_often_is_held(world: World) -> None:
    for _ in range(LIMIT):
        sent = await world.accepted(1)
        assert (sent.recipients[0].status, sent.recipients[0].warnings) == (Status.QUEUED, ())
    held = (await world.accepted(1)).recipients[0]
    assert (held.status, held.frozen, held.warnings) == (Status.FROZEN, "repeated", (WHY,))
    stored = await world.recipient(held.id)
    assert (stored["status"], stored["flagged_at"], stored["flagged_why"]) == (3, START, WHY)
    row = await world.row("select id, customer_id, reason, since from held")
    assert row == {"id": held.id, "customer_id": ACME, "reason": "repeated", "since": START}
    assert len(await world.queued()) == LIMIT


@pytest.mark.parametrize("other", [{"text": "Hello!"}, {"customer_id": BETA}, {}])
async def test_another_text_person_or_customer_is_not(world: World, other: dict[str, Any]) -> None:
    for _ in range(LIMIT):
        await world.accepted(1)
    if other.get("customer_id") == BETA:
        other = {**other, "service_id": BETA_TWO_WAY, "sender": BETA_NUMBER, "application_id": 52}
    sent = await world.accepted(1 if other else 2, **other)
    assert sent.recipients[0].status is Status.QUEUED


async def test_the_window_moves_on(world: World) -> None:
    for minute in (0, 2, 4):
        world.clock.now = START + timedelta(minutes=minute)
        await world.accepted(1)
    assert (await world.accepted(1)).recipients[0].status is Status.FROZEN
    world.clock.now = START + timedelta(minutes=5)  # the first has left, and the held one does not count
    assert (await world.accepted(1)).recipients[0].status is Status.QUEUED
    assert (await world.accepted(1)).recipients[0].status is Status.FROZEN


async def test_in_one_batch(world: World) -> None:
    p = world.process
    group = GroupCommit(p.store, p.estate, p.publish, p.announce, p.waker, time.monotonic, writers=1)
    submit = Submit(p.estate, group, LIMITS, world.clock, lambda: 0.0)
    sending = [asyncio.create_task(submit(request(1, 2))) for _ in range(8)]
    await asyncio.sleep(0)  # all wait before the writer looks
    group.start()
    answers = [answer for answer in await asyncio.gather(*sending) if isinstance(answer, Submitted)]
    await group.stop()
    for place in (0, 1):
        statuses = [answer.recipients[place].status for answer in answers]
        assert sorted(statuses) == [Status.FROZEN] * 5 + [Status.QUEUED] * LIMIT


async def test_in_one_message(world: World) -> None:
    numbers = tuple(RecipientRequest("+" + address(1)) for _ in range(5))
    sent = await world.submit(request(recipients=numbers))
    assert isinstance(sent, Submitted)
    statuses = [recipient.status for recipient in sent.recipients]
    assert statuses == [Status.QUEUED] * LIMIT + [Status.FROZEN] * 2


async def test_over_processes(world: World) -> None:
    async with world.another() as other:
        for _ in range(2):
            await world.submit(request(1))
        await other.submit(request(1))
        await other.submit(request(1))  # the first that it saw before
    assert await _statuses(world) == ["queued"] * LIMIT + ["frozen"]


async def test_not_where_the_customer_does_not_want_it(world: World) -> None:
    await world.change("update customers set repeat_limit = 0")
    for _ in range(2 * LIMIT):
        await world.accepted(1)
    assert set(await _statuses(world)) == {"queued"}


async def test_a_repeat_of_a_request_is_none(world: World) -> None:
    for _ in range(2 * LIMIT):
        await world.accepted(1, request_id="one", application_id=ACME_APP)
    assert await _statuses(world) == ["queued"]


async def test_texts_made_of_values_are_compared_as_they_are(world: World) -> None:
    def asked(name: str) -> Any:
        to = RecipientRequest("+" + address(1), None, {"name": name})
        return request(text="Hei $(name)", placeholders=True, recipients=(to,))

    for name in ("Anna", "Bo", "Cy", "Di", "Anna", "Anna", "Anna"):
        await world.submit(asked(name))
    assert await _statuses(world) == ["queued"] * 6 + ["frozen"]


async def test_who_opted_out_is_not_held(world: World) -> None:
    await world.insert(
        "opt_outs",
        {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address(1), "since": START},
    )
    for _ in range(2 * LIMIT):
        await world.accepted(1)
    assert set(await _statuses(world)) == {"failed"}


async def test_what_is_held_is_told_to_no_flow(world: World) -> None:
    await _flow(world, 1, ACME, "outbound")
    for _ in range(2 * LIMIT):
        await world.accepted(1)
    assert len(await world.callbacks()) == LIMIT


async def _flow(world: World, number: int, customer: int, event: str) -> None:
    await world.insert(
        "subscriptions",
        {
            "id": number * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": customer,
            "dialect": "txtsync", "event": event, "url_sealed": f"sealed {number}",
            "url_digest": number.to_bytes(32), "created_at": START,
        },
    )  # fmt: skip


async def test_two_flows_that_answer_each_other_stop(world: World) -> None:
    """Each customer's flow thanks for whatever comes in; each one's number is the other's handset."""
    await _flow(world, 1, ACME, "inbound")
    await _flow(world, 2, BETA, "inbound")
    answering = {
        ACME: {"customer_id": ACME, "service_id": TWO_WAY, "sender": NUMBER},
        BETA: {"customer_id": BETA, "service_id": BETA_TWO_WAY, "sender": BETA_NUMBER, "application_id": 52},
    }
    await world.receive.store([inbound("Hello", source=BETA_NUMBER)])
    rounds = 0
    while await world.receive.process(10):
        world.clock.advance(seconds=5)
        rounds += 1
        assert rounds < 50, "it goes on"
        for callback in await world.callbacks():
            told = json.loads(callback["body"])["Content"]["SMS"]
            sent = await world.submit(
                request(
                    text="Thank you!",
                    recipients=(RecipientRequest("+" + told["FromNumber"]),),
                    quiet=True,
                    **answering[callback["customer_id"]],
                )
            )
            assert isinstance(sent, Submitted)
            if sent.recipients[0].status is Status.QUEUED:
                arrived = inbound("Thank you!", source=told["ToNumber"], destination=told["FromNumber"])
                await world.receive.store([arrived])
        await world.db.execute("delete from callbacks")
    assert rounds == 2 * LIMIT + 1
    assert await _statuses(world) == ["queued"] * 2 * LIMIT + ["frozen"]


async def test_a_flow_that_starts_itself_stops(world: World) -> None:
    """A flow on outbound messages that sends one, by an interface that does not mark its own."""
    await _flow(world, 1, ACME, "outbound")
    await world.accepted(1, text="Started")
    calls = 0
    while callbacks := await world.callbacks():
        await world.db.execute("delete from callbacks")
        calls += len(callbacks)
        assert calls < 50, "it goes on"
        for _ in callbacks:
            await world.accepted(2, text="We wrote to somebody")
    assert calls == LIMIT + 1
