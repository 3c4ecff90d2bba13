"""What people write by WhatsApp: made once, found its service, told to whom it concerns."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from string import ascii_letters
from typing import Any

import pytest
from tests.integration.services.webhooks import (
    ANN,
    ANN_ID,
    HOUR,
    IDENTITY,
    OTHER_PHONE_ID,
    OTHER_WABA,
    PHONE_ID,
    SAME_APP,
    SAME_APP_IDENTITY,
    WHATSAPP,
    Provider,
    body,
    contact,
    message,
    number,
    provider,
    said,
    seconds,
    wamid,
)
from tests.integration.services.world import ACME, ACME_BUCKET, BETA, GUIDS, START, TWO_WAY, World

from viesti.services.guids import GuidKind

pytestmark = pytest.mark.integration


@pytest.fixture
async def wa(world: World) -> AsyncIterator[Provider]:
    made = await provider(world)
    yield made
    await made.take.stop()


async def test_a_text(wa: Provider) -> None:
    one = message("Hei, mikä hinta? 🙂", at=START - timedelta(minutes=3))
    await wa.done(said(one))
    [row] = await wa.inbound()
    expected = {
        "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": TWO_WAY, "channel_id": WHATSAPP,
        "source": ANN, "source_kind": "international", "destination": IDENTITY,
        "text": "Hei, mikä hinta? 🙂", "payload": None, "parts": 1, "consent": None, "received_at": START,
        "protocol": "whatsapp", "reference": one["id"], "kind": "text", "attachments": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert row["details"] == {"name": "Ann", "sentAt": "2030-01-01T11:57:00Z"}


def edited(words: str) -> dict[str, Any]:
    """What another message is now."""
    return {"original_message_id": "wamid.X", "message": {"type": "text", "text": {"body": words}}}


IMAGE = {"id": "media-7", "mime_type": "image/jpeg", "sha256": "x", "caption": "My foot"}
KINDS: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("image", {"image": IMAGE}, "My foot", {}),
    ("document", {"document": {"id": "d", "mime_type": "application/pdf", "filename": "ä.pdf"}}, "", {}),
    ("audio", {"audio": {"id": "a", "mime_type": "audio/ogg; codecs=opus", "voice": True}}, "",
     {"voice": True}),
    ("video", {"video": {"id": "v", "mime_type": "video/mp4"}}, "", {}),
    ("sticker", {"sticker": {"id": "s", "mime_type": "image/webp"}}, "", {}),
    ("button", {"button": {"text": "Kyllä", "payload": "yes-1"}}, "Kyllä", {"payload": "yes-1"}),
    ("interactive",
     {"interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Tomorrow"}}},
     "Tomorrow", {"payload": "b1"}),
    ("interactive",
     {"interactive": {"type": "list_reply", "list_reply": {"id": "r2", "title": "Row", "description": "d"}}},
     "Row", {"payload": "r2"}),
    ("reaction", {"reaction": {"message_id": "wamid.X", "emoji": "👍"}}, "👍", {"about": "wamid.X"}),
    ("reaction", {"reaction": {"message_id": "wamid.X"}}, "", {"about": "wamid.X"}),
    ("revoke", {"revoke": {"original_message_id": "wamid.X"}}, "", {"about": "wamid.X"}),
    ("unsupported", {"errors": [{"code": 131051, "title": "Message type unknown"}]}, "",
     {"errors": [131051]}),
    ("text", {"text": {"body": "Sure"}, "context": {"from": IDENTITY, "id": "wamid.X"}}, "Sure",
     {"replyTo": "wamid.X"}),
    ("text", {"text": {"body": "News"}, "context": {"frequently_forwarded": True}}, "News",
     {"forwarded": True}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "members", "text", "details"), KINDS)
async def test_every_kind(
    wa: Provider, kind: str, members: dict[str, Any], text: str, details: dict[str, Any]
) -> None:
    await wa.done(said(message(type=kind, **members)))
    [row] = await wa.inbound()
    assert (row["kind"], row["text"], row["service_id"]) == (kind, text, TWO_WAY)
    assert row["details"] == {"name": "Ann", "sentAt": "2030-01-01T12:00:00Z"} | details


async def test_an_edit_is_a_message_about_another(wa: Provider) -> None:
    await wa.done(said(message(type="edit", edit=edited("at 6, not 5"))))
    [row] = await wa.inbound()
    assert (row["kind"], row["text"], row["details"]["about"]) == ("edit", "at 6, not 5", "wamid.X")


async def test_what_meta_may_add_is_a_message_nevertheless(wa: Provider) -> None:
    await wa.done(said(message(type="hologram", hologram={"size": 3})))
    [row] = await wa.inbound()
    assert (row["kind"], row["text"], row["details"]["hologram"]) == ("hologram", "", {"size": 3})


async def test_once_whatever_repeats(wa: Provider) -> None:
    """The same message in one body, in another body, in a batch and later, and by two processes at once."""
    one, two = message("one"), message("two")
    await wa.done(said(one, one, two), said(two, one), said(one, people=(contact(name="Ann S"),)))
    await wa.done(said(two, people=(contact(name="Anna"),)))
    await wa.post(*(said(one, people=(contact(name=str(n)),)) for n in range(20)))
    async with wa.world.another() as process:
        other = Provider(wa.world)
        other.process._store = process.store
        await asyncio.gather(wa.work(), other.process())
    await wa.work()
    assert sorted(row["text"] for row in await wa.inbound()) == ["one", "two"]
    assert await wa.world.value("select count(*) from inbound_references") == 2


async def test_the_same_id_on_another_number_is_another_message(wa: Provider) -> None:
    one = message("one")
    both = body(number(messages=[one]), number(OTHER_PHONE_ID, messages=[one]))
    await wa.done(both)
    assert {(row["channel_id"], row["destination"]) for row in await wa.inbound()} == {
        (WHATSAPP, IDENTITY), (SAME_APP, SAME_APP_IDENTITY)
    }  # fmt: skip


async def test_every_entry_change_and_message_counts(wa: Provider) -> None:
    first = json.loads(body(number(messages=[message("1"), message("2")]), number(messages=[message("3")])))
    first["entry"] += json.loads(body(number(messages=[message("4")])))["entry"]
    await wa.done(json.dumps(first).encode())
    assert sorted(row["text"] for row in await wa.inbound()) == ["1", "2", "3", "4"]


async def test_another_apps_number_is_not_reached(wa: Provider) -> None:
    """Who has one app's secret can't speak for another's number; the rest of his body is heard."""
    await wa.post(body(number("phone-3", messages=[message("forged")]), number(messages=[message("ours")])))
    await wa.work()
    assert [row["text"] for row in await wa.inbound()] == ["ours"]
    [left] = await wa.left()
    assert left["last_error"] == "its number is no channel's (1 of 2 events)"
    assert (left["failures"], left["due_at"]) == (1, START + timedelta(minutes=1))


