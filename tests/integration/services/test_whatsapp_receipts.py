"""Receipts of WhatsApp: read, with a failure of their own, and by the attempt they name, on a real store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.whatsapp_stage import WHATSAPP, accepted, with_whatsapp
from tests.integration.services.world import NUMBER, START, World, address, receipt, report, taken

from viesti.domain.channel import CarrierReceipt, Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Unknown
from viesti.domain.status import PartState
from viesti.services.dispatch import Hold

pytestmark = pytest.mark.integration

SILENCE = Unknown("no answer within 30 s")
DLR: dict[str, Any] = {"dlr_url": "https://example.com/dlr"}
LATER = START + timedelta(minutes=5)


@pytest.fixture
async def world(world: World) -> World:
    return await with_whatsapp(world)


def told(outgoing: Outgoing | int, reference: str = "wamid.1", **fields: Any) -> CarrierReceipt:
    """What a webhook tells of an attempt that names itself."""
    identifier, attempt = (outgoing, 1) if isinstance(outgoing, int) else outgoing[:2]
    named = {"channel_id": WHATSAPP, "recipient_id": identifier, "attempt": attempt, "error": ""}
    return receipt(reference, **{**named, **fields})


async def claimed(world: World, hold: Hold, **fields: Any) -> Outgoing:
    await accepted(world, **{**DLR, **fields})
    (outgoing,) = await world.dispatch.claim(hold, 10)
    return outgoing


async def in_doubt(world: World, hold: Hold, **fields: Any) -> Outgoing:
    """A message that was written to the provider, who never answered."""
    outgoing = await claimed(world, hold, **fields)
    await world.dispatch.settle(hold, [report(outgoing, SILENCE)])
    return outgoing


async def status(world: World, outgoing: Outgoing) -> int:
    return int((await world.recipient(outgoing.recipient_id))["status"])


async def waiting(world: World) -> int:
    return int(await world.value("select count(*) from waiting_receipts"))


async def test_what_is_in_doubt_waits_for_its_webhook_and_is_then_sent_once_more(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    first = await in_doubt(world, hold)
    world.clock.advance(seconds=29)
    assert await world.rescue.release_due() == 0
    assert await world.dispatch.claim(hold, 10) == []
    world.clock.advance(seconds=1)
    assert await world.rescue.release_due() == 1
    (again,) = await world.dispatch.claim(hold, 10)
    assert (again.recipient_id, again.attempt) == (first.recipient_id, 2)
    assert (await world.recipient(first.recipient_id))["doubts"] == 1


async def test_what_a_dead_process_had_waits_as_long(world: World) -> None:
    hold = await world.hold(WHATSAPP, seconds=10)
    outgoing = await claimed(world, hold)
    await world.accepted(2)
    await world.dispatch.claim(await world.hold(seconds=10), 10)
    world.clock.advance(seconds=60)
    assert await world.rescue.abandoned() == 2
    due = {row["channel_id"]: row["due_at"] for row in await world.queued()}
    assert due == {WHATSAPP: world.clock.now + timedelta(seconds=30), 31: None}
    await world.receipts([told(outgoing)])
    assert await status(world, outgoing) == 70


@pytest.mark.parametrize(
    ("state", "expected"),
    [(PartState.ENROUTE, 30), (PartState.DELIVERED, 70), (PartState.UNDELIVERABLE, 55)],
)
async def test_a_webhook_settles_what_was_never_answered(
    world: World, state: PartState, expected: int
) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await in_doubt(world, hold)
    assert await world.receipts([told(outgoing, state=state)]) == 1
    assert (await status(world, outgoing), await world.queued()) == (expected, [])
    part = await world.row("select attempt, number, total, channel_id, reference from parts")
    assert tuple(part.values()) == (1, 1, 1, WHATSAPP, "wamid.1")
    assert await world.events(outgoing.recipient_id) == ["in_doubt", "answered_late"]
    assert len(await world.callbacks()) == (expected != 30)
    # The next ones find the part by its reference.
    assert await world.receipts([told(outgoing), told(outgoing)._replace(recipient_id=None)]) == 2
    assert (await status(world, outgoing), await waiting(world)) == (70, 0)
    assert await world.events(outgoing.recipient_id) == ["in_doubt", "answered_late"]


async def test_who_is_held_in_doubt_is_settled_too(world: World) -> None:
    await world.change("update services set on_unknown = 'hold', report_statuses = 'all'")
    hold = await world.hold(WHATSAPP)
    outgoing = await in_doubt(world, hold)
    assert await status(world, outgoing) == 20
    await world.receipts([told(outgoing, state=PartState.ACCEPTED)])
    assert (await status(world, outgoing), len(await world.callbacks())) == (30, 1)


async def test_a_webhook_before_the_answer_waits_for_it(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    assert await world.receipts([told(outgoing, read_at=LATER)]) == 0
    assert await world.receipts.match_waiting() == 0
    assert (await status(world, outgoing), await waiting(world)) == (10, 1)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])
    await world.receipts.match_waiting()
    assert (await status(world, outgoing), await waiting(world)) == (70, 0)
    assert (await world.recipient(outgoing.recipient_id))["read_at"] == LATER


async def test_a_webhook_before_the_doubt_is_found_when_it_is_in_nobodys_hands(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    failure = Failure.UNREACHABLE
    await world.receipts([told(outgoing, state=PartState.UNDELIVERABLE, failure=failure)])
    await world.dispatch.settle(hold, [report(outgoing, SILENCE)])
    assert (await status(world, outgoing), await waiting(world)) == (10, 1)
    assert await world.receipts.match_waiting() == 1
    recipient = await world.recipient(outgoing.recipient_id)
    assert (recipient["status"], recipient["failure"], await waiting(world)) == (55, "unreachable", 0)
    assert await world.queued() == []


async def test_a_second_copy_on_its_way_is_left_to_who_sends_it(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    first = await in_doubt(world, hold)
    world.clock.advance(seconds=30)
    await world.rescue.release_due()
    (second,) = await world.dispatch.claim(hold, 10)
    await world.receipts([told(first)])
    assert [row["claim"] for row in await world.queued()] == [hold.token]
    await world.dispatch.settle(hold, [taken(second, "wamid.2")])
    await world.receipts([told(second, "wamid.2")])
    assert (await status(world, first), await world.queued(), await waiting(world)) == (70, [], 0)
    references = [row["reference"] for row in await world.rows("select * from parts order by attempt")]
    assert references == ["wamid.1", "wamid.2"]


@pytest.mark.parametrize("what", ["an SMS", "nobody", "another number's"])
async def test_a_name_is_believed_of_the_channels_own_messages_alone(world: World, what: str) -> None:
    """Who else uses the number may send back whatever he likes."""
    hold = await world.hold(WHATSAPP)
    if what == "an SMS":
        submitted = await world.accepted(1)
        named = submitted.recipients[0].id
    elif what == "nobody":
        named = 640
    else:
        named = (await in_doubt(world, hold)).recipient_id
        await world.change('update channels set options = \'{"identity": "358409999999"}\' where id = 33')
    assert await world.receipts([told(named)]) == 0
    assert len(await world.queued()) == (what != "nobody")
    row = await world.row("select recipient_id, attempt, reference from waiting_receipts")
    assert tuple(row.values()) == (None, None, "wamid.1")
    assert await world.receipts.match_waiting() == 0


@pytest.mark.parametrize("what", ["an attempt that was never made", "somebody else's message"])
async def test_a_name_that_another_store_gave_is_not_believed(world: World, what: str) -> None:
    """A copy of this one, or this one before it was restored, has used the same ids for other messages."""
    hold = await world.hold(WHATSAPP)
    if what == "somebody else's message":
        outgoing = await in_doubt(world, hold)
        await world.receipts([told(outgoing, destination=address(2), source=NUMBER)])
    else:
        submitted = await accepted(world)
        await world.receipts([told(submitted.recipients[0].id)])
    assert len(await world.queued()) == 1
    assert await world.value("select recipient_id is null from waiting_receipts")
    assert await world.receipts.match_waiting() == 0


async def test_read_is_delivered_and_the_first_time_stands(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])
    times = [LATER + timedelta(seconds=1), LATER]
    await world.receipts([told(outgoing, read_at=at) for at in times])
    await world.receipts([told(outgoing), told(outgoing, read_at=LATER + timedelta(hours=1))])
    recipient = await world.recipient(outgoing.recipient_id)
    assert (recipient["status"], recipient["read_at"]) == (70, LATER)
    assert len(await world.callbacks()) == 1


async def test_read_after_delivered_is_noted_and_a_failure_after_it_is_not(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])
    await world.receipts([told(outgoing)])
    await world.receipts([told(outgoing, state=PartState.UNDELIVERABLE, failure=Failure.UNREACHABLE)])
    await world.receipts([told(outgoing, read_at=LATER)])
    recipient = await world.recipient(outgoing.recipient_id)
    assert (recipient["status"], recipient["failure"], recipient["read_at"]) == (70, None, LATER)


async def test_receipts_are_stored_in_the_transaction_of_who_brings_them(world: World) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])

    class Undone(Exception):  # noqa: N818
        pass

    with pytest.raises(Undone):
        async with world.store.transaction() as tx:
            assert await world.receipts.within(tx, [told(outgoing)]) == 1
            raise Undone
    assert await status(world, outgoing) == 30
    async with world.store.transaction() as tx:
        await world.receipts.within(tx, [told(outgoing)])
    assert await status(world, outgoing) == 70


async def test_a_webhook_that_waited_for_long_is_known_before_another_is_sent(world: World) -> None:
    """The engines were down, from between a sending and its answer until long after the webhook came."""
    hold = await world.hold(WHATSAPP, seconds=10)
    outgoing = await claimed(world, hold)
    came = world.clock.now
    world.clock.advance(seconds=5 * 3600)
    await world.receipts([told(outgoing, received_at=came)])
    assert await world.rescue.abandoned() == 1
    await world.receipts.match_waiting()
    assert (await status(world, outgoing), await world.queued(), await waiting(world)) == (70, [], 0)


@pytest.mark.parametrize("why", ["its part is too old to be meant", "its number has another channel since"])
async def test_a_name_that_leads_to_no_part_is_looked_up_once(world: World, why: str) -> None:
    hold = await world.hold(WHATSAPP)
    outgoing = await claimed(world, hold)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])
    if why == "its part is too old to be meant":
        world.receipts.oldest_id = outgoing.recipient_id + 1
    else:
        await world.change("update parts set channel_id = 34")
    before = await world.events(outgoing.recipient_id)
    assert await world.receipts([told(outgoing, read_at=LATER)]) == 0
    for _ in range(2):
        assert await world.receipts.match_waiting() == 0
    assert await world.events(outgoing.recipient_id) == before
    row = await world.row("select recipient_id, attempt, reference from waiting_receipts")
    assert tuple(row.values()) == (None, None, "wamid.1")
