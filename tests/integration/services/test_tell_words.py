"""Flows are told what people say: that they want no more or do again, and what begins with a keyword."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.test_contact_book import Book
from tests.integration.services.test_provider_bodies import preference
from tests.integration.services.test_tell_reports import subscribe, told
from tests.integration.services.webhooks import ANN, message, provider, said
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA,
    BETA_NUMBER,
    NUMBER,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
)

from viesti.services.record_consent import ConsentGiven, RecordConsent
from viesti.services.tell.consents import How

pytestmark = pytest.mark.integration

HANDSET = address(7)
BOTH = {"direction": "both"}


async def take(world: World, *texts: str, **fields: Any) -> None:
    parts = [
        inbound(text, **{"received_at": START + timedelta(minutes=n), **fields})
        for n, text in enumerate(texts)
    ]
    await world.receive.store(parts)
    while await world.receive.process(10):
        pass


async def record(world: World, *, opted_in: bool, scope: str = "all", customer: int = ACME) -> None:
    owner = world.estate.current.estate.customers[customer]
    identity = NUMBER if scope == "whatsapp" else ""
    given = ConsentGiven(owner, HANDSET, opted_in, scope, identity, "smartdialog", How.API, "user 81")
    await RecordConsent(world.store, world.clock)([given])


async def test_what_an_opt_out_tells(world: World) -> None:
    await subscribe(world, event="opt_out")
    await world.insert(
        "contacts",
        {
            "id": 6400 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": HANDSET,
            "source": "api", "created_at": START, "first_name": "Anna", "external_reference": "crm-9",
        },
    )  # fmt: skip
    await take(world, "Stop, kiitos")
    line = await world.row("select id from consent_ledger")
    came = await world.row("select id from inbound_messages")
    assert await told(world) == [
        {
            "eventId": f"optOut:{line['id']}", "event": "optOut", "at": "2030-01-01T12:00:00.000Z",
            "number": HANDSET, "contactId": 6400 + ACME_BUCKET, "contactName": "Anna",
            "contactReference": "crm-9", "scope": "all", "how": "message", "words": "Stop, kiitos",
            "sender": NUMBER, "messageId": came["id"],
        }
    ]  # fmt: skip


async def test_each_change_is_told_once(world: World) -> None:
    """Who is out already does not go out again."""
    await subscribe(world, 1, event="opt_out", options=BOTH)
    await subscribe(world, 2, event="opt_out")
    await subscribe(world, 3, event="opt_out", options={"direction": "in"})
    await take(world, "STOP", "stop", "START", "STOP")
    events = [
        (row["subscription_id"] >> 6, json.loads(row["body"])["event"]) for row in await world.callbacks()
    ]
    assert sorted(events) == [
        *[(1, "optIn"), (1, "optOut"), (1, "optOut")],
        *[(2, "optOut"), (2, "optOut")],
        (3, "optIn"),
    ]


async def test_an_action_after_the_word_is_no_second_change(world: World) -> None:
    await subscribe(world, event="opt_out")
    await world.insert("service_actions", {"id": 91, "service_id": TWO_WAY, "position": 1, "kind": "opt_out"})
    await take(world, "STOP")
    assert len(await told(world)) == 1
    await take(world, "leave me alone", source=address(8))
    assert [one["number"] for one in await told(world)] == [HANDSET, address(8)]


async def test_a_stop_that_no_keyword_fits_is_every_listeners(world: World) -> None:
    await subscribe(world, 1, event="opt_out")
    await subscribe(world, 2, event="opt_out", customer_id=BETA)
    await world.change("update service_keywords set chain = 'VOTE' where service_id = $1", TWO_WAY)
    await take(world, "STOP")
    assert [row["subscription_id"] >> 6 for row in await world.callbacks()] == [1]


async def test_words_of_others_are_theirs(world: World) -> None:
    await subscribe(world, 1, event="opt_out", customer_id=BETA)
    await take(world, "STOP")
    assert await told(world) == []
    await take(world, "STOP", destination=BETA_NUMBER)
    assert [one["sender"] for one in await told(world)] == [BETA_NUMBER]


@pytest.mark.parametrize("scope", ["all", "marketing", "whatsapp"])
async def test_a_word_that_is_recorded(world: World, scope: str) -> None:
    await subscribe(world, event="opt_out", options=BOTH)
    await record(world, opted_in=False, scope=scope)
    await record(world, opted_in=False, scope=scope)
    await record(world, opted_in=True, scope=scope)
    seen = [(one["event"], one["scope"], one["how"], one.get("sender", "")) for one in await told(world)]
    sender = NUMBER if scope == "whatsapp" else ""
    assert sorted(seen) == [("optIn", scope, "api", sender), ("optOut", scope, "api", sender)]


async def test_what_an_application_says_of_a_contact(world: World) -> None:
    await subscribe(world, event="opt_out", options=BOTH)
    book = Book(world)
    anna = await book.added(7, allow_sms=False)
    await book.update(anna.contact.id, allow_sms=False)
    await book.update(anna.contact.id, allow_sms=True)
    seen = [(one["event"], one["number"], one["how"]) for one in await told(world)]
    assert sorted(seen) == [("optIn", HANDSET, "api"), ("optOut", HANDSET, "api")]


async def test_what_is_said_in_whatsapps_settings(world: World) -> None:
    await subscribe(world, event="opt_out")
    wa = await provider(world)
    await wa.done(preference("stop", 1))
    await wa.done(preference("stop", 1))
    (one,) = await told(world)
    assert (one["number"], one["scope"], one["how"]) == (ANN, "marketing", "whatsappSettings")
    await wa.take.stop()


async def test_a_stop_by_whatsapp(world: World) -> None:
    await subscribe(world, event="opt_out")
    wa = await provider(world)
    await wa.done(said(message("STOP")))
    (one,) = await told(world)
    assert (one["number"], one["scope"], one["words"]) == (ANN, "all", "STOP")
    await wa.take.stop()


async def test_what_a_keyword_tells(world: World) -> None:
    await subscribe(world, event="keyword", options={"keyword": "vote a"})
    await world.change("update service_keywords set chain = 'VOTE' where service_id = $1", TWO_WAY)
    await take(world, 'Vote: "A", thanks', "vote b", "vote")
    came = await world.row("select id from inbound_messages where text like '%thanks'")
    known = await world.value("select id from contacts")  # whoever writes becomes a contact
    assert await told(world) == [
        {
            "eventId": f"keywordReceived:{came['id']}", "event": "keywordReceived",
            "at": "2030-01-01T12:00:00.000Z", "number": HANDSET, "contactId": known,
            "messageId": came["id"], "recipient": NUMBER, "text": 'Vote: "A", thanks',
            "protocol": "SMS", "service": "desk", "keyword": "VOTE",
        }
    ]  # fmt: skip


async def test_whose_messages_are_told(world: World) -> None:
    await subscribe(world, 1, event="keyword")
    await subscribe(world, 2, event="keyword", options={"keyword": ""}, service_id=TWO_WAY)
    await subscribe(world, 3, event="keyword", options={"keyword": "hello"}, customer_id=BETA)
    await subscribe(world, 4, event="keyword", options={"keyword": "bye"})
    await subscribe(world, 5, event="keyword", ended_at=START, ended_why="deleted")
    await take(world, "Hello", "STOP")
    to = [row["subscription_id"] >> 6 for row in await world.callbacks()]
    assert sorted(to) == [1, 1, 2, 2]
    assert {one.get("consent", "") for one in await told(world)} == {"", "stop"}


async def test_an_older_program_is_not_given_triggers_that_it_does_not_know(world: World) -> None:
    """While versions overlap it asks for those to what comes in, and knows the dialects of its time."""
    await subscribe(world, 1, event="keyword")
    await subscribe(world, 2, event="inbound", dialect="smartdialog")
    async with world.store.transaction() as tx:
        found = await tx.subscriptions.of_services([ACME], [TWO_WAY], "inbound")
    assert [one.dialect for one in found] == ["smartdialog"]


async def test_a_keyword_by_whatsapp(world: World) -> None:
    await subscribe(world, event="keyword", options={"keyword": "vote"})
    wa = await provider(world)
    image = {"id": "media-7", "mime_type": "image/jpeg", "sha256": "x", "caption": "Vote me"}
    await wa.done(said(message("Vote A"), message(type="image", image=image)))
    words, picture = sorted(await told(world), key=lambda one: one["text"])
    assert (words["protocol"], words["number"], words["text"]) == ("WhatsApp", ANN, "Vote A")
    assert (picture["attachmentType"], picture["attachmentUrl"].partition("?")[0][:8]) == (
        "image/jpeg",
        "https://",
    )
    await wa.take.stop()
