"""What is held back: released in its turn, paused with its campaign, cancelled, and in one place only."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    CHANNEL,
    LIMITS,
    SHORT_LINKS,
    START,
    World,
    address,
    receipt,
    report,
    request,
    taken,
)

from viesti.domain.failure import Failure
from viesti.domain.fair import FairClock
from viesti.domain.message import HeldReason
from viesti.domain.outcome import Deferred
from viesti.domain.status import Status
from viesti.services.accept_rows import AcceptRows, Freeze
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.fold_counts import FoldCounts
from viesti.services.plan import Planned, plan
from viesti.services.release_held import ReleaseHeld
from viesti.services.search_messages import Found, MessageFilter, SearchMessages
from viesti.services.show_message import ShowMessages
from viesti.storage.rows.held import HeldTally

pytestmark = pytest.mark.integration

CAMPAIGN = 900
LATER = START + timedelta(hours=1)


async def frozen(
    world: World, *numbers: int, reason: HeldReason = HeldReason.BALANCE, why: str = "", **fields: Any
) -> list[int]:
    """Accepted, all of it held back; gives the recipients' ids."""
    planned = plan(request(*numbers, **fields), world.estate.current, LIMITS, world.clock(), lambda: 0.0)
    assert isinstance(planned, Planned)
    message_id, *ids = await world.store.ids.take([planned.customer.bucket] * (1 + len(numbers)))
    rows = AcceptRows()
    async with world.store.transaction() as tx:
        known = await tx.people.known({(planned.customer.id, address(number)) for number in numbers})
        freeze = Freeze(reason, why)
        rows.add(planned, message_id, ids, known, FairClock(), dict.fromkeys(ids, freeze))
        await rows.write(tx)
    return ids


async def release(world: World, *ids: int) -> list[int]:
    """Release these; gives those that were queued."""
    releasing = ReleaseHeld(world.estate, world.process.waker, world.clock)
    async with world.store.transaction() as tx:
        return sorted(each.id for each in await releasing(tx, await tx.held.some(ids)))


async def cancel(world: World, *ids: int) -> list[int]:
    """Cancel these; gives those that were."""
    process = world.process
    cancelling = CancelWaiting(world.store, world.estate, process.publish, process.waker, world.clock)
    async with world.store.transaction() as tx:
        return sorted(each.id for each in await cancelling(tx, ids))


async def pause(world: World, limit: int = 100) -> int:
    async with world.store.transaction() as tx:
        return await tx.held.pause(CAMPAIGN, world.clock(), limit)


async def resume(world: World) -> list[int]:
    releasing = ReleaseHeld(world.estate, world.process.waker, world.clock)
    async with world.store.transaction() as tx:
        rows = await tx.held.of_campaign(CAMPAIGN, HeldReason.PAUSED, 100)
        return sorted(each.id for each in await releasing(tx, rows))


async def where(world: World) -> dict[int, tuple[str, int]]:
    """Where each recipient waits, and his status: in one place at most, and held exactly when frozen."""
    rows = await world.rows(
        "select r.id, r.status, o.id is not null as queued, h.id is not null as held from recipients r"
        " left join outbox o on o.id = r.id left join held h on h.id = r.id"
    )
    for row in rows:
        assert row["held"] == (row["status"] == 3) and not (row["held"] and row["queued"]), row
    places = {True: "queued", False: ""}
    return {r["id"]: ("held" if r["held"] else places[r["queued"]], r["status"]) for r in rows}


async def test_what_is_released_is_sent(world: World) -> None:
    [first, second] = await frozen(world, 1, 2)
    hold = await world.hold()
    assert await world.dispatch.claim(hold, 10) == []
    assert await release(world, first) == [first]
    assert await where(world) == {first: ("queued", 10), second: ("held", 3)}
    [outgoing] = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [taken(outgoing, "a1")])
    assert await where(world) == {first: ("", 30), second: ("held", 3)}
    assert await release(world, first) == []


async def test_what_is_for_later_is_queued_for_then(world: World) -> None:
    [early] = await frozen(world, 1, send_at=START + timedelta(minutes=5))
    [late] = await frozen(world, 2, send_at=LATER)
    world.clock.advance(minutes=10)
    assert await release(world, early, late) == [early, late]
    assert await where(world) == {early: ("queued", 10), late: ("queued", 5)}
    assert [(row["id"], row["due_at"]) for row in await world.queued()] == [(early, None), (late, LATER)]


async def test_a_release_of_many_takes_its_turn_with_others(world: World) -> None:
    ids = await frozen(world, *range(1, 11))
    other = await world.accepted(50, customer_id=BETA, service_id=None, sender="Beta", application_id=None)
    await release(world, *ids)
    hold = await world.hold()
    order = [each.recipient_id for each in await world.dispatch.claim(hold, 20)]
    assert order.index(other.recipients[0].id) <= 1


async def test_the_longest_held_first_and_each_customers_own(world: World) -> None:
    ids = [*await frozen(world, 1, 2), *await frozen(world, 3, 4)]
    await frozen(world, 5, reason=HeldReason.REPEATED)
    await frozen(world, 6, customer_id=BETA, service_id=None, sender="Beta", application_id=None)
    async with world.store.transaction() as tx:
        first = await tx.held.of_customer(ACME, HeldReason.BALANCE, 3)
        rest = await tx.held.of_customer(ACME, HeldReason.BALANCE, 3, first[-1].id)
        tally = await tx.held.tally(ACME)
        reasons = await tx.held.reasons([*ids, 1])
    assert [row.id for row in (*first, *rest)] == ids
    assert first[0].cost == Decimal("0.041200")
    assert tally == {
        HeldReason.BALANCE: HeldTally(4, 4 * Decimal("0.0412")),
        HeldReason.REPEATED: HeldTally(1, Decimal("0.0412")),
    }
    assert reasons == dict.fromkeys(ids, HeldReason.BALANCE)