async def test_a_message_that_cant_be_read_is_kept(wa: Provider) -> None:
    strange = {"from": ANN, "id": ["no text"], "type": "text"}
    await wa.post(said(message("ours"), strange))
    await wa.work()
    assert [row["text"] for row in await wa.inbound()] == ["ours"]
    [left] = await wa.left()
    assert left["last_error"] == "an item has another shape (1 of 2 events)"


@pytest.mark.parametrize("member", ["id", "from", "from_user_id"])
async def test_an_id_that_no_index_holds_is_kept(wa: Provider, member: str) -> None:
    long = "".join(random.Random(1).choices(ascii_letters, k=9_000))
    await wa.post(said(message("ours"), message(**{member: long}), people=()))
    await wa.work()
    assert [row["text"] for row in await wa.inbound()] == ["ours"]
    [left] = await wa.left()
    assert left["last_error"] == "an id in it is longer than ids are (1 of 2 events)"


async def test_a_field_of_no_use_is_done_with(wa: Provider) -> None:
    await wa.done(body({"event": "x"}, field="business_capability_of_tomorrow"))


async def test_a_number_that_becomes_a_channel_later_gets_what_was_kept(wa: Provider) -> None:
    late = body(number("phone-9", messages=[message("late")]), number(messages=[message("soon")]))
    await wa.post(late)
    await wa.work()
    options = json.dumps({"phone_number_id": "phone-9", "identity": "358401230009"})
    await wa.world.change("update channels set options = $1 where key = 'same'", options)
    wa.world.clock.advance(seconds=61)
    assert await wa.process.due_in() == -1.0
    await wa.work()
    assert await wa.left() == []
    assert sorted(row["text"] for row in await wa.inbound()) == ["late", "soon"]


