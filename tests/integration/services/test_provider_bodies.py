"""Statuses, preferences and news of accounts out of webhooks; bodies that fail; what is forgotten."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.webhooks import (
    ANN,
    ANN_ID,
    HOUR,
    IDENTITY,
    OTHER_PHONE_ID,
    OTHER_WABA,
    WABA,
    WHATSAPP,
    Provider,
    body,
    contact,
    message,
    number,
    provider,
    said,
    seconds,
    status,
    statuses,
)
from tests.integration.services.world import ACME, START, World, address, report

from viesti.domain.outcome import Accepted, Outcome, Unknown
from viesti.domain.status import PartState, Status
from viesti.protocols.whatsapp import callback_data
from viesti.protocols.whatsapp.events import AccountEvent, TemplateStatus
from viesti.services.provider.oversee import try_again
from viesti.services.retain import Retain

pytestmark = pytest.mark.integration


@pytest.fixture
async def wa(world: World) -> AsyncIterator[Provider]:
    made = await provider(world)
    yield made
    await made.take.stop()


async def test_a_status_is_a_receipt(wa: Provider) -> None:
    """It waits for its message when that is not known yet, as every receipt does."""
    at = START - timedelta(seconds=30)
    await wa.done(statuses(status("wamid.1", "delivered", at)))
    [row] = await wa.world.rows("select * from waiting_receipts")
    assert (row["channel_id"], row["reference"], row["state"]) == (WHATSAPP, "wamid.1", PartState.DELIVERED)
    assert (row["done_at"], row["received_at"]) == (at, START)


async def sent(wa: Provider, *outcomes: Outcome) -> tuple[int, str]:
    """A message by WhatsApp that was claimed and came to this; the recipient's id and what was sent along."""
    submitted = await wa.world.accepted(protocol="whatsapp", sender=IDENTITY)
    hold = await wa.world.hold(WHATSAPP)
    (outgoing,) = await wa.world.dispatch.claim(hold, 10)
    await wa.world.dispatch.settle(hold, [report(outgoing, *outcomes)])
    return submitted.recipients[0].id, callback_data.write(outgoing.recipient_id, outgoing.attempt)


@pytest.mark.parametrize("words", list(itertools.permutations(("sent", "delivered", "read"))), ids=str)
@pytest.mark.parametrize("together", [True, False])
async def test_statuses_in_any_order(wa: Provider, words: tuple[str, ...], together: bool) -> None:
    identifier, _ = await sent(wa, Accepted("wamid.7"))
    bodies = [statuses(status("wamid.7", word, START + HOUR)) for word in words]
    if together:
        await wa.done(*bodies)
    for one in bodies:
        await wa.done(one)  # the same again, where they came before
    recipient = await wa.world.recipient(identifier)
    assert (recipient["status"], recipient["read_at"]) == (Status.DELIVERED, START + HOUR)


async def test_read_alone_is_delivered(wa: Provider) -> None:
    identifier, _ = await sent(wa, Accepted("wamid.7"))
    await wa.done(statuses(status("wamid.7", "read", START + HOUR)))
    recipient = await wa.world.recipient(identifier)
    assert (recipient["status"], recipient["read_at"]) == (Status.DELIVERED, START + HOUR)


async def test_a_send_whose_answer_never_came_is_settled_by_its_webhook(wa: Provider) -> None:
    """Nothing is sent a second time: what we sent along says whose it is."""
    identifier, data = await sent(wa, Unknown("connection lost"))
    assert len(await wa.world.queued()) == 1
    told = {"biz_opaque_callback_data": data, "recipient_id": address(1)}
    await wa.done(statuses(status("wamid.9", "delivered", **told)))
    recipient = await wa.world.recipient(identifier)
    assert recipient["status"] == Status.DELIVERED
    assert await wa.world.queued() == []
    assert (
        await wa.world.value("select reference from parts where recipient_id = $1", identifier) == "wamid.9"
    )


@pytest.mark.parametrize(
    ("code", "failure"), [(131026, "not_on_whatsapp"), (131047, "window_closed"), (131050, "opted_out")]
)
async def test_a_failed_status_says_why(wa: Provider, code: int, failure: str) -> None:
    identifier, _ = await sent(wa, Accepted("wamid.7"))
    await wa.done(statuses(status("wamid.7", "failed", errors=[{"code": code, "title": "No"}])))
    recipient = await wa.world.recipient(identifier)
    assert (recipient["status"], recipient["failure"]) == (Status.UNDELIVERED, failure)
    assert recipient["carrier_error"] == str(code)


async def test_what_another_sender_put_along_is_not_believed_of_ours(wa: Provider) -> None:
    """An account may have other programs that send, and a channel's word is of that channel."""
    identifier, data = await sent(wa, Accepted("wamid.7"))
    told = {"biz_opaque_callback_data": data, "recipient_id": address(1)}
    forged = body(
        number(OTHER_PHONE_ID, statuses=[status("wamid.other", "failed", **told)]),
        waba=OTHER_WABA,
    )
    await wa.done(forged)
    assert (await wa.world.recipient(identifier))["status"] == Status.SENT


