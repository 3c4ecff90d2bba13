"""A recipient whom WhatsApp does not reach goes on by SMS, on a real store: once, one status, one cost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.integration.services.whatsapp_stage import CONTENT, WHATSAPP, accepted, with_whatsapp
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    CHANNEL,
    ONE_WAY,
    START,
    World,
    address,
    receipt,
    report,
    taken,
)

from viesti.domain.channel import Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred, Refused, Unknown
from viesti.domain.status import PartState
from viesti.services.dispatch import Hold
from viesti.services.fallbacks_due import FallbacksDue
from viesti.services.requests import Fallback

pytestmark = pytest.mark.integration

NOT_THERE = Refused(Failure.NOT_ON_WHATSAPP, detail="131026")
OPTED_OUT = Refused(Failure.OPTED_OUT, detail="131050")
TEXT = "Your order 7 is ready"
FIELDS: dict[str, Any] = {
    "content": CONTENT,
    "text": TEXT,
    "fallback": Fallback(TEXT),
    "dlr_url": "https://example.com/dlr",
}


async def staged(world: World) -> World:
    """WhatsApp beside the small estate, cheaper than SMS."""
    await with_whatsapp(world)
    await world.insert(
        "prices",
        {"id": 73, "prefix": "", "channel_id": WHATSAPP, "per_part": "0.01", "currency": "EUR",
         "gbp_per_part": "0.0086"},
    )  # fmt: skip
    return world


@pytest.fixture
async def world(world: World) -> World:
    return await staged(world)


@pytest.fixture
def duty(world: World) -> FallbacksDue:
    return FallbacksDue(world.store, world.estate, world.process.waker, world.clock)


async def sending(world: World, *whom: int, **fields: Any) -> tuple[Hold, list[Outgoing]]:
    """A message in the hands of the WhatsApp channel."""
    await accepted(world, *(whom or (1,)), **{**FIELDS, **fields})
    hold = await world.hold(WHATSAPP)
    return hold, await world.dispatch.claim(hold, 10)


async def sent(world: World, **fields: Any) -> Outgoing:
    """A message that WhatsApp took."""
    hold, (outgoing,) = await sending(world, **fields)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1", at=world.clock.now)])
    return outgoing


def told(state: PartState, failure: Failure | None = None, reference: str = "wamid.1", **fields: Any) -> Any:
    """What a webhook tells."""
    error = "131026" if failure else ""
    return receipt(reference, channel_id=WHATSAPP, state=state, error=error, **{"failure": failure, **fields})


FAILED = told(PartState.UNDELIVERABLE, Failure.NOT_ON_WHATSAPP)
DELIVERED = told(PartState.DELIVERED)


async def by_sms(world: World) -> tuple[Hold, Outgoing]:
    """The SMS that goes out, claimed."""
    hold = await world.hold()
    (outgoing,) = await world.dispatch.claim(hold, 10)
    return hold, outgoing


async def status(world: World, outgoing: Outgoing) -> int:
    return int((await world.recipient(outgoing.recipient_id))["status"])


async def left(world: World) -> int:
    return int(await world.value("select count(*) from fallbacks"))


async def reasons(world: World, outgoing: Outgoing, kind: str = "fallback") -> list[dict[str, Any]]:
    rows = await world.rows(
        "select detail from events where subject_id = $1 and kind = $2", outgoing.recipient_id, kind
    )
    return [msgspec.json.decode(row["detail"]) for row in rows]


async def test_who_is_refused_for_good_gets_the_text_by_sms(world: World) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    _, sms = await by_sms(world)
    assert (sms.recipient_id, sms.attempt, sms.text, sms.sender) == (first.recipient_id, 2, TEXT, "Acme")
    assert (sms.content, sms.sender_kind.value, sms.parts_done) == (None, "alphanumeric", frozenset())
    row = await world.recipient(first.recipient_id)
    assert (row["status"], row["channel_id"], row["route_id"], row["coding"], row["parts"]) == (
        10, CHANNEL, 41, "gsm7", 1,
    )  # fmt: skip
    assert (row["cost"], row["fell_back_after"], await left(world)) == (Decimal("0.0412"), 1, 0)
    assert await reasons(world, first) == [
        {"channel": CHANNEL, "reason": "not_on_whatsapp", "detail": "131026"}
    ]
    assert await world.callbacks() == []


async def test_one_status_and_one_callback_for_both_ways(world: World) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [taken(sms, "sms-1")])
    await world.receipts([receipt("sms-1")])
    assert (await status(world, first), await world.queued()) == (70, [])
    assert len(await world.callbacks()) == 1


async def test_the_sms_may_fail_in_its_turn(world: World) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [report(sms, Refused(Failure.INVALID_DESTINATION))])
    row = await world.recipient(first.recipient_id)
    assert (row["status"], row["failure"], row["cost"]) == (60, "invalid_destination", 0)
    assert (await world.queued(), len(await world.callbacks())) == ([], 1)


@pytest.mark.parametrize("text", ["x" * 170, "Päivää, ☃"], ids=["two parts", "another coding"])
async def test_a_failed_status_sends_it_on(world: World, text: str) -> None:
    first = await sent(world, text=text, fallback=Fallback(text))
    await world.receipts([FAILED])
    assert (await status(world, first), await world.callbacks()) == (30, [])
    channel, sms = await by_sms(world)
    total = 2 if len(text) > 160 else 1
    references = [f"sms-{number}" for number in range(1, total + 1)]
    assert (sms.text, sms.parts_done) == (text, frozenset())
    await world.dispatch.settle(channel, [taken(sms, *references)])
    row = await world.recipient(first.recipient_id)
    coding = "ucs2" if total == 1 else "gsm7"
    assert (row["parts"], row["coding"], row["cost"]) == (total, coding, Decimal("0.0412") * total)
    await world.receipts([receipt(reference) for reference in references])
    assert (await status(world, first), len(await world.callbacks())) == (70, 1)
    assert [step["reason"] for step in await reasons(world, first)] == ["not_on_whatsapp"]


async def test_every_copy_of_the_failed_status_sends_one_sms(world: World) -> None:
    await sent(world)
    await world.receipts([FAILED, FAILED])
    await world.receipts([FAILED])
    assert len(await world.queued()) == 1


async def test_what_is_delivered_does_not_go_on(world: World, duty: FallbacksDue) -> None:
    first = await sent(world)
    await world.receipts([DELIVERED, FAILED])
    world.clock.advance(minutes=11)
    assert await duty() == 1
    assert (await status(world, first), await world.queued(), await left(world)) == (70, [], 0)
    assert await duty() == 0


async def test_without_a_delivery_in_time_it_goes_on(world: World, duty: FallbacksDue) -> None:
    first = await sent(world)
    assert await duty.due_in() == 600
    world.clock.advance(minutes=9, seconds=59)
    assert await duty() == 0
    world.clock.advance(seconds=1)
    assert await duty() == 1
    _, sms = await by_sms(world)
    assert (sms.recipient_id, sms.attempt, await left(world)) == (first.recipient_id, 2, 0)
    assert await reasons(world, first) == [{"channel": CHANNEL, "reason": "no_delivery", "detail": ""}]
    assert await duty.due_in() is None


async def test_what_whatsapp_took_late_it_has_as_long_to_deliver(world: World, duty: FallbacksDue) -> None:
    hold, (first,) = await sending(world)
    world.clock.advance(minutes=9)
    await world.dispatch.settle(hold, [taken(first, "wamid.1", at=world.clock.now)])
    world.clock.advance(minutes=1)
    assert await duty() == 1
    assert (await world.queued(), await duty.due_in()) == ([], 9 * 60)
    world.clock.advance(minutes=9)
    await duty()
    assert len(await world.queued()) == 1


async def test_what_waits_for_whatsapp_goes_on_from_its_queue(world: World, duty: FallbacksDue) -> None:
    """The number is down, or asked to wait a day."""
    hold, (first, _) = await sending(world, 1, 2)
    await world.dispatch.give_back(hold, [first.recipient_id])
    second = _.recipient_id
    await world.dispatch.settle(hold, [report(_, Deferred(Failure.CARRIER_BUSY, retry_after=3_600))])
    world.clock.advance(minutes=10)
    assert await duty() == 2
    queue = {row["id"]: (row["channel_id"], row["due_at"], row["attempt"]) for row in await world.queued()}
    assert queue == {first.recipient_id: (CHANNEL, None, 0), second: (CHANNEL, None, 1)}
    hold = await world.hold()
    assert [one.attempt for one in await world.dispatch.claim(hold, 10)] == [1, 2]


async def test_what_the_channel_has_in_its_hands_is_left_to_it(world: World, duty: FallbacksDue) -> None:
    hold, (first,) = await sending(world)
    world.clock.advance(minutes=10)
    assert await duty() == 1
    assert (await left(world), await duty.due_in()) == (1, 5)
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    world.clock.advance(seconds=5)
    assert (await duty(), len(await world.queued()), await left(world)) == (0, 1, 0)


async def test_a_late_delivery_is_an_event_and_nothing_else(world: World, duty: FallbacksDue) -> None:
    first = await sent(world)
    world.clock.advance(minutes=10)
    await duty()
    await world.receipts([told(PartState.DELIVERED, read_at=START + timedelta(minutes=12))])
    assert (await status(world, first), await world.callbacks()) == (30, [])
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [taken(sms, "sms-1")])
    await world.receipts([DELIVERED, FAILED])
    row = await world.recipient(first.recipient_id)
    assert (row["status"], row["read_at"], row["cost"]) == (30, None, Decimal("0.0412"))
    assert await world.events(first.recipient_id) == ["fallback", "delivered_late_on_whatsapp"]
    await world.receipts([receipt("sms-1", state=PartState.UNDELIVERABLE)])
    assert (await status(world, first), len(await world.callbacks())) == (55, 1)


@pytest.mark.parametrize("word", ["all", "marketing"])
@pytest.mark.parametrize("advertisement", [True, False])
async def test_who_opted_out_meanwhile_is_sent_nothing(world: World, word: str, advertisement: bool) -> None:
    hold, (first,) = await sending(world, advertisement=advertisement)
    await world.db.execute(
        "insert into opt_outs (customer_id, bucket, address, scope, since) values ($1, $2, $3, $4, $5)",
        ACME, ACME_BUCKET, address(1), word, START,
    )  # fmt: skip
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    allowed = word == "marketing" and not advertisement
    row = await world.recipient(first.recipient_id)
    assert (row["status"], len(await world.queued())) == ((10, 1) if allowed else (60, 0))
    if not allowed:
        assert row["failure"] == "not_on_whatsapp"
        assert [step["why"] for step in await reasons(world, first, "no_fallback")] == ["opted_out"]


async def test_who_stopped_advertising_on_whatsapp_gets_no_sms(world: World) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, OPTED_OUT)])
    assert (await status(world, first), await world.queued()) == (60, [])
    other = await sent(world)
    await world.receipts([told(PartState.UNDELIVERABLE, Failure.OPTED_OUT)])
    assert (await status(world, other), await world.queued()) == (55, [])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("delete from routes", "no_route"),
        ("insert into balances (customer_id, bucket, currency, paid, cap, spent, since)"
         " values (1, 5, 'EUR', 0.02, 0, 0, now())", "no_balance"),
    ],
    ids=["no route", "the balance does not cover it"],
)  # fmt: skip
async def test_where_no_sms_can_go_whatsapps_failure_stands(world: World, change: str, why: str) -> None:
    if why == "no_balance":
        await world.change(change)
    hold, (first,) = await sending(world)
    if why == "no_route":
        await world.change(change)
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    row = await world.recipient(first.recipient_id)
    assert (row["status"], row["failure"], await world.queued()) == (60, "not_on_whatsapp", [])
    assert [step["why"] for step in await reasons(world, first, "no_fallback")] == [why]
    assert len(await world.callbacks()) == 1


async def test_the_balance_pays_for_the_way_that_was_used(world: World) -> None:
    await world.change(
        "insert into balances (customer_id, bucket, currency, paid, cap, spent, since)"
        " values (1, 5, 'EUR', 1, 0, 0, now())"
    )
    hold, (first,) = await sending(world)
    assert await world.value("select spent from balances") == Decimal("0.01")
    await world.dispatch.settle(hold, [report(first, NOT_THERE)])
    assert await world.value("select spent from balances") == Decimal("0.0412")
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [report(sms, Refused(Failure.INVALID_DESTINATION))])
    back = await world.value("select sum(amount) from balance_changes")
    assert (back, (await world.recipient(first.recipient_id))["cost"]) == (Decimal("-0.0412"), 0)


async def test_in_doubt_it_waits_for_the_webhook_and_then_goes_on_in_time(
    world: World, duty: FallbacksDue
) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, Unknown("no answer"))])
    world.clock.advance(minutes=10)
    await duty()
    _, sms = await by_sms(world)
    row = await world.recipient(first.recipient_id)
    assert (sms.attempt, row["doubts"], row["fell_back_after"]) == (2, 1, 1)
    named = {"recipient_id": first.recipient_id, "attempt": 1}
    await world.receipts([told(PartState.DELIVERED, **named)])
    assert (await status(world, first), len(await world.queued())) == (10, 1)
    assert "delivered_late_on_whatsapp" in await world.events(first.recipient_id)


async def test_who_is_held_in_doubt_is_not_sent_a_second_copy(world: World, duty: FallbacksDue) -> None:
    await world.change("update services set on_unknown = 'hold' where id = $1", ONE_WAY)
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, Unknown("no answer"))])
    world.clock.advance(minutes=10)
    assert await duty() == 1
    assert (await status(world, first), await world.queued(), await left(world)) == (20, [], 0)


async def test_the_failure_of_a_copy_that_was_sent_again_is_not_its_end(world: World) -> None:
    hold, (first,) = await sending(world)
    await world.dispatch.settle(hold, [report(first, Unknown("no answer"))])
    world.clock.advance(seconds=30)
    await world.rescue.release_due()
    (again,) = await world.dispatch.claim(hold, 10)
    named = {"recipient_id": first.recipient_id, "attempt": 1}
    failed = told(PartState.UNDELIVERABLE, Failure.NOT_ON_WHATSAPP, **named)
    await world.receipts([failed])  # while the second is in the channel's hands
    assert (await status(world, first), await left(world)) == (10, 1)
    await world.dispatch.settle(hold, [taken(again, "wamid.2")])
    await world.receipts([failed])
    assert (await status(world, first), await world.queued(), await left(world)) == (30, [], 1)
    await world.receipts([told(PartState.DELIVERED, reference="wamid.2")])
    assert await status(world, first) == 70


async def test_the_sms_has_its_own_attempts_and_validity(world: World, duty: FallbacksDue) -> None:
    await world.change("update services set validity_seconds = 300 where id = $1", ONE_WAY)
    await sent(world)
    world.clock.advance(minutes=10)
    await duty()
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [report(sms, Deferred(Failure.CARRIER_BUSY), at=world.clock.now)])
    assert [(row["channel_id"], row["attempt"]) for row in await world.queued()] == [(CHANNEL, 2)]


async def test_an_sms_that_a_dead_process_had_is_due_at_once(world: World, duty: FallbacksDue) -> None:
    await sent(world)
    world.clock.advance(minutes=10)
    await duty()
    await world.dispatch.claim(await world.hold(seconds=10), 10)
    world.clock.advance(seconds=60)
    assert await world.rescue.abandoned() == 1
    assert [(row["channel_id"], row["due_at"]) for row in await world.queued()] == [(CHANNEL, None)]


async def test_the_customer_hears_once_that_it_was_sent(world: World) -> None:
    await world.change("update services set report_statuses = 'all'")
    await sent(world)
    assert len(await world.callbacks()) == 1
    await world.receipts([FAILED])
    channel, sms = await by_sms(world)
    await world.dispatch.settle(channel, [taken(sms, "sms-1")])
    await world.receipts([receipt("sms-1")])
    assert len(await world.callbacks()) == 2  # sent and delivered