async def test_a_keyword_leads_to_its_service(wa: Provider) -> None:
    await wa.world.insert(
        "services",
        {"id": 13, "customer_id": ACME, "key": "quiz", "name": "Quiz", "kind": "TwoWay",
         "default_sender": IDENTITY, "created_at": START},
    )  # fmt: skip
    await wa.world.insert("service_keywords", {"service_id": 13, "address": IDENTITY, "chain": "QUIZ"})
    press = {"type": "button", "button": {"text": "quiz", "payload": "x"}}
    await wa.done(said(message("Quiz 42"), message("hello"), message(**press)))
    assert [(row["service_id"], row["keyword"]) for row in await wa.inbound()] == [
        (13, "QUIZ"), (TWO_WAY, ""), (13, "QUIZ")
    ]  # fmt: skip


async def test_a_service_takes_what_comes_to_its_own_identity(wa: Provider) -> None:
    one = body(number(OTHER_PHONE_ID, messages=[message("for nobody")]), waba=OTHER_WABA)
    await wa.done(one)
    await wa.world.change(
        "update services set whatsapp_sender = $1 where id = $2", SAME_APP_IDENTITY, TWO_WAY
    )
    await wa.done(body(number(OTHER_PHONE_ID, messages=[message("for the desk")]), waba=OTHER_WABA))
    assert [(row["text"], row["service_id"]) for row in await wa.inbound()] == [
        ("for nobody", None), ("for the desk", TWO_WAY)
    ]  # fmt: skip


async def windows(world: World) -> dict[tuple[int, str], Any]:
    rows = await world.rows("select * from whatsapp_windows where identity = $1", IDENTITY)
    return {(row["customer_id"], row["address"]): row["last_at"] for row in rows}


async def test_a_message_opens_the_window_from_when_it_was_written(wa: Provider) -> None:
    """By Meta's clock, whatever comes late or twice."""
    new, old = message(at=START - HOUR), message(at=START - 5 * HOUR)
    await wa.done(said(new))
    await wa.done(said(old))
    await wa.done(said(new, people=(contact(name="again"),)))
    assert await windows(wa.world) == {(ACME, ANN): START - HOUR}


@pytest.mark.parametrize(
    "members",
    [
        {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}},
        {"type": "revoke", "revoke": {"original_message_id": "wamid.X"}},
        {"type": "edit", "edit": edited("x")},
    ],
)  # fmt: skip
async def test_what_is_about_another_message_opens_no_window(wa: Provider, members: dict[str, Any]) -> None:
    await wa.done(said(message(**members)))
    assert await windows(wa.world) == {}
    assert await wa.world.value("select count(*) from contacts") == 0


async def test_the_window_is_of_everybody_who_may_send_by_the_number(wa: Provider) -> None:
    """Who has asked for the number and was not given it learns nothing of who writes to it."""
    theirs = {"id": 70, "customer_id": BETA, "sender": IDENTITY, "kind": "international", "state": "pending"}
    await wa.world.insert("senders", theirs)
    await wa.done(said(message(), people=(contact(user_id=ANN_ID),)))
    assert {customer for customer, _ in await windows(wa.world)} == {ACME}
    assert await wa.world.value("select count(*) from whatsapp_parties where customer_id <> $1", ACME) == 0
    await wa.world.change("update senders set state = 'approved' where id = 70")
    await wa.done(said(message(), people=(contact(user_id=ANN_ID),)))
    assert set(await windows(wa.world)) == set(itertools.product((ACME, BETA), (ANN, ANN_ID)))


async def parties(world: World) -> dict[str, str | None]:
    rows = await world.rows("select bsuid, phone from whatsapp_parties where customer_id = $1", ACME)
    return {row["bsuid"]: row["phone"] for row in rows}


def by_id(text: str, user_id: str = ANN_ID, **members: Any) -> bytes:
    """A message of somebody without a phone number."""
    one = message(text, from_user_id=user_id, **members)
    del one["from"]
    return said(one, people=(contact(None, user_id),))


async def test_who_has_no_number_is_known_by_his_user_id(wa: Provider) -> None:
    await wa.done(by_id("Hei"))
    [row] = await wa.inbound()
    assert (row["source"], row["source_kind"], row["service_id"]) == (ANN_ID, "whatsapp_user", TWO_WAY)
    assert set(await windows(wa.world)) == {(ACME, ANN_ID)}
    assert await parties(wa.world) == {ANN_ID: None}
    assert await wa.world.value("select count(*) from contacts") == 0  # a contact has a number