PREFERENCE = {"wa_id": ANN, "category": "marketing_messages", "detail": "User requested to stop"}


def preference(value: str, minutes: float = 0, **members: Any) -> bytes:
    said = PREFERENCE | {"value": value, "timestamp": seconds(START + timedelta(minutes=minutes))} | members
    who = [contact(said.get("wa_id"), said.get("user_id"))]
    return body(number(contacts=who, user_preferences=[said]), field="user_preferences")


async def opt_outs(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("select address, scope from opt_outs where customer_id = $1 order by 1, 2", ACME)
    return [(row["address"], row["scope"]) for row in rows]


async def ledger(world: World) -> list[tuple[str, str, str, str]]:
    rows = await world.rows("select action, scope, source, evidence from consent_ledger order by id")
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


async def test_who_stops_marketing_has_opted_out_of_it(wa: Provider) -> None:
    await wa.done(preference("stop"))
    assert await opt_outs(wa.world) == [(ANN, "marketing")]
    line = ("stop", "marketing", "whatsapp settings", f"{IDENTITY} stop marketing_messages")
    assert await ledger(wa.world) == [line]
    await wa.done(preference("resume", 1))
    assert await opt_outs(wa.world) == []
    assert [line[0] for line in await ledger(wa.world)] == ["stop", "start"]


async def test_the_newest_word_stands_whatever_the_order(wa: Provider) -> None:
    await wa.done(preference("resume", 2))
    await wa.done(preference("stop", 1))
    assert await opt_outs(wa.world) == []
    await wa.done(preference("stop", 3), preference("resume", 0))
    await wa.done(preference("stop", 3, detail="the same in another body"))
    assert await opt_outs(wa.world) == [(ANN, "marketing")]
    assert len(await ledger(wa.world)) == 4


async def test_what_was_forbidden_elsewhere_stays_so(wa: Provider) -> None:
    await wa.world.db.execute(
        "insert into opt_outs values ($1, 5, $2, 'marketing', $3)", ACME, ANN, START - HOUR
    )
    await wa.world.db.execute(
        "insert into consent_ledger values (9000, 5, $1, $2, 'stop', 'marketing', $3, 'console', '')",
        ACME, ANN, START - HOUR,
    )  # fmt: skip
    await wa.done(preference("stop", 1))
    await wa.done(preference("resume", 2))
    assert await opt_outs(wa.world) == [(ANN, "marketing")]


async def test_whoever_forbade_everything_has_not_allowed_it_by_marketing(wa: Provider) -> None:
    await wa.done(said(message("Stop")))
    await wa.done(preference("stop", 1))
    await wa.done(preference("resume", 2))
    assert await opt_outs(wa.world) == [(ANN, "all")]


async def test_a_preference_of_somebody_without_a_number(wa: Provider) -> None:
    await wa.done(preference("stop", wa_id=None, user_id=ANN_ID))
    assert await opt_outs(wa.world) == [(ANN_ID, "marketing")]


async def test_a_word_of_tomorrow_changes_nothing(wa: Provider) -> None:
    await wa.done(preference("pause"))
    assert await opt_outs(wa.world) == []
    assert await ledger(wa.world) == []


TEMPLATE = {
    "event": "APPROVED", "message_template_id": 7, "message_template_name": "hei",
    "message_template_language": "fi", "reason": "NONE",
}  # fmt: skip


async def test_news_of_a_template_goes_to_a_channel_of_its_account(wa: Provider) -> None:
    """By whichever number's URL it came, if both are of one app."""
    for waba, key in ((WABA, "wa"), (OTHER_WABA, "same")):
        wa.told.clear()
        await wa.done(body(TEMPLATE, field="message_template_status_update", waba=waba))
        [(channel, event, _)] = wa.told
        assert isinstance(event, TemplateStatus)
        assert (channel, event.name, event.status) == (key, "hei", "APPROVED")


@pytest.mark.parametrize("waba", ["waba-9", "waba-3"], ids=["nobody's", "another app's"])
async def test_news_of_a_template_of_another_account_is_no_news_of_ours(wa: Provider, waba: str) -> None:
    """There may be one of the same name."""
    await wa.post(body(TEMPLATE, field="message_template_status_update", waba=waba))
    await wa.work()
    assert wa.told == []
    assert [left["last_error"] for left in await wa.left()] == ["its account is no channel's (1 of 1 events)"]


async def test_news_of_the_account(wa: Provider) -> None:
    await wa.done(body({"event": "X"}, field="account_update", waba="waba-9"))
    wa.told.clear()
    await wa.done(body({"event": "DISABLED_UPDATE"}, field="account_update"))
    [(_, event, _)] = wa.told
    assert isinstance(event, AccountEvent)
    assert event.event == "DISABLED_UPDATE"


async def test_what_is_no_webhook_is_kept_for_a_person(wa: Provider) -> None:
    await wa.post(b"not JSON", b'{"object":"page","entry":[]}', said(message("fine")))
    await wa.work()
    assert [row["text"] for row in await wa.inbound()] == ["fine"]
    left = await wa.left()
    assert {row["last_error"] for row in left} == {
        "it is not a JSON object with 'object' and 'entry' as Meta documents",
        "its object is not whatsapp_business_account",
    }
    assert await wa.world.value("select count(*) from provider_events where due_at = 'infinity'") == 2
    assert await wa.process.due_in() is None


async def test_one_that_fails_holds_up_no_other(wa: Provider) -> None:
    """A body whose work breaks is found among many, tried again by its schedule, then left to a person."""
    bad = body(TEMPLATE, field="message_template_status_update")

    class Broken(Exception):  # noqa: N818  the fact
        pass

    async def broken(*_: object) -> None:
        raise Broken("a secret text")

    wa.process._note_account = broken
    await wa.post(*(said(message(f"before {n}")) for n in range(7)))
    await wa.post(bad)
    await wa.post(*(said(message(f"after {n}")) for n in range(6)))
    await wa.work()
    assert len(await wa.inbound()) == 13
    for pause in (60, 600, 3600, 21600):
        [left] = await wa.left()
        assert (left["body"], left["last_error"]) == (bad, "Broken")
        assert left["due_at"] == wa.world.clock.now + timedelta(seconds=pause)
        wa.world.clock.advance(seconds=pause)
        await wa.work()
    [left] = await wa.left()
    assert left["failures"] == 5
    assert await wa.world.value("select due_at = 'infinity' from provider_events")
    wa.process._note_account = wa._note
    async with wa.world.store.transaction() as tx:
        assert await tx.provider_events.counts() == (0, 1)
        assert await tx.provider_events.again(None, wa.world.clock.now) == 1
    await wa.work()
    assert await wa.left() == []
    assert len(wa.told) == 1


async def test_two_processes_share_the_work(wa: Provider) -> None:
    await wa.post(*(said(message(str(n))) for n in range(30)))
    async with wa.world.store.transaction() as tx:  # somebody works on the first ten
        assert len(await tx.provider_events.take(10)) == 10
        assert await wa.process() == 20
    await wa.work()
    assert len(await wa.inbound()) == 30


async def test_a_body_is_known_for_eight_days(wa: Provider) -> None:
    one = said(message("one"))
    await wa.done(one)
    retain = Retain(wa.world.store, wa.world.clock, timedelta(days=7), timedelta(days=90))
    wa.world.clock.advance(days=7, hours=23)
    await retain.forget(HOUR, HOUR)
    await wa.done(one)
    assert len(await wa.inbound()) == 1
    wa.world.clock.advance(hours=2)
    assert await retain.forget(HOUR, HOUR) >= 2
    assert await wa.world.value("select count(*) from provider_bodies") == 0
    assert await wa.world.value("select count(*) from inbound_references") == 0


async def test_what_failed_makes_no_message_again_however_late_it_is_tried(wa: Provider) -> None:
    """Half of it took effect; the other half is about a number that is no channel."""
    retain = Retain(wa.world.store, wa.world.clock, timedelta(days=7), timedelta(days=90))
    known, unknown = number(messages=[message("one")]), number("phone-9", messages=[message("two")])
    await wa.post(body(known, unknown))
    await wa.work()
    for _ in range(2):
        wa.world.clock.advance(days=10)
        await retain.forget(HOUR, HOUR)
        await try_again(wa.world.store, None, wa.world.clock.now)
        await wa.work()
    assert [row["text"] for row in await wa.inbound()] == ["one"]
    assert len(await wa.left()) == 1


async def test_what_failed_is_kept_as_long_as_messages_are(wa: Provider) -> None:
    retain = Retain(wa.world.store, wa.world.clock, timedelta(days=7), timedelta(days=90))
    await wa.post(b"[]", said(message("one")))
    await wa.work()
    wa.world.clock.advance(days=89)
    await retain.forget(HOUR, HOUR)
    assert len(await wa.left()) == 1
    wa.world.clock.advance(days=2)
    await wa.post(b"{}")
    await retain.forget(HOUR, HOUR)
    assert [left["failures"] for left in await wa.left()] == [0]


async def test_a_window_that_closed_days_ago_is_forgotten(wa: Provider) -> None:
    retain = Retain(wa.world.store, wa.world.clock, timedelta(days=7), timedelta(days=90))
    await wa.done(said(message("one")))
    wa.world.clock.advance(days=7)
    await wa.done(said(message("two", at=wa.world.clock.now, sender="358403333333")))
    wa.world.clock.advance(days=2)
    await retain.forget(HOUR, HOUR)
    left = await wa.world.rows("select distinct address from whatsapp_windows")
    assert [row["address"] for row in left] == ["358403333333"]


async def test_a_channel_that_was_taken_away_keeps_its_bodies(wa: Provider) -> None:
    await wa.post(said(message("one")))
    await wa.world.change("delete from channels where key = 'wa'")
    await wa.work()
    [left] = await wa.left()
    assert left["last_error"] == "its channel is not in the estate any more"
    assert json.loads(left["body"])["object"] == "whatsapp_business_account"
