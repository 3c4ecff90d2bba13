"""What recipients finally cost, and that it is given back once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.integration.services.test_hard_cap import PRICE, balance
from tests.integration.services.world import (
    ACME,
    CHANNEL,
    OTHER_CHANNEL,
    World,
    receipt,
    report,
    taken,
)

from viesti.domain.channel import LateAnswer, Outgoing, PartReport, SendReport, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.domain.status import Status
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.lease import LeaseChannels
from viesti.services.reroute import Reroute
from viesti.storage.store import Transaction

pytestmark = pytest.mark.integration

OTHER_PRICE = Decimal("0.05")  # of a part over the other channel
THREE_PARTS = "x" * 400
REFUSED = Refused(Failure.INVALID_CONTENT, detail="bad")
ELSEWHERE = Refused(Failure.CARRIER_REJECTED, elsewhere=True)
SILENCE = Unknown("the link died")
TAKEN = Accepted("a")


async def fold(world: World) -> None:
    async def work(tx: Transaction) -> None:
        await tx.money.fold_changes(100)

    await world.store.run(work)


async def spent(world: World) -> Decimal:
    """What is spent once all is folded: what recipients cost that were charged."""
    await fold(world)
    found: Decimal = await world.value("select spent from balances where customer_id = $1", ACME)
    assert found == await world.value("select coalesce(sum(cost), 0) from recipients where charged")
    assert await world.value("select count(*) from balance_changes") == 0
    return found


async def attempt(world: World, *outcomes: Outcome | None, channel: int = CHANNEL) -> Outgoing:
    hold = await world.hold(channel)
    (outgoing,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [report(outgoing, *outcomes)])
    return outgoing


async def cost(world: World) -> Decimal:
    row = await world.row("select cost, cost_gbp, parts from recipients")
    found: Decimal = row["cost"]
    return found


async def test_sent_as_planned_costs_what_was_planned(world: World) -> None:
    await balance(world, Decimal(1))
    await world.sent("a", "b")
    await world.receipts([receipt("a"), receipt("b")])
    assert await spent(world) == 2 * PRICE


async def test_undelivered_is_paid_for_all_the_same(world: World) -> None:
    await balance(world, Decimal(1))
    await world.sent("a")
    await world.receipts([receipt("a", state=receipt("a").state.UNDELIVERABLE)])
    assert await world.value("select status from recipients") == Status.UNDELIVERED
    assert await spent(world) == PRICE


async def test_refused_costs_nothing(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, text=THREE_PARTS)
    assert await spent(world) == 3 * PRICE
    await attempt(world, REFUSED)
    assert await spent(world) == await cost(world) == 0


async def test_without_a_balance_its_cost_is_final_too(world: World) -> None:
    await world.accepted(1)
    await attempt(world, REFUSED)
    assert await cost(world) == 0
    assert await world.value("select count(*) from balance_changes") == 0


async def test_parts_that_were_taken_are_paid_for(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, text=THREE_PARTS)
    await attempt(world, TAKEN, REFUSED, None)
    assert await spent(world) == PRICE


async def test_parts_of_earlier_attempts_count(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, text=THREE_PARTS)
    await attempt(world, TAKEN, Deferred(Failure.CARRIER_BUSY), None)
    world.clock.advance(seconds=60)
    await world.rescue.release_due()
    await attempt(world, None, REFUSED, None)
    assert await spent(world) == PRICE


async def test_a_part_without_an_answer_may_have_been_taken(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, text=THREE_PARTS)
    await attempt(world, SILENCE, REFUSED, None)
    assert await spent(world) == PRICE


async def test_what_was_in_doubt_and_then_failed_is_paid_for(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1)
    await attempt(world, SILENCE)
    await attempt(world, REFUSED)
    assert await world.value("select status from recipients") == Status.FAILED
    assert await spent(world) == PRICE


async def test_fewer_parts_than_planned_cost_less(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1, text=THREE_PARTS)
    await attempt(world, TAKEN, TAKEN)
    assert await spent(world) == 2 * PRICE
    assert await world.value("select parts from recipients") == 2


async def test_more_parts_than_planned_cost_more_where_the_balance_covers_it(world: World) -> None:
    await balance(world, 3 * PRICE)
    await world.accepted(1)
    await attempt(world, TAKEN, TAKEN, TAKEN)
    assert await spent(world) == 3 * PRICE


async def test_more_parts_than_planned_never_lead_above_the_cap(world: World) -> None:
    await balance(world, 2 * PRICE)
    await world.accepted(1)
    await attempt(world, TAKEN, TAKEN, TAKEN)
    assert await spent(world) == PRICE
    assert await world.value("select status from recipients") == Status.SENT


async def test_a_carrier_that_divides_messages_itself_is_paid_by_our_count(world: World) -> None:
    await balance(world, Decimal(1))
    await world.change("""update channels set options = '{"concatenation": "payload"}'""")
    await world.accepted(1, text=THREE_PARTS)
    await attempt(world, TAKEN)
    assert await spent(world) == 3 * PRICE


async def test_another_route_costs_what_it_costs(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1)
    await attempt(world, ELSEWHERE)
    assert await spent(world) == OTHER_PRICE
    await attempt(world, TAKEN, channel=OTHER_CHANNEL)
    assert await spent(world) == OTHER_PRICE


async def test_a_cheaper_route_gives_back(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1)
    await world.change("update prices set per_part = 0.01, gbp_per_part = 0.008 where id = 71")
    await attempt(world, ELSEWHERE)
    assert await spent(world) == Decimal("0.01")
    await attempt(world, REFUSED, channel=OTHER_CHANNEL)
    assert await spent(world) == 0


async def test_a_dearer_route_is_not_taken_above_the_cap(world: World) -> None:
    await balance(world, PRICE)
    await world.accepted(1)
    await attempt(world, ELSEWHERE)
    row = await world.row("select status, failure, cost, channel_id from recipients")
    assert row == {"status": Status.FAILED, "failure": "no_balance", "cost": 0, "channel_id": CHANNEL}
    assert await world.queued() == []
    assert await spent(world) == 0


async def test_parts_are_counted_as_the_other_channel_divides(world: World) -> None:
    await balance(world, Decimal(1))
    await world.change(
        """update channels set options = '{"concatenation": "udh16"}' where id = $1""", OTHER_CHANNEL
    )
    await world.accepted(1, text="x" * 306)  # two parts with a short header, three with a long one
    await attempt(world, ELSEWHERE)
    assert await world.value("select parts from recipients") == 3
    assert await spent(world) == 3 * OTHER_PRICE


async def test_what_waits_for_a_channel_that_is_down_is_charged_before_it_moves(world: World) -> None:
    await balance(world, PRICE + OTHER_PRICE)
    await world.accepted(1, 2)
    leases = LeaseChannels(world.store, "engine", (), world.clock, 10)
    await leases.tell_session(CHANNEL, "trx1", SessionState.DOWN, "")
    world.clock.advance(seconds=60)
    reroute = Reroute(world.store, world.estate, world.process.waker, world.clock, timedelta(seconds=30))
    assert await reroute() == 1  # for both it is too dear
    assert await spent(world) == PRICE + OTHER_PRICE
    assert await reroute() == 0
    assert [row["channel_id"] for row in await world.queued()] == [OTHER_CHANNEL, CHANNEL]


async def test_an_answer_that_comes_late_changes_nothing(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1)
    outgoing = await attempt(world, SILENCE)
    hold = await world.hold()
    answer = LateAnswer(outgoing.recipient_id, outgoing.attempt, 1, PartReport(1, TAKEN, world.clock.now))
    await world.dispatch.settle_late(hold, [answer, answer])
    assert await world.value("select status from recipients") == Status.SENT
    assert await spent(world) == PRICE


async def test_what_is_called_back_costs_nothing(world: World) -> None:
    await balance(world, Decimal(1))
    submitted = await world.accepted(1, 2)
    process = world.process
    cancel = CancelWaiting(world.store, world.estate, process.publish, process.waker, world.clock)
    first = submitted.recipients[0].id
    for _ in range(2):
        async with world.store.transaction() as tx:
            await cancel(tx, [first])
    assert await spent(world) == PRICE


async def test_what_is_called_back_in_part_pays_for_its_parts(world: World) -> None:
    await balance(world, Decimal(1))
    submitted = await world.accepted(1, text=THREE_PARTS)
    await attempt(world, TAKEN, Deferred(Failure.CARRIER_BUSY), None)
    process = world.process
    cancel = CancelWaiting(world.store, world.estate, process.publish, process.waker, world.clock)
    async with world.store.transaction() as tx:
        await cancel(tx, [submitted.recipients[0].id])
    assert await spent(world) == PRICE


async def test_a_settlement_after_another_took_over_gives_nothing_back(world: World) -> None:
    await balance(world, Decimal(1))
    await world.accepted(1)
    old = await world.hold()
    (outgoing,) = await world.dispatch.claim(old, 10)
    await world.hold()
    await world.rescue.abandoned()
    failed = SendReport(outgoing.recipient_id, outgoing.attempt, 1, report(outgoing, REFUSED).parts)
    await world.dispatch.settle(old, [failed])
    assert await spent(world) == PRICE


async def test_sent_after_a_refund_is_not_possible(world: World) -> None:
    """A receipt for what had failed makes it delivered; what it costs is final."""
    await balance(world, Decimal(1))
    await world.accepted(1, text="x" * 300)
    await attempt(world, TAKEN, REFUSED)
    await world.receipts([receipt("a")])
    assert await spent(world) == PRICE


async def test_all_that_is_given_back_at_once_is_folded_once(world: World) -> None:
    await balance(world, Decimal(10))
    await world.accepted(*range(60))
    hold = await world.hold()
    claimed = await world.dispatch.claim(hold, 60)
    for start in range(0, 60, 20):
        batch = claimed[start : start + 20]
        await world.dispatch.settle(
            hold, [report(one, REFUSED) if one.recipient_id % 128 < 64 else taken(one, "r") for one in batch]
        )
        await fold(world)
    failed = await world.value("select count(*) from recipients where status = 60")
    assert 0 < failed < 60
    assert await spent(world) == (60 - failed) * PRICE