async def test_a_known_user_id_is_its_number(wa: Provider) -> None:
    await wa.done(said(message("first"), people=(contact(user_id=ANN_ID),)))
    await wa.done(by_id("second"))
    assert [row["source"] for row in await wa.inbound()] == [ANN, ANN]
    assert await parties(wa.world) == {ANN_ID: ANN}


async def test_a_number_moves_with_its_person_whatever_the_order(wa: Provider) -> None:
    """Another user id for the number: the newest word has it, and an old one does not take it back."""
    new = said(message(at=START), people=(contact(user_id="FI.new"),))
    old = said(message(at=START - HOUR), people=(contact(user_id="FI.old"),))
    await wa.done(old)
    await wa.done(new)
    assert await parties(wa.world) == {"FI.old": None, "FI.new": ANN}
    await wa.done(said(message(at=START - 2 * HOUR), people=(contact(user_id="FI.older"),)))
    assert await parties(wa.world) == {"FI.old": None, "FI.new": ANN, "FI.older": None}


async def test_both_words_in_one_batch(wa: Provider) -> None:
    await wa.done(
        said(message(at=START), people=(contact(user_id="FI.new"),)),
        said(message(at=START - HOUR), people=(contact(user_id="FI.old"),)),
    )
    assert await parties(wa.world) == {"FI.old": None, "FI.new": ANN}


async def test_a_changed_number(wa: Provider) -> None:
    await wa.done(said(message(), people=(contact(user_id=ANN_ID),)))
    system = {
        "type": "system", "from": ANN, "id": wamid(), "timestamp": seconds(START + HOUR),
        "system": {"type": "user_changed_number", "body": "Ann changed", "wa_id": "358402222222",
                   "user_id": "FI.2"},
    }  # fmt: skip
    await wa.done(body(number(messages=[system])))
    assert await parties(wa.world) == {ANN_ID: ANN, "FI.2": "358402222222"}
    assert len(await wa.inbound()) == 1


async def opt_outs(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("select address, scope from opt_outs where customer_id = $1 order by 1, 2", ACME)
    return [(row["address"], row["scope"]) for row in rows]


@pytest.mark.parametrize(
    "members",
    [
        {"text": {"body": "Stop, kiitos"}},
        {"type": "button", "button": {"text": "Stop promotions", "payload": "x"}},
        {"type": "edit", "edit": edited("STOP")},
    ],
)  # fmt: skip
async def test_a_word_of_consent(wa: Provider, members: dict[str, Any]) -> None:
    await wa.done(said(message(**members)))
    assert await opt_outs(wa.world) == [(ANN, "all")]
    assert await wa.world.value("select source from consent_ledger") == "whatsapp"


async def test_what_is_no_word_of_consent(wa: Provider) -> None:
    image = {"type": "image", "image": IMAGE | {"caption": "Stop"}}
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "stop"}}
    await wa.done(said(message(**image), message(**reaction)))
    assert await opt_outs(wa.world) == []


async def test_what_a_user_id_forbade_is_forbidden_by_its_number(wa: Provider) -> None:
    """For SMS, too; and by the number he takes it back."""
    await wa.done(by_id("Stop"))
    assert await opt_outs(wa.world) == [(ANN_ID, "all")]
    await wa.done(said(message("Hei"), people=(contact(user_id=ANN_ID),)))
    assert await opt_outs(wa.world) == [(ANN, "all")]
    await wa.done(said(message("Start"), people=(contact(user_id=ANN_ID),)))
    assert await opt_outs(wa.world) == []


async def test_the_wider_word_of_both_names_stands(wa: Provider) -> None:
    rows = [(ANN, "marketing"), (ANN_ID, "all")]
    await wa.world.insert(
        "opt_outs",
        *(
            {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address, "scope": scope, "since": START}
            for address, scope in rows
        ),
    )
    await wa.done(said(message("Hei"), people=(contact(user_id=ANN_ID),)))
    assert await opt_outs(wa.world) == [(ANN, "all")]


async def test_what_was_forbidden_for_a_number_goes_along_to_the_next(wa: Provider) -> None:
    """The number before may be somebody else's since, who has not taken it back."""
    await wa.done(said(message("Stop"), people=(contact(user_id=ANN_ID),)))
    system = {"type": "user_changed_number", "wa_id": "358402222222", "user_id": "FI.2"}
    changed = {"type": "system", "from": ANN, "id": wamid(), "timestamp": seconds(START), "system": system}
    await wa.done(body(number(messages=[changed])))
    assert await opt_outs(wa.world) == [(ANN, "all"), ("358402222222", "all")]


