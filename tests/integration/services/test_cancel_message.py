"""Messages that are cancelled or rescheduled: what no carrier has, once, and with everything that is owed."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.services.test_fallback import FIELDS, NOT_THERE, staged
from tests.integration.services.test_fallback_races import BALANCE
from tests.integration.services.test_held import CAMPAIGN, frozen, pause, where
from tests.integration.services.whatsapp_stage import WHATSAPP, accepted
from tests.integration.services.world import (
    ACME,
    BETA,
    CHANNEL,
    LIMITS,
    START,
    Process,
    World,
    receipt,
    report,
    taken,
)

from viesti.domain.failure import Failure
from viesti.domain.message import HeldReason
from viesti.domain.outcome import Deferred
from viesti.services.cancel_message import Cancelled, CancelMessage, TooLate
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.refusals import Invalid
from viesti.services.reschedule_message import OneOfMany, Rescheduled, RescheduleMessage

pytestmark = pytest.mark.integration

BY = "application app"
LATER = START + timedelta(hours=1)
REPORTED: dict[str, Any] = {"dlr_url": "https://example.com/dlr"}


def cancelling(process: Process, world: World, step: int = 5_000) -> CancelMessage:
    cancel = CancelWaiting(process.store, process.estate, process.publish, process.waker, world.clock)
    return CancelMessage(process.store, cancel, world.clock, step)


async def cancel(world: World, identifier: int, customer: int = ACME) -> Cancelled | TooLate | None:
    return await cancelling(world.process, world)(customer, identifier, BY)


async def reschedule(world: World, identifier: int, at: datetime, process: Process | None = None) -> Any:
    process = process or world.process
    moving = RescheduleMessage(process.store, process.estate, process.waker, LIMITS, world.clock)
    return await moving(ACME, identifier, at, BY)


async def due(world: World) -> int:
    """What the engine does with what is due; gives how many became ready."""
    return await world.rescue.release_due()


async def history(world: World, subject: int) -> list[tuple[str, dict[str, Any]]]:
    rows = await world.rows(
        "select kind, detail from events where subject_id = $1 order by at, ctid", subject
    )
    return [(row["kind"], json.loads(row["detail"])) for row in rows]


class TestCancel:
    async def test_everything_that_waits_and_nothing_that_is_in_hand(self, world: World) -> None:
        message = await world.accepted(1, 2, 3, **REPORTED)
        first, *others = [each.id for each in message.recipients]
        [in_hand] = await world.dispatch.claim(hold := await world.hold(), 1)
        assert in_hand.recipient_id == first
        assert await cancel(world, message.message_id) == Cancelled(message.message_id, 2, 0, 1)
        assert await where(world) == {first: ("queued", 10), **dict.fromkeys(others, ("", 58))}
        assert [row["subject_id"] for row in await world.callbacks()] == others
        assert await history(world, message.message_id) == [("cancelled", {"recipients": 2, "by": BY})]
        assert await cancel(world, message.message_id) == Cancelled(message.message_id, 0, 2, 1)
        assert len(await history(world, message.message_id)) == 1
        await world.dispatch.settle(hold, [taken(in_hand, "a1")])
        assert (await where(world))[first] == ("", 30)
        assert len(await world.callbacks()) == 2

    async def test_one_recipient_of_many(self, world: World) -> None:
        message = await world.accepted(1, 2)
        first, second = [each.id for each in message.recipients]
        assert await cancel(world, second) == Cancelled(message.message_id, 1, 0, 0)
        assert await where(world) == {first: ("queued", 10), second: ("", 58)}
        assert await history(world, second) == [("cancelled", {"recipients": 1, "by": BY})]
        assert await history(world, message.message_id) == []
        assert await cancel(world, message.message_id) == Cancelled(message.message_id, 1, 1, 0)

    @pytest.mark.parametrize("reason", list(HeldReason))
    async def test_what_is_held_back(self, world: World, reason: HeldReason) -> None:
        [held] = await frozen(world, 1, reason=reason)
        done = await cancel(world, held)
        assert isinstance(done, Cancelled) and done.now == 1
        assert await where(world) == {held: ("", 58)}

    async def test_what_is_scheduled_or_waits_for_another_try(self, world: World) -> None:
        later = await world.accepted(1, send_at=LATER)
        deferred = await world.accepted(2)
        hold = await world.hold()
        [outgoing] = await world.dispatch.claim(hold, 10)
        await world.dispatch.settle(hold, [report(outgoing, Deferred(Failure.CARRIER_BUSY))])
        for message in (later, deferred):
            assert await cancel(world, message.message_id) == Cancelled(message.message_id, 1, 0, 0)
        assert await world.queued() == []

    async def test_who_waits_for_an_sms_because_whatsapp_did_not_reach_him(self, world: World) -> None:
        await staged(world)
        message = await accepted(world, 1, **FIELDS)
        hold = await world.hold(WHATSAPP)
        [outgoing] = await world.dispatch.claim(hold, 10)
        await world.dispatch.settle(hold, [report(outgoing, NOT_THERE)])
        assert [row["channel_id"] for row in await world.queued()] == [CHANNEL]
        assert await cancel(world, message.message_id) == Cancelled(message.message_id, 1, 0, 0)
        assert await world.queued() == []

    async def test_too_late_is_said_and_changes_nothing(self, world: World) -> None:
        identifier = await world.sent("a1", **REPORTED)
        said = await cancel(world, identifier)
        assert isinstance(said, TooLate)
        assert said.sentence.endswith("(1 sent.)")
        await world.receipts([receipt("a1")])
        assert isinstance(await cancel(world, identifier), TooLate)
        assert (await world.recipient(identifier))["status"] == 70
        assert await world.events(identifier) == []

    async def test_what_is_anothers_is_not_there(self, world: World) -> None:
        message = await world.accepted(1)
        for identifier in (message.message_id, message.recipients[0].id, 1):
            assert await cancel(world, identifier, BETA) is None
        assert (await where(world))[message.recipients[0].id] == ("queued", 10)

    async def test_what_was_taken_from_the_balance_is_given_back_once(self, world: World) -> None:
        await world.change(BALANCE)
        message = await world.accepted(1, 2)
        done = await asyncio.gather(*(cancel(world, message.message_id) for _ in range(4)))
        assert sum(each.now for each in done if isinstance(each, Cancelled)) == 2
        spent = await world.value("select spent from balances where customer_id = $1", ACME)
        back = await world.value("select sum(amount) from balance_changes")
        assert (spent, spent + back) == (2 * Decimal("0.0412"), 0)
        assert {each["cost"] for each in await world.rows("select cost from recipients")} == {Decimal(0)}

    async def test_very_many_go_in_steps(self, world: World) -> None:
        message = await world.accepted(*range(1, 8))
        done = await cancelling(world.process, world, step=3)(ACME, message.message_id, BY)
        assert done == Cancelled(message.message_id, 7, 0, 0)
        told = [detail["recipients"] for _, detail in await history(world, message.message_id)]
        assert told == [3, 3, 1]

    async def test_a_cancel_that_comes_while_a_channel_claims_is_too_late(self, world: World) -> None:
        message = await world.accepted(1)
        async with world.another() as other:
            async with world.db.transaction():  # somebody claims it, and has not committed yet
                await world.db.execute("update outbox set claim = 7, claimed_at = now()")
                both = asyncio.create_task(cancelling(other, world)(ACME, message.message_id, BY))
                await world.until_one_waits_for_a_lock()
            assert isinstance(await both, TooLate)
        assert len(await world.queued()) == 1


class TestReschedule:
    async def test_later_and_sooner(self, world: World) -> None:
        message = await world.accepted(1, 2, send_at=LATER)
        ids = [each.id for each in message.recipients]
        evening, soon = LATER + timedelta(hours=5), START + timedelta(minutes=1)
        assert await reschedule(world, message.message_id, evening) == Rescheduled(
            message.message_id, evening, 2, 0
        )
        assert {row["due_at"] for row in await world.queued()} == {evening}
        world.clock.advance(seconds=1)
        assert (await reschedule(world, message.message_id, soon)).recipients == 2
        assert await world.value("select send_at from messages") == soon
        world.clock.advance(seconds=58)
        assert await due(world) == 0
        world.clock.advance(seconds=1)
        assert await due(world) == 2
        assert await where(world) == dict.fromkeys(ids, ("queued", 10))
        assert [detail for _, detail in await history(world, message.message_id)] == [
            {"send_at": "2030-01-01T18:00:00Z", "was": "2030-01-01T13:00:00Z", "recipients": 2, "by": BY},
            {"send_at": "2030-01-01T12:01:00Z", "was": "2030-01-01T18:00:00Z", "recipients": 2, "by": BY},
        ]

    async def test_what_is_queued_waits_again_and_is_sent_then(self, world: World) -> None:
        message = await world.accepted(1)
        [recipient] = message.recipients
        assert (await reschedule(world, recipient.id, LATER)).recipients == 1
        assert await where(world) == {recipient.id: ("queued", 5)}
        assert await world.dispatch.claim(await world.hold(), 10) == []
        world.clock.advance(hours=1)
        assert await due(world) == 1
        hold = await world.hold()
        [outgoing] = await world.dispatch.claim(hold, 10)
        await world.dispatch.settle(hold, [taken(outgoing, "a1")])
        assert await where(world) == {recipient.id: ("", 30)}

    async def test_it_is_valid_for_as_long_as_ever_from_then_on(self, world: World) -> None:
        """Ten minutes, from the new time: what is deferred then is tried again."""
        await world.change("update services set validity_seconds = 600")
        await world.accepted(1)
        [row] = await world.queued()
        await reschedule(world, row["id"], LATER)
        world.clock.advance(hours=1, minutes=5)
        await due(world)
        hold = await world.hold()
        [outgoing] = await world.dispatch.claim(hold, 10)
        await world.dispatch.settle(hold, [report(outgoing, Deferred(Failure.CARRIER_BUSY))])
        assert (await where(world))[row["id"]] == ("queued", 10)

    async def test_links_lead_on_for_as_long_as_ever(self, world: World) -> None:
        message = await world.accepted(1, text="See https://example.com/menu", track_links=True)
        before = await world.value("select links_until from messages")
        await reschedule(world, message.message_id, LATER)
        assert await world.value("select links_until from messages") == before + timedelta(hours=1)

    async def test_what_is_held_back_is_for_then(self, world: World) -> None:
        [held] = await frozen(world, 1)
        assert (await reschedule(world, held, LATER)).recipients == 1
        assert await world.value("select due_at from held") == LATER
        assert await where(world) == {held: ("held", 3)}

    async def test_a_paused_campaigns_too(self, world: World) -> None:
        message = await world.accepted(1, 2, campaign_id=CAMPAIGN)
        assert await pause(world, 1) == 1
        assert (await reschedule(world, message.message_id, LATER)).recipients == 2

    async def test_whatsapp_has_as_long_as_ever_before_an_sms_goes_out(self, world: World) -> None:
        await staged(world)
        message = await accepted(world, 1, **FIELDS)
        assert await world.value("select due_at from fallbacks") == START + timedelta(minutes=10)
        await reschedule(world, message.message_id, LATER)
        assert await world.value("select due_at from fallbacks") == LATER + timedelta(minutes=10)

    async def test_times_that_can_not_be_are_named(self, world: World) -> None:
        message = await world.accepted(1, send_at=LATER)
        world.clock.advance(minutes=5)
        for at, said in (
            (START + timedelta(minutes=5), "in the past"),
            (START + timedelta(days=60, seconds=1), "more than 60 days after"),
        ):
            wrong = await reschedule(world, message.message_id, at)
            assert isinstance(wrong, Invalid)
            [problem] = wrong.problems
            assert (problem.field, said in problem.sentence) == ("send_at", True)
        assert (await reschedule(world, message.message_id, START + timedelta(days=60))).recipients == 1

    async def test_one_of_many_goes_with_the_others(self, world: World) -> None:
        message = await world.accepted(1, 2)
        said = await reschedule(world, message.recipients[0].id, LATER)
        assert isinstance(said, OneOfMany)
        assert str(message.message_id) in said.sentence
        assert {status for _, status in (await where(world)).values()} == {10}

    async def test_what_is_in_hand_or_sent_or_cancelled_is_not_put_off(self, world: World) -> None:
        message = await world.accepted(1, 2, 3)
        ids = [each.id for each in message.recipients]
        hold = await world.hold()
        in_hand = await world.dispatch.claim(hold, 2)
        await world.dispatch.settle(hold, [taken(in_hand[0], "a1")])
        assert (await reschedule(world, message.message_id, LATER)).recipients == 1
        assert await where(world) == {ids[0]: ("", 30), ids[1]: ("queued", 10), ids[2]: ("queued", 5)}
        await cancel(world, ids[2])
        assert isinstance(await reschedule(world, message.message_id, LATER), TooLate)
        assert len(await history(world, message.message_id)) == 1


async def test_claims_cancels_and_reschedules_at_once(own_world: World) -> None:
    """Each recipient goes one way: sent once, or cancelled once, or waiting for his time."""
    world, chance = own_world, random.Random(11)
    await world.change(BALANCE)
    messages = [await world.accepted(*range(10 * n, 10 * n + 10), **REPORTED) for n in range(60)]
    hold = await world.hold(seconds=7200)
    sent: list[int] = []

    async def engine() -> None:
        while claimed := await world.dispatch.claim(hold, 25):
            sent.extend(each.recipient_id for each in claimed)
            reports = [taken(each, f"r{each.recipient_id}") for each in claimed]
            await world.dispatch.settle(hold, reports)

    async with world.another() as other:
        ours, theirs = cancelling(world.process, world), cancelling(other, world)
        work: list[Any] = []
        for message in messages:
            what = chance.choice(("cancel", "cancel", "reschedule", "one"))
            if what == "cancel":  # from two processes
                work += [each(ACME, message.message_id, BY) for each in (ours, theirs)]
            elif what == "one":
                work.append(theirs(ACME, chance.choice(message.recipients).id, BY))
            else:
                work.append(reschedule(world, message.message_id, LATER, other))
        chance.shuffle(work)
        done = (await asyncio.gather(engine(), *work))[1:]
        world.clock.advance(hours=1)
        while await due(world):
            pass
        await engine()
    assert len(sent) == len(set(sent))
    rows = await world.rows("select id, status, cost from recipients")
    assert len(rows) == 600
    cancelled = {row["id"] for row in rows if row["status"] == 58}
    assert {row["id"]: row["status"] for row in rows} == {
        **dict.fromkeys(sent, 30),
        **dict.fromkeys(cancelled, 58),
    }
    assert cancelled and len(sent) == 600 - len(cancelled)
    assert sum(each.now for each in done if isinstance(each, Cancelled)) == len(cancelled)
    assert sorted(row["subject_id"] for row in await world.callbacks()) == sorted(cancelled)
    assert await world.queued() == []
    spent = await world.value("select spent from balances")
    back = await world.value("select coalesce(sum(amount), 0) from balance_changes")
    assert spent + back == sum(row["cost"] for row in rows)
    assert any(isinstance(each, Rescheduled) for each in done)