async def test_a_paused_campaign_waits_and_goes_on_where_it_was(world: World) -> None:
    ready = await world.accepted(1, 2, campaign_id=CAMPAIGN)
    later = await world.accepted(3, campaign_id=CAMPAIGN, send_at=LATER)
    hold = await world.hold()
    [in_hand] = await world.dispatch.claim(hold, 1)
    other = await world.accepted(4)
    [first, second], [third], [fourth] = (
        [each.id for each in submitted.recipients] for submitted in (ready, later, other)
    )
    assert in_hand.recipient_id == first
    assert await pause(world, 1) == 1
    assert await pause(world) == 1
    assert await pause(world) == 0
    assert await where(world) == {
        first: ("queued", 10),  # in a channel's hands, so it goes its way
        second: ("held", 3),
        third: ("held", 3),
        fourth: ("queued", 10),
    }
    await world.dispatch.settle(hold, [taken(in_hand, "a1")])
    assert await resume(world) == [second, third]
    assert await where(world) == {
        first: ("", 30),
        second: ("queued", 10),
        third: ("queued", 5),
        fourth: ("queued", 10),
    }


async def test_attempts_are_not_forgotten_over_a_pause(world: World) -> None:
    submitted = await world.accepted(1, campaign_id=CAMPAIGN)
    hold = await world.hold()
    [outgoing] = await world.dispatch.claim(hold, 1)
    await world.dispatch.settle(hold, [report(outgoing, Deferred(Failure.CARRIER_ERROR))])
    assert await pause(world) == 1
    world.clock.advance(hours=1)
    assert await resume(world) == [submitted.recipients[0].id]
    [queued] = await world.queued()
    assert (queued["attempt"], queued["due_at"], queued["campaign_id"]) == (1, None, CAMPAIGN)


async def test_one_that_was_sent_after_all_is_not_sent_again(world: World) -> None:
    """A receipt may come for an attempt that seemed to have failed, while its campaign is paused."""
    identifier = await world.sent("a1", campaign_id=CAMPAIGN)
    await world.db.execute(
        "insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, since, campaign_id)"
        " values ($1, $2, $3, 'paused', $4, 0, 1, $5, $6)",
        *(identifier, ACME_BUCKET, ACME, CHANNEL, START, CAMPAIGN),
    )
    await world.db.execute("update recipients set status = 3")
    await world.receipts([receipt("a1")])
    assert await resume(world) == []
    assert await where(world) == {identifier: ("", 70)}


async def test_what_waits_anywhere_is_called_back_and_what_is_in_hand_is_not(world: World) -> None:
    await world.insert(
        "contacts",
        {"id": 101, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": address(1), "created_at": START},
    )
    [held] = await frozen(world, 1, dlr_url="https://example.test/")
    [queued] = [each.id for each in (await world.accepted(1)).recipients]
    hold = await world.hold()
    [in_hand] = await world.dispatch.claim(hold, 1)
    assert in_hand.recipient_id == queued
    [later] = [each.id for each in (await world.accepted(1, send_at=LATER)).recipients]
    assert await cancel(world, held, queued, later) == [held, later]
    assert await where(world) == {held: ("", 58), queued: ("queued", 10), later: ("", 58)}
    assert {
        row["failure"] for row in await world.rows("select failure from recipients where status = 58")
    } == {"cancelled"}
    [owed] = await world.callbacks()
    assert "status=cancelled" in owed["url"]
    assert await cancel(world, held, later) == []
    await FoldCounts(world.store)()
    assert await world.value("select outbound from contact_counters") == 1  # only the one that goes out
    assert await world.value("select failed from contact_counters") == 0


async def test_what_is_held_is_shown_with_its_reason(world: World) -> None:
    [identifier] = await frozen(world, 1, reason=HeldReason.REPEATED, why="Too often.", campaign_id=CAMPAIGN)
    show = ShowMessages(world.store, world.estate, SHORT_LINKS)
    message = await show.one(identifier, ACME)
    assert message is not None and message.campaign_id == CAMPAIGN
    [recipient] = message.recipients
    assert (recipient.status, recipient.code, recipient.frozen) == ("frozen", 6, "repeated")
    assert (recipient.flagged_at, recipient.flagged_why) == (START, "Too often.")
    assert [step.kind for step in message.timeline] == ["accepted", "flagged"]
    search = SearchMessages(world.store, world.estate, SHORT_LINKS)
    found = await search.sent(ACME, MessageFilter(limit=10))
    assert isinstance(found, Found)
    [line] = found.messages
    assert (line.status, line.held_for, line.flagged_why) == (
        Status.FROZEN,
        HeldReason.REPEATED,
        "Too often.",
    )
    await release(world, identifier)
    found = await search.sent(ACME, MessageFilter(limit=10))
    assert isinstance(found, Found)
    [line] = found.messages
    assert (line.status, line.held_for, line.flagged_why) == (Status.QUEUED, None, "Too often.")


async def test_a_campaign_is_withdrawn_from_the_queue(world: World) -> None:
    submitted = await world.accepted(1, 2, 3, campaign_id=CAMPAIGN)
    first, *rest = [each.id for each in submitted.recipients]
    await world.dispatch.claim(await world.hold(), 1)
    await world.accepted(4)
    async with world.store.transaction() as tx:
        withdrawn = await tx.outbox.withdraw_campaign(CAMPAIGN, 1)
        withdrawn |= await tx.outbox.withdraw_campaign(CAMPAIGN, 5)
    assert withdrawn == set(rest)
    assert first in {row["id"] for row in await world.queued()}
