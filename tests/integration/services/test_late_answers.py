"""Answers of the carrier that came after the part was reported as unknown, on a real store."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.services.world import CHANNEL, START, World, receipt, report, taken

from viesti.domain.channel import LateAnswer, Outgoing, PartReport
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.services.dispatch import Hold

pytestmark = pytest.mark.integration

SILENCE = Unknown("no answer within 30 s")
DLR: dict[str, Any] = {"dlr_url": "https://example.com/dlr"}
TWO_PARTS = "x" * 200


def late(outgoing: Outgoing, outcome: Outcome, number: int = 1, total: int = 1) -> LateAnswer:
    return LateAnswer(outgoing.recipient_id, outgoing.attempt, total, PartReport(number, outcome, START))


async def in_doubt(world: World, hold: Hold, *outcomes: Outcome, **fields: Any) -> Outgoing:
    """A message whose first attempt ended so."""
    await world.accepted(1, **fields)
    (outgoing,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [report(outgoing, *(outcomes or (SILENCE,)))])
    return outgoing


@pytest.mark.parametrize(
    ("outcome", "status", "queued"),
    [
        (Accepted("a1"), 30, 0),
        (Accepted(""), 30, 0),
        (Refused(Failure.CARRIER_REJECTED), 10, 1),
        (Deferred(Failure.CARRIER_BUSY), 10, 1),
    ],
    ids=["accepted", "accepted without an id", "refused", "deferred"],
)
async def test_who_waits_to_be_sent_again(world: World, outcome: Outcome, status: int, queued: int) -> None:
    hold = await world.hold()
    outgoing = await in_doubt(world, hold)
    await world.dispatch.settle_late(hold, [late(outgoing, outcome)])
    recipient = await world.recipient(outgoing.recipient_id)
    assert (recipient["status"], recipient["doubts"], len(await world.queued())) == (status, 1, queued)
    assert await world.events(outgoing.recipient_id) == ["in_doubt", "answered_late"]


@pytest.mark.parametrize(
    ("first", "answered", "left"),
    [
        ((Accepted("a1"), SILENCE), [2], []),
        ((SILENCE, SILENCE), [1, 2], []),
        ((SILENCE, SILENCE), [1], [2]),
        ((Accepted("a1"), Deferred(Failure.CARRIER_BUSY)), [1], [2]),
    ],
    ids=["the other is known", "both at once", "one of two", "the other is deferred"],
)
async def test_of_several_parts_only_what_is_unknown_is_sent_again(
    world: World, first: tuple[Outcome, ...], answered: list[int], left: list[int]
) -> None:
    hold = await world.hold()
    outgoing = await in_doubt(world, hold, *first, text=TWO_PARTS)
    await world.dispatch.settle_late(hold, [late(outgoing, Accepted(f"l{n}"), n, 2) for n in answered])
    recipient = await world.recipient(outgoing.recipient_id)
    if not left:
        assert (recipient["status"], await world.queued()) == (30, [])
        return
    world.clock.advance(seconds=5)
    await world.rescue.release_due()
    (again,) = await world.dispatch.claim(hold, 10)
    assert sorted({1, 2} - again.parts_done) == left


async def test_the_receipt_of_the_first_copy_is_matched_whenever_it_comes(world: World) -> None:
    hold = await world.hold()
    await world.accepted(1, 2, **DLR)
    before, after = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [report(before, SILENCE), report(after, SILENCE)])
    await world.receipts([receipt("before")])
    assert await world.value("select count(*) from waiting_receipts") == 1
    answers = [late(before, Accepted("before")), late(after, Accepted("after"))]
    await world.dispatch.settle_late(hold, answers)
    await world.receipts([receipt("after")])
    statuses = [(await world.recipient(one.recipient_id))["status"] for one in (before, after)]
    assert statuses == [70, 70]
    assert await world.value("select count(*) from waiting_receipts") == 0
    assert len(await world.callbacks()) == 2
    assert await world.queued() == []


async def test_a_second_copy_on_its_way_is_left_to_who_sends_it(world: World) -> None:
    hold = await world.hold()
    first = await in_doubt(world, hold)
    (second,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle_late(hold, [late(first, Accepted("a1"))])
    assert [row["claim"] for row in await world.queued()] == [hold.token]
    await world.dispatch.settle(hold, [taken(second, "b1")])
    recipient = await world.recipient(first.recipient_id)
    assert (recipient["status"], recipient["doubts"], await world.queued()) == (30, 1, [])
    await world.receipts([receipt("a1")])  # of either copy
    assert (await world.recipient(first.recipient_id))["status"] == 70


async def test_who_is_held_in_doubt_is_sent(world: World) -> None:
    await world.change("update services set on_unknown = 'hold'")
    hold = await world.hold()
    outgoing = await in_doubt(world, hold)
    assert (await world.recipient(outgoing.recipient_id))["status"] == 20
    await world.dispatch.settle_late(hold, [late(outgoing, Accepted("a1"))])
    assert (await world.recipient(outgoing.recipient_id))["status"] == 30


async def test_customers_who_hear_of_sent_hear_of_it_once(world: World) -> None:
    await world.change("update services set report_statuses = 'all'")
    hold = await world.hold()
    outgoing = await in_doubt(world, hold, **DLR)
    assert await world.callbacks() == []
    for _ in range(2):
        await world.dispatch.settle_late(hold, [late(outgoing, Accepted("a1"))])
    (callback,) = await world.callbacks()
    assert "status=sent" in callback["url"]
    parts = await world.rows("select attempt, number, reference, channel_id from parts")
    assert [tuple(part.values()) for part in parts] == [(1, 1, "a1", CHANNEL)]