async def test_a_number_that_another_customer_knows_is_not_taken_for_ours(wa: Provider) -> None:
    await wa.world.insert(
        "senders", {"id": 70, "customer_id": BETA, "sender": "358401230002", "kind": "international"}
    )
    told = message("1", sender="358409999999")
    theirs = number("phone-3", contacts=[contact("358409999999", ANN_ID)], messages=[told])
    await wa.done(body(theirs, waba="waba-3"), channel="other")
    hidden = message("2", from_user_id=ANN_ID)
    del hidden["from"]
    theirs = number("phone-3", contacts=[contact(None, ANN_ID)], messages=[hidden])
    await wa.post(body(theirs, waba="waba-3"), channel="other")
    await wa.done(by_id("3"))
    assert {row["text"]: row["source"] for row in await wa.inbound()} == {
        "1": "358409999999", "2": "358409999999", "3": ANN_ID
    }  # fmt: skip


async def test_start_lets_the_identity_write(wa: Provider) -> None:
    await wa.done(said(message("Stop")))
    await wa.done(said(message("Start")))
    assert await opt_outs(wa.world) == []
    granted = await wa.world.row("select channel, identity, address, opted_in from channel_consents")
    assert granted == {"channel": "whatsapp", "identity": IDENTITY, "address": ANN, "opted_in": True}


async def test_what_is_answered_goes_by_whatsapp(wa: Provider) -> None:
    """The confirmation of STOP, too, though he has just opted out; nobody else's number is taken for it."""
    await wa.world.change(
        "update services set stop_reply = 'You are out.', whatsapp_opt_in = 'all' where id = $1", TWO_WAY
    )
    action = {"id": 901, "service_id": TWO_WAY, "position": 1, "kind": "auto_reply"}
    await wa.world.insert("service_actions", action | {"options": json.dumps({"text": "Got: $(content)"})})
    await wa.done(said(message("Hei")), by_id("Moi", "FI.2"))
    await wa.done(said(message("Stop")))
    sent = await wa.world.rows(
        "select coalesce(r.text, m.text) as text, m.protocol, m.sender, r.address, r.address_kind,"
        " r.channel_id, r.status"
        " from messages m join recipients r on r.message_id = m.id order by m.id"
    )
    common = {"protocol": "whatsapp", "sender": IDENTITY, "channel_id": WHATSAPP, "status": 10}
    number = {"address": ANN, "address_kind": "international"}
    user = {"address": "FI.2", "address_kind": "whatsapp_user"}
    assert sent == [
        {"text": "Got: Hei"} | number | common,
        {"text": "Got: Moi"} | user | common,
        {"text": "You are out."} | number | common,
    ]


async def test_a_discussion_is_held_by_whatsapp(wa: Provider) -> None:
    await wa.world.change("update services set dialogue = true where id = $1", TWO_WAY)
    reaction = message(
        type="reaction", reaction={"message_id": "wamid.X", "emoji": "👍"}, sender="358409999999"
    )
    await wa.done(said(message("one"), message("two"), reaction))
    [thread] = await wa.world.rows("select * from threads")
    assert (thread["address"], thread["destination"], thread["protocol"]) == (ANN, IDENTITY, "whatsapp")
    assert {row["thread_id"] for row in await wa.inbound()} == {thread["id"], None}


async def test_the_hook_is_told(wa: Provider) -> None:
    await wa.world.change("update services set webhook_url = 'https://x.example/in' where id = $1", TWO_WAY)
    press = {"type": "button", "button": {"text": "Kyllä", "payload": "yes-1"},
             "context": {"from": IDENTITY, "id": "wamid.X"}}  # fmt: skip
    one = message(**press)
    await wa.done(said(one))
    [owed] = await wa.world.callbacks()
    data = json.loads(owed["body"])["data"]
    assert data["protocol"] == "WhatsApp"
    assert (data["sender"], data["recipient"], data["content"]) == (ANN, IDENTITY, "Kyllä")
    assert (data["kind"], data["reference"]) == ("button", one["id"])
    assert (data["details"]["payload"], data["details"]["replyTo"]) == ("yes-1", "wamid.X")
    assert (owed["url"], owed["due_at"]) == ("https://x.example/in", START)


