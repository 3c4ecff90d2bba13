"""Claiming for a channel and settling, on a real store."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.fakes.cut_off import CutOff
from tests.integration.services.world import (
    BETA,
    BETA_APP,
    BETA_ONE_WAY,
    CHANNEL,
    ONE_WAY,
    OTHER_CHANNEL,
    START,
    Process,
    World,
    address,
    process_on,
    report,
    request,
    taken,
)

from viesti.domain.channel import Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.services.dispatch import Hold
from viesti.services.store_errors import StoreUnavailable

pytestmark = pytest.mark.integration

BETAS: dict[str, Any] = {"customer_id": BETA, "application_id": BETA_APP, "service_id": BETA_ONE_WAY}
DLR: dict[str, Any] = {"dlr_url": "https://example.com/dlr"}
BUSY = Deferred(Failure.CARRIER_BUSY, detail="throttled")
SILENCE = Unknown("the link died")


async def _claim_one(world: World, hold: Hold) -> Outgoing:
    (outgoing,) = await world.dispatch.claim(hold, 10)
    return outgoing


# Claiming


async def test_what_a_channel_gets(world: World) -> None:
    await world.change("update services set validity_seconds = 3600, shift_tables = '{tr}'")
    submitted = await world.accepted(1, text="Hei")
    outgoing = await _claim_one(world, await world.hold())
    assert outgoing == Outgoing(
        recipient_id=submitted.recipients[0].id,
        attempt=1,
        destination=address(1),
        destination_kind=outgoing.destination_kind.INTERNATIONAL,
        sender="Acme",
        sender_kind=outgoing.sender_kind.ALPHANUMERIC,
        text="Hei",
        languages=("tr",),
        validity_seconds=3600,
        urgent=True,
    )
    (row,) = await world.queued()
    assert (row["attempt"], row["claimed_at"]) == (1, START)


async def test_urgent_before_bulk_and_in_order(world: World) -> None:
    bulk = await world.accepted(*range(20))
    urgent = await world.accepted(50, 51)
    claimed = await world.dispatch.claim(await world.hold(), 5)
    expected = [r.id for r in urgent.recipients] + [r.id for r in bulk.recipients][:3]
    assert [outgoing.recipient_id for outgoing in claimed] == expected
    assert [outgoing.urgent for outgoing in claimed] == [True] * 2 + [False] * 3


async def test_a_customer_with_much_does_not_delay_another(world: World) -> None:
    await world.accepted(*range(2000))
    hold = await world.hold()
    await world.dispatch.claim(hold, 100)
    async with world.another() as process:  # which knows of the backlog only what the store says
        betas = await process.submit(request(*range(30), **BETAS))
    claimed = await world.dispatch.claim(hold, 60)
    mine = {r.id for r in betas.recipients}  # type: ignore[union-attr]
    order = [outgoing.recipient_id in mine for outgoing in claimed]
    assert sum(order) == 30  # every second one, or earlier
    assert await world.dispatch.claim(hold, 5)


async def test_other_channels_and_later_ones_are_left(world: World) -> None:
    await world.accepted(1)
    await world.accepted(2, send_at=START + timedelta(seconds=60))
    assert await world.dispatch.claim(await world.hold(OTHER_CHANNEL), 10) == []
    assert len(await world.dispatch.claim(await world.hold(), 10)) == 1
    assert await world.dispatch.claim(await world.hold(), 10) == []


@pytest.mark.parametrize("why", ["taken over", "run out", "released"])
async def test_without_the_lease_nothing_is_claimed(world: World, why: str) -> None:
    await world.accepted(1)
    old = await world.hold(seconds=60)
    if why == "taken over":
        await world.hold()
    elif why == "run out":
        world.clock.advance(seconds=61)
    else:
        await world.db.execute("delete from leases")
    assert await world.dispatch.claim(old, 10) == []


async def test_two_claimers_never_take_the_same(world: World) -> None:
    await world.accepted(*range(600))
    hold = await world.hold()
    async with world.another() as other:
        both: list[Process] = [world.process, other]
        batches = await asyncio.gather(*(p.dispatch.claim(hold, 25) for p in both * 10))
    ids = [outgoing.recipient_id for batch in batches for outgoing in batch]
    assert len(ids) == len(set(ids)) == 500


async def test_claims_do_not_wait_for_each_other(world: World) -> None:
    await world.accepted(1, 2)
    hold = await world.hold()
    async with world.store.transaction() as tx:
        first = await tx.outbox.ready_after(CHANNEL, 0, 1)
        async with asyncio.timeout(5):
            (second,) = await world.dispatch.claim(hold, 10)
    assert [second.recipient_id] != first


async def test_what_a_failed_claim_took_is_given_back(world: World) -> None:
    submitted = await world.accepted(1, 2)
    hold = await world.hold()
    (known,) = await world.dispatch.claim(hold, 1)
    await world.change("alter table messages rename to hidden")
    with pytest.raises(asyncpg.UndefinedTableError):
        await world.dispatch.claim(hold, 10)
    await world.change("alter table hidden rename to messages")
    (other,) = await world.dispatch.claim(hold, 10)
    assert {known.recipient_id, other.recipient_id} == {r.id for r in submitted.recipients}
    assert other.attempt == 1
    assert await world.dispatch.claim(hold, 10) == []


async def test_virtual_time_is_what_was_served(world: World) -> None:
    await world.accepted(1, 2, 3)
    await world.dispatch.claim(await world.hold(), 2)
    second = sorted(row["tag"] for row in await world.queued())[1]
    assert await world.row("select * from fair_clock") == {"channel_id": CHANNEL, "lane": 0, "tag": second}


async def test_recipients_that_are_gone_hold_nobody_up(world: World) -> None:
    gone, here = await world.accepted(1), await world.accepted(2)
    await world.db.execute("delete from recipients where id = $1", gone.recipients[0].id)
    outgoing = await _claim_one(world, await world.hold())
    assert outgoing.recipient_id == here.recipients[0].id
    assert [row["id"] for row in await world.queued()] == [here.recipients[0].id]


async def test_given_back_does_not_count(world: World) -> None:
    await world.accepted(1)
    hold = await world.hold()
    outgoing = await _claim_one(world, hold)
    await world.dispatch.give_back(hold, [outgoing.recipient_id])
    again = await _claim_one(world, hold)
    assert again.attempt == 1


# Settling


async def test_sent(world: World) -> None:
    submitted = await world.accepted(1)
    hold = await world.hold()
    outgoing = await _claim_one(world, hold)
    at = world.clock.advance(seconds=2)
    await world.dispatch.settle(hold, [taken(outgoing, "a1", at=at)])
    recipient = await world.recipient(submitted.recipients[0].id)
    assert (recipient["status"], recipient["sent_at"], recipient["attempt"]) == (30, at, 1)
    assert await world.queued() == []
    part = await world.row("select * from parts")
    expected = {
        "attempt": 1, "number": 1, "total": 1, "channel_id": CHANNEL, "reference": "a1", "state": None,
    }  # fmt: skip
    assert {name: part[name] for name in expected} == expected


FAILURES = [
    (Refused(Failure.INVALID_DESTINATION, detail="0x0b"), "invalid_destination", "0x0b"),
    (Deferred(Failure.CARRIER_BUSY, retry_after=100_000), "expired", "carrier_busy"),
]


@pytest.mark.parametrize(("outcome", "failure", "detail"), FAILURES)
async def test_failed(world: World, outcome: Outcome, failure: str, detail: str) -> None:
    submitted = await world.accepted(1, **DLR)
    hold = await world.hold()
    await world.dispatch.settle(hold, [report(await _claim_one(world, hold), outcome)])
    recipient = await world.recipient(submitted.recipients[0].id)
    expected = {
        "status": 60, "failure": failure, "carrier_error": detail, "finished_at": START, "attempt": 1,
    }  # fmt: skip
    assert {name: recipient[name] for name in expected} == expected
    assert await world.queued() == []
    assert len(await world.callbacks()) == 1


async def test_put_off(world: World) -> None:
    submitted = await world.accepted(1, **DLR)
    recipient_id = submitted.recipients[0].id
    hold = await world.hold()
    await world.dispatch.settle(hold, [report(await _claim_one(world, hold), BUSY)])
    (row,) = await world.queued()
    assert (row["due_at"], row["claim"], row["attempt"]) == (START + timedelta(seconds=1), None, 1)
    assert (await world.recipient(recipient_id))["status"] == 10
    assert await world.events(recipient_id) == ["deferred"]
    assert await world.callbacks() == []
    assert await world.dispatch.claim(hold, 10) == []
    world.clock.advance(seconds=1)
    assert await world.rescue.release_due() == 1
    assert (await _claim_one(world, hold)).attempt == 2


@pytest.mark.parametrize(("seconds", "told"), [(4, "viesti_due"), (6, "viesti_outbox")])
async def test_what_is_put_off_for_a_moment_wakes_the_scheduler(
    world: World, seconds: float, told: str
) -> None:
    await world.accepted(1)
    await world.process.waker.stop()
    hold = await world.hold()
    outgoing = await _claim_one(world, hold)
    woken: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(world.url)
    for topic in ("viesti_due", "viesti_outbox"):
        await listener.add_listener(topic, lambda *heard: woken.put_nowait(heard[2]))
    busy = Deferred(Failure.CARRIER_BUSY, retry_after=seconds)
    await world.dispatch.settle(hold, [report(outgoing, busy)])
    await world.accepted(2)
    assert await asyncio.wait_for(woken.get(), 5) == told
    await listener.close()


async def test_another_way(world: World) -> None:
    await world.insert("fair_clock", {"channel_id": OTHER_CHANNEL, "lane": 0, "tag": 77})
    submitted = await world.accepted(1, 2)
    first, second = await world.dispatch.claim(hold := await world.hold(), 10)
    refused = Refused(Failure.CARRIER_REJECTED, elsewhere=True)
    await world.dispatch.settle(hold, [report(first, refused), report(second, refused)])
    assert {(row["channel_id"], row["tag"], row["due_at"]) for row in await world.queued()} == {
        (OTHER_CHANNEL, 77, None)  # what the other channel serves now, not this one's time
    }
    recipient = await world.recipient(submitted.recipients[0].id)
    assert (recipient["status"], recipient["channel_id"], recipient["route_id"]) == (10, OTHER_CHANNEL, 42)
    assert await world.events(first.recipient_id) == ["rerouted"]
    other = await world.hold(OTHER_CHANNEL)
    last, _ = await world.dispatch.claim(other, 10)
    assert last.attempt == 2
    await world.dispatch.settle(other, [report(last, refused)])  # and that is all
    assert (await world.recipient(last.recipient_id))["status"] == 60


async def test_in_doubt_once_sent_again_twice_held(world: World) -> None:
    submitted = await world.accepted(1)
    recipient_id = submitted.recipients[0].id
    hold = await world.hold()
    await world.dispatch.settle(hold, [report(await _claim_one(world, hold), SILENCE)])
    recipient = await world.recipient(recipient_id)
    assert (recipient["status"], recipient["doubts"], len(await world.queued())) == (10, 1, 1)
    await world.dispatch.settle(hold, [report(await _claim_one(world, hold), SILENCE)])
    recipient = await world.recipient(recipient_id)
    assert (recipient["status"], recipient["doubts"], await world.queued()) == (20, 2, [])
    assert await world.events(recipient_id) == ["in_doubt", "in_doubt"]


async def test_in_doubt_held_at_once_by_the_service(world: World) -> None:
    await world.change("update services set on_unknown = 'hold' where id = $1", ONE_WAY)
    submitted = await world.accepted(1)
    hold = await world.hold()
    await world.dispatch.settle(hold, [report(await _claim_one(world, hold), SILENCE)])
    recipient = await world.recipient(submitted.recipients[0].id)
    assert (recipient["status"], recipient["doubts"], await world.queued()) == (20, 1, [])


@pytest.mark.parametrize("missing", [BUSY, SILENCE], ids=["deferred", "in doubt"])
async def test_only_the_missing_part_is_sent_again(world: World, missing: Outcome) -> None:
    submitted = await world.accepted(1, text="x" * 400)
    recipient_id = submitted.recipients[0].id
    hold = await world.hold()
    outgoing = await _claim_one(world, hold)
    await world.dispatch.settle(hold, [report(outgoing, Accepted("a1"), missing, Accepted("a3"))])
    world.clock.advance(seconds=2)
    await world.rescue.release_due()
    again = await _claim_one(world, hold)
    assert (again.attempt, again.parts_done) == (2, {1, 3})
    await world.dispatch.settle(hold, [report(again, None, Accepted("b2"), None)])
    assert (await world.recipient(recipient_id))["status"] == 30
    parts = await world.rows("select attempt, number, total, reference from parts order by number")
    assert [tuple(part.values()) for part in parts] == [(1, 1, 3, "a1"), (2, 2, 3, "b2"), (1, 3, 3, "a3")]


async def test_a_whole_batch(world: World) -> None:
    await world.accepted(*range(12))
    claimed = await world.dispatch.claim(hold := await world.hold(), 12)
    outcomes: list[Outcome] = [
        Accepted("r"), BUSY, SILENCE, Refused(Failure.INVALID_SENDER),
    ] * 3  # fmt: skip
    outcomes = [Accepted(f"r{n}") if isinstance(o, Accepted) else o for n, o in enumerate(outcomes)]
    await world.dispatch.settle(hold, [report(o, x) for o, x in zip(claimed, outcomes, strict=True)])
    statuses = await world.rows("select status, count(*) from recipients group by status")
    assert {row["status"]: row["count"] for row in statuses} == {10: 6, 30: 3, 60: 3}
    assert Counter(row["due_at"] is None for row in await world.queued()) == {True: 3, False: 3}
    assert await world.value("select count(*) from outbox where claim is not null") == 0


OUTCOMES: list[Outcome] = [
    Accepted("a1"), BUSY, SILENCE, Refused(Failure.INVALID_SENDER),
    Refused(Failure.CARRIER_REJECTED, elsewhere=True),
]  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES, ids=["accepted", "deferred", "unknown", "refused", "elsewhere"])
@pytest.mark.parametrize("by", ["the same call", "one whose commit was not answered"])
async def test_settling_twice_changes_nothing(world: World, outcome: Outcome, by: str) -> None:
    await world.change("update services set report_statuses = 'all'")
    await world.accepted(1, **DLR)
    hold = await world.hold()
    outgoing = await _claim_one(world, hold)
    in_hand = dict(world.dispatch._in_hand)
    reports = [report(outgoing, outcome)]
    await world.dispatch.settle(hold, reports)
    before = await _everything(world)
    if by != "the same call":
        world.dispatch._in_hand.update(in_hand)
    await world.dispatch.settle(hold, reports)
    assert await _everything(world) == before


async def _everything(world: World) -> list[list[dict[str, Any]]]:
    tables = ("recipients", "parts", "outbox", "callbacks", "events")
    return [await world.rows(f"select * from {table} order by 1, 2, 3") for table in tables]


async def test_an_answer_after_the_claim_was_lost_saves_a_second_copy(world: World) -> None:
    submitted = await world.accepted(1)
    outgoing = await _claim_one(world, old := await world.hold())
    hold = await world.hold()
    assert await world.rescue.abandoned() == 1
    await world.dispatch.settle(old, [taken(outgoing, "late")])
    assert (await world.recipient(submitted.recipients[0].id))["status"] == 10
    again = await _claim_one(world, hold)
    assert again.parts_done == {1}
    await world.dispatch.settle(hold, [report(again, None)])  # nothing was left to send
    recipient = await world.recipient(submitted.recipients[0].id)
    assert (recipient["status"], recipient["doubts"]) == (30, 1)


async def test_a_failure_after_the_claim_was_lost_counts_for_nothing(world: World) -> None:
    submitted = await world.accepted(1, **DLR)
    outgoing = await _claim_one(world, old := await world.hold())
    await world.hold()
    await world.rescue.abandoned()
    await world.dispatch.settle(old, [report(outgoing, Refused(Failure.INVALID_SENDER))])
    assert (await world.recipient(submitted.recipients[0].id))["status"] == 10
    assert len(await world.queued()) == 1
    assert await world.callbacks() == []


async def test_every_route_is_tried_in_order_before_it_fails(world: World) -> None:
    await world.insert(
        "channels", {"id": 33, "bucket": 3, "key": "three", "kind": "loopback", "created_at": world.clock.now}
    )
    await world.insert("routes", {"id": 44, "key": "third", "channel_id": 33, "priority": 30})
    await world.accepted()
    for channel_id in (CHANNEL, OTHER_CHANNEL, 33):
        hold = await world.hold(channel_id)
        (outgoing,) = await world.dispatch.claim(hold, 10)
        busy = Deferred(Failure.CARRIER_BUSY, retry_after=1.0)  # a pause in between changes nothing
        await world.dispatch.settle(hold, [report(outgoing, busy, at=world.clock.now)])
        world.clock.advance(minutes=5)
        await world.rescue.release_due()
        (outgoing,) = await world.dispatch.claim(hold, 10)
        refused = Refused(Failure.CARRIER_REJECTED, elsewhere=True)
        await world.dispatch.settle(hold, [report(outgoing, refused, at=world.clock.now)])
    assert await world.queued() == []
    assert await world.value("select status from recipients") == 60


async def test_a_claim_that_was_not_answered_is_made_good_at_once(world: World) -> None:
    """What is in hand stays there; what was claimed and never handed over is claimed again, and no attempt of
    it counts."""
    await world.accepted(*range(5))
    hold = await world.hold()
    async with CutOff(world.url) as way, process_on(way.url, world.clock) as process:
        in_hand = await process.dispatch.claim(hold, 2)
        way.swallow("SELECT 3")
        with pytest.raises(StoreUnavailable):
            await process.dispatch.claim(hold, 10)
        assert await world.value("select count(*) from outbox where claim is not null") == 5
        claimed = await process.dispatch.claim(hold, 10)
        assert [outgoing.attempt for outgoing in claimed] == [1, 1, 1]
        everything = [*in_hand, *claimed]
        assert len({outgoing.recipient_id for outgoing in everything}) == 5
        await process.dispatch.settle(hold, [taken(one, f"r{one.recipient_id}") for one in everything])
    assert await world.queued() == []
    assert await world.value("select count(*) from recipients where status = 30 and doubts = 0") == 5