async def subscribe(world: World, dialect: str) -> None:
    await world.insert(
        "subscriptions",
        {"id": 900 + len(dialect), "bucket": ACME_BUCKET, "customer_id": ACME,
         "service_id": TWO_WAY if dialect == "smartdialog" else None, "dialect": dialect, "event": "inbound",
         "url_sealed": dialect, "url_digest": dialect.encode().ljust(32), "created_at": START},
    )  # fmt: skip


async def test_flows_are_told_of_messages(wa: Provider) -> None:
    """NewMessage is called for what a person wrote; not for reactions, and TxtSync's trigger for SMS only."""
    await subscribe(wa.world, "smartdialog")
    await subscribe(wa.world, "txtsync")
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.X", "emoji": "👍"}}
    await wa.done(said(message("Hei"), message(**reaction)))
    [owed] = await wa.world.callbacks()
    inbound = await wa.world.value("select id from inbound_messages where kind = 'text'")
    assert owed["url"] == "smartdialog"
    assert json.loads(owed["body"]) == {
        "sender": ANN, "recipient": IDENTITY, "content": "Hei", "timestamp": "2030-01-01T12:00:00Z",
        "protocol": "WhatsApp", "attachments": [], "messageId": GUIDS.of(GuidKind.INBOUND, inbound),
    }  # fmt: skip


async def test_flows_are_told_what_was_sent_with_the_button(wa: Provider) -> None:
    await subscribe(wa.world, "smartdialog")
    await wa.done(said(message(type="button", button={"text": "Kyllä", "payload": "yes-1"})))
    [owed] = await wa.world.callbacks()
    told = json.loads(owed["body"])
    assert (told["content"], told["payload"]) == ("Kyllä", "yes-1")


async def test_a_picture_is_told_with_a_url_and_waits_for_the_file(wa: Provider) -> None:
    await subscribe(wa.world, "smartdialog")
    await wa.done(said(message(type="image", image=IMAGE)))
    [row] = await wa.inbound()
    [owed] = await wa.world.callbacks()
    [attachment] = json.loads(owed["body"])["attachments"]
    guid = GUIDS.of(GuidKind.ATTACHMENT, row["id"])
    assert (attachment["name"], attachment["mimeType"]) == ("image.jpg", "image/jpeg")
    assert attachment["resourceLocation"].startswith(f"https://viesti.example/attachments/{guid}?token=")
    assert owed["due_at"] == START + timedelta(seconds=20)
    file = await wa.world.row("select * from inbound_media")
    assert (file["inbound_id"], file["provider_id"], file["due_at"]) == (row["id"], "media-7", START)


@pytest.mark.parametrize(
    ("media", "name", "mime_type"),
    [
        ({"mime_type": "image/png"}, "document.png", "image/png"),
        ({"mime_type": "audio/ogg; codecs=opus"}, "document.ogg", "audio/ogg; codecs=opus"),
        ({"mime_type": 'text/html"\r\nX: y'}, "document.bin", "application/octet-stream"),
        ({}, "document.bin", "application/octet-stream"),
        ({"mime_type": "application/pdf", "filename": "a" * 300}, "a" * 200, "application/pdf"),
        ({"mime_type": "application/pdf", "filename": "../../etc/a b.pdf"}, "a b.pdf", "application/pdf"),
        ({"mime_type": "application/pdf", "filename": "C:\\x\\.."}, "document.pdf", "application/pdf"),
    ],
)
async def test_what_a_file_is_called(wa: Provider, media: dict[str, str], name: str, mime_type: str) -> None:
    await wa.done(said(message(type="document", document={"id": "d"} | media)))
    [row] = await wa.inbound()
    [file] = row["attachments"]
    assert (file["name"], file["mime_type"]) == (name, mime_type)


async def test_what_our_own_people_sent_from_the_phone_is_no_message(wa: Provider) -> None:
    echo = {"from": IDENTITY, "to": ANN, "id": wamid(), "timestamp": seconds(START), "type": "text",
            "text": {"body": "Hi from the phone"}}  # fmt: skip
    await wa.done(body(number(message_echoes=[echo]), field="smb_message_echoes"))
    assert await wa.inbound() == []
    assert await windows(wa.world) == {}
    assert PHONE_ID in body(number()).decode()
