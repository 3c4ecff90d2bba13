"""Messages from handsets: joined, routed, acted on, and processed once."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    CHANNEL,
    GUIDS,
    NUMBER,
    START,
    TWO_WAY,
    World,
    address,
    inbound,
)

from viesti.domain.channel import AddressKind, InboundPart
from viesti.services.guids import GuidKind
from viesti.services.unsubscribe import Unsubscribe

pytestmark = pytest.mark.integration

HANDSET = address(7)
OTHER_SERVICE = 13


async def _take(world: World, *parts: InboundPart) -> list[dict[str, Any]]:
    """Store and process these; gives all messages there are."""
    await world.receive.store(parts)
    while await world.receive.process(100):
        pass
    return await world.rows("select * from inbound_messages order by received_at, id")


async def _left(world: World) -> int:
    return int(await world.value("select count(*) from inbound_parts"))


async def _answers(world: World) -> list[str]:
    return [row["text"] for row in await world.rows("select text from messages order by id")]


async def _action(world: World, kind: str, position: int = 1, **options: Any) -> None:
    await world.insert(
        "service_actions",
        {
            "id": 900 + position,
            "service_id": TWO_WAY,
            "position": position,
            "kind": kind,
            "options": json.dumps(options),
        },
    )


async def test_a_whole_message(world: World) -> None:
    (message,) = await _take(world, inbound("Hei, mikä hinta?"))
    expected = {
        "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": TWO_WAY, "channel_id": CHANNEL,
        "source": HANDSET, "source_kind": "international", "destination": NUMBER, "text": "Hei, mikä hinta?",
        "payload": None, "parts": 1, "parts_missing": 0, "keyword": "", "consent": None, "thread_id": None,
        "received_at": START,
    }  # fmt: skip
    assert {name: message[name] for name in expected} == expected
    assert await _left(world) == 0
    assert await world.value("select count(*) from messages") == 0


async def test_binary_is_kept(world: World) -> None:
    (message,) = await _take(world, inbound("", payload=b"\x00\xff"))
    assert message["payload"] == b"\x00\xff"


PARTS = [inbound(text, (5, 3, number)) for number, text in ((1, "one "), (2, "two "), (3, "three"))]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_parts_in_any_order(world: World, order: tuple[int, ...]) -> None:
    for index in order:
        assert await _left(world) == 0 or await world.value("select count(*) from inbound_messages") == 0
        messages = await _take(world, PARTS[index])
    assert [(m["text"], m["parts"], m["parts_missing"]) for m in messages] == [("one two three", 3, 0)]
    assert await _left(world) == 0


async def test_a_part_twice_counts_once(world: World) -> None:
    messages = await _take(world, PARTS[0], PARTS[1], PARTS[0])
    assert messages == []
    assert [m["text"] for m in await _take(world, PARTS[2])] == ["one two three"]


async def test_no_part_is_left_behind_by_the_limit(world: World) -> None:
    await world.receive.store([*PARTS, *(inbound(f"m{n}") for n in range(5))])
    while await world.receive.process(2):
        pass
    rows = await world.rows("select text, parts_missing from inbound_messages order by id")
    assert [row["parts_missing"] for row in rows] == [0] * 6
    assert rows[0]["text"] == "one two three"


@pytest.mark.parametrize(
    "strange",
    [
        {"source": address(8)},
        {"destination": "16100"},
        {"channel_id": 32},
        {"part": (6, 3, 3)},
        {"part": (5, 4, 3)},
    ],
    ids=["another handset", "another address", "another channel", "another reference", "another total"],
)
async def test_parts_of_other_messages_do_not_mix(world: World, strange: dict[str, Any]) -> None:
    part = strange.pop("part", (5, 3, 3))
    assert await _take(world, PARTS[0], PARTS[1], inbound("other", part, **strange)) == []


async def test_a_missing_part_is_waited_for_and_then_not(world: World) -> None:
    late = inbound("three", (5, 3, 3), received_at=START + timedelta(minutes=30))
    assert await _take(world, PARTS[0], late) == []
    world.clock.advance(seconds=3599)
    assert await _take(world) == []
    world.clock.advance(seconds=2)  # the first's time is up; the third goes with it
    (message,) = await _take(world)
    assert (message["text"], message["parts"], message["parts_missing"]) == ("one three", 3, 1)
    assert message["received_at"] == START
    assert await _left(world) == 0


async def test_a_reference_used_again(world: World) -> None:
    later = {"received_at": START + timedelta(minutes=1)}
    assert await _take(world, inbound("lost ", (5, 2, 1))) == []
    messages = await _take(world, inbound("new ", (5, 2, 1), **later), inbound("one", (5, 2, 2), **later))
    assert [(m["text"], m["parts_missing"]) for m in messages] == [("lost ", 1), ("new one", 0)]


async def test_two_processors_process_once(world: World) -> None:
    await _action(world, "auto_reply", text="Thanks")
    parts = [inbound(f"{n}-{part}", (n, 3, part), source=address(n)) for part in (1, 2, 3) for n in range(60)]
    await world.receive.store([*parts, *(inbound(f"whole {n}", source=address(n)) for n in range(60))])
    async with world.another() as other:
        async with asyncio.timeout(30):
            while await _left(world):
                await asyncio.gather(*(p.receive.process(7) for p in (world.process, other) * 2))
    rows = await world.rows("select text, parts_missing from inbound_messages")
    assert {row["parts_missing"] for row in rows} == {0}
    joined = [f"{n}-1{n}-2{n}-3" for n in range(60)]
    assert sorted(row["text"] for row in rows) == sorted([*joined, *(f"whole {n}" for n in range(60))])
    assert len(await world.queued()) == 120  # one answer each


async def test_a_processor_that_fails_has_done_nothing(own_world: World) -> None:
    world = own_world
    await world.receive.store([inbound("Hello")])
    await world.db.execute("alter table inbound_messages rename to hidden")
    with pytest.raises(Exception, match="inbound_messages"):
        await world.receive.process(10)
    await world.db.execute("alter table hidden rename to inbound_messages")
    assert await _left(world) == 1
    assert len(await _take(world)) == 1


async def test_one_that_can_not_be_acted_on_holds_up_no_other(world: World) -> None:
    await _action(world, "auto_reply")  # without its text
    messages = await _take(world, inbound("one"), inbound("two", destination="16100"), inbound("three"))
    assert sorted(m["text"] for m in messages) == ["one", "three", "two"]


# Whose it is


@pytest.mark.parametrize(
    ("text", "service", "keyword"),
    [
        ("vastaa kyllä", OTHER_SERVICE, "VASTAA"),
        ("VASTAA: ei", OTHER_SERVICE, "VASTAA"),
        ("vastaako", TWO_WAY, ""),
        ("Hei vastaa", TWO_WAY, ""),
    ],
)
async def test_keywords(world: World, text: str, service: int, keyword: str) -> None:
    await world.insert(
        "services",
        {
            "id": OTHER_SERVICE, "customer_id": ACME, "key": "poll", "name": "poll", "kind": "TwoWay",
            "created_at": START,
        },
    )  # fmt: skip
    await world.insert(
        "service_keywords", {"service_id": OTHER_SERVICE, "address": NUMBER, "chain": "VASTAA"}
    )
    (message,) = await _take(world, inbound(text))
    assert (message["service_id"], message["keyword"], message["text"]) == (service, keyword, text)


@pytest.mark.parametrize("why", ["nobody's address", "the service is switched off"])
async def test_without_a_service_it_is_kept_for_the_operator(world: World, why: str) -> None:
    destination = "16100" if why == "nobody's address" else NUMBER
    await world.change("update services set enabled = $1", why == "nobody's address")
    (message,) = await _take(world, inbound("STOP", destination=destination))
    assert (message["customer_id"], message["service_id"], message["bucket"]) == (None, None, 1)
    assert await world.callbacks() == []
    assert await world.value("select count(*) from opt_outs") == 0


async def test_threads(world: World) -> None:
    await world.change("update services set dialogue = true")
    later = {"received_at": START + timedelta(minutes=1)}
    messages = await _take(world, inbound("a"), inbound("b", **later), inbound("c", source=address(8)))
    threads = await world.rows("select * from threads order by address")
    assert [(t["address"], t["customer_id"], t["service_id"], t["bucket"]) for t in threads] == [
        (HANDSET, ACME, TWO_WAY, ACME_BUCKET), (address(8), ACME, TWO_WAY, ACME_BUCKET),
    ]  # fmt: skip
    assert (threads[0]["opened_at"] <= threads[0]["last_at"]) == (
        threads[0]["last_at"] == later["received_at"]
    )
    assert {m["text"]: m["thread_id"] for m in messages} == {
        "a": threads[0]["id"], "b": threads[0]["id"], "c": threads[1]["id"],
    }  # fmt: skip
    again = await _take(world, inbound("d"))
    assert {m["thread_id"] for m in again if m["text"] == "d"} == {threads[0]["id"]}


# Consent


async def _consents(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("select address, action from consent_ledger order by at, id")
    return [(row["address"], row["action"]) for row in rows]


async def test_stop(world: World) -> None:
    await world.change("update services set stop_reply = 'You are off the list.'")
    (message,) = await _take(world, inbound("Stop!"))
    assert message["consent"] == "stop"
    out = await world.row("select * from opt_outs")
    assert out == {
        "customer_id": ACME, "bucket": ACME_BUCKET, "address": HANDSET, "scope": "all", "since": START,
    }  # fmt: skip
    ledger = await world.row("select * from consent_ledger")
    assert (ledger["action"], ledger["source"], ledger["at"]) == ("stop", "sms", START)
    assert ledger["evidence"] == f"inbound message {message['id']}: Stop!"
    (queued,) = await world.queued()  # although he has just opted out
    recipient = await world.recipient(queued["id"])
    assert (recipient["address"], recipient["status"]) == (HANDSET, 10)
    answer = await world.row("select * from messages")
    expected = {
        "text": "You are off the list.", "sender": NUMBER, "sender_kind": "international", "quiet": True,
        "parent_id": message["id"], "dialect": "auto_reply", "service_id": TWO_WAY, "lane": 0,
    }  # fmt: skip
    assert {name: answer[name] for name in expected} == expected
    refused = await world.accepted(7)
    assert refused.recipients[0].failure == "opted_out"


async def test_a_stop_is_answered_once(world: World) -> None:
    await world.change("update services set stop_reply = 'off', start_reply = 'on'")
    texts = ("STOP", "unsubscribe", "STOP", "START", "End")
    await _take(world, *(inbound(t, received_at=START + timedelta(minutes=n)) for n, t in enumerate(texts)))
    assert await _answers(world) == ["off", "on", "off"]
    ledger = await world.rows("select action, at, evidence from consent_ledger order by at")
    assert [row["action"] for row in ledger] == ["stop", "stop", "stop", "start", "stop"]  # each word of his
    assert [row["evidence"].partition(": ")[2] for row in ledger] == list(texts)
    assert await world.value("select since from opt_outs") == START + timedelta(minutes=4)


async def test_a_stop_of_one_who_forbade_advertising_is_answered(world: World) -> None:
    await world.change("update services set stop_reply = 'off'")
    await world.insert(
        "opt_outs",
        {
            "customer_id": ACME, "bucket": ACME_BUCKET, "address": HANDSET, "scope": "marketing",
            "since": START - timedelta(days=1),
        },
    )  # fmt: skip
    await _take(world, inbound("STOP"))
    assert await _answers(world) == ["off"]
    assert await world.row("select scope, since from opt_outs") == {"scope": "all", "since": START}


async def test_start_after_stop(world: World) -> None:
    await world.change("update services set stop_reply = 'off', start_reply = 'on'")
    await _take(world, inbound("STOP"))
    (_, message) = await _take(world, inbound("start", received_at=START + timedelta(seconds=9)))
    assert message["consent"] == "start"
    assert await world.value("select count(*) from opt_outs") == 0
    assert await _consents(world) == [(HANDSET, "stop"), (HANDSET, "start")]
    assert await _answers(world) == ["off", "on"]


@pytest.mark.parametrize(
    ("texts", "out"),
    [(("STOP", "START"), False), (("START", "STOP"), True), (("STOP", "STOP"), True), (("HELP",), False)],
)
async def test_consents_in_one_batch_are_taken_in_their_order(
    world: World, texts: tuple[str, ...], out: bool
) -> None:
    parts = [inbound(text, received_at=START + timedelta(seconds=n)) for n, text in enumerate(texts)]
    await _take(world, *reversed(parts))
    assert bool(await world.value("select count(*) from opt_outs")) is out


async def test_help(world: World) -> None:
    await world.change("update services set help_reply = 'Acme, +358 9 123'")
    (message,) = await _take(world, inbound("Help"))
    assert message["consent"] == "help"
    assert await _answers(world) == ["Acme, +358 9 123"]
    assert await _consents(world) == []


@pytest.mark.parametrize("text", ["STOP", "START", "HELP"])
async def test_consent_words_are_the_services_to_switch_off(world: World, text: str) -> None:
    await world.change("update services set consent_words = false, stop_reply = 'off', help_reply = 'h'")
    (message,) = await _take(world, inbound(text))
    assert message["consent"] is None
    assert await _answers(world) == []
    assert await _consents(world) == []


@pytest.mark.parametrize(
    ("source", "kind"), [("Bank", AddressKind.ALPHANUMERIC), ("16100", AddressKind.SHORT_CODE)]
)
async def test_who_can_not_be_answered_is_not(world: World, source: str, kind: AddressKind) -> None:
    await world.change("update services set stop_reply = 'off'")
    await _action(world, "auto_reply", text="Thanks")
    await _take(
        world,
        inbound("STOP", source=source, source_kind=kind),
        inbound("Hello", source=source, source_kind=kind),
    )
    assert await _answers(world) == []


# Actions


async def test_auto_reply(world: World) -> None:
    await _action(world, "auto_reply", text="Thanks")
    (message,) = await _take(world, inbound("Hello"))
    answer = await world.row("select * from messages")
    assert (answer["text"], answer["parent_id"], answer["quiet"]) == ("Thanks", message["id"], True)
    assert len(await world.queued()) == 1


async def test_an_answer_waits_its_turn(world: World) -> None:
    await world.insert("fair_clock", {"channel_id": CHANNEL, "lane": 0, "tag": 5_000_000})
    await _action(world, "auto_reply", text="Thanks")
    await _take(world, inbound("Hello"))
    assert (await world.queued())[0]["tag"] == 5_000_000


async def test_an_answer_under_a_sender_that_is_not_ours_is_not_sent(world: World) -> None:
    await world.change("update senders set state = 'suspended'")
    await _action(world, "auto_reply", text="Thanks")
    assert len(await _take(world, inbound("Hello"))) == 1
    assert await _answers(world) == []


@pytest.mark.parametrize("text", ["Hello", "STOP"])
async def test_callbacks(world: World, text: str) -> None:
    await world.change("update services set webhook_url = 'https://example.com/in'")
    await _action(world, "http_request", url="https://example.com/flow")
    (message,) = await _take(world, inbound(text))
    callbacks = await world.callbacks()
    assert [(c["kind"], c["method"], c["url"], c["subject_id"]) for c in callbacks] == [
        ("inbound", "POST", "https://example.com/in", message["id"]),
        ("http_request", "POST", "https://example.com/flow", message["id"]),
    ]
    body = json.loads(callbacks[0]["body"])
    assert body["type"] == "inbound.received"
    data = body["data"]
    assert (data["sender"], data["recipient"], data["content"]) == (HANDSET, NUMBER, text)
    assert data["consent"] == ("stop" if text == "STOP" else "")
    assert callbacks[0]["due_at"] == START


@pytest.mark.parametrize(("text", "members"), [("join", 1), ("STOP", 0)])
async def test_add_to_list(world: World, text: str, members: int) -> None:
    await _action(world, "add_to_list", list="club")
    await _take(world, inbound(text), inbound(text))
    contacts = await world.rows("select customer_id, phone, source from contacts")
    assert contacts == [{"customer_id": ACME, "phone": HANDSET, "source": "inbound"}]
    lists = await world.rows("select name, active from lists join list_members on list_id = lists.id")
    assert lists == [{"name": "club", "active": True}] * members


async def test_opting_out_by_action(world: World) -> None:
    await _action(world, "opt_out")
    await _take(world, inbound("no more"))
    assert await world.value("select address from opt_outs") == HANDSET
    assert await _consents(world) == [(HANDSET, "stop")]


async def test_text_that_is_no_text(world: World) -> None:
    messages = await _take(world, inbound("a\0b\ud83d"), inbound("fine"))
    assert sorted(m["text"] for m in messages) == ["a\ufffdb\ufffd", "fine"]


async def test_nobody_is_answered_without_end(world: World) -> None:
    await _action(world, "auto_reply", text="I am a machine too")
    await _take(world, *(inbound(f"Hello {number}") for number in range(15)))
    assert len(await _answers(world)) == 10
    await _take(world, inbound("Hello again", source=address(8)))
    assert len(await _answers(world)) == 11  # another address has its own count
    world.clock.advance(hours=1, seconds=1)
    await _take(world, inbound("Hello tomorrow"))
    assert len(await _answers(world)) == 12


async def test_a_stop_that_no_keyword_fits_counts_for_all_who_listen_there(world: World) -> None:
    await world.change("update service_keywords set chain = 'INFO'")
    (message,) = await _take(world, inbound("Stop, thank you"))
    assert (message["customer_id"], message["consent"]) == (None, "stop")
    assert [(row["customer_id"], row["address"]) for row in await world.rows("select * from opt_outs")] == [
        (ACME, HANDSET)
    ]
    assert len(await world.rows("select * from consent_ledger")) == 1
    await _take(world, inbound("What is this?"))
    assert len(await world.rows("select * from opt_outs")) == 1


async def test_hooks_wait_for_no_other(world: World) -> None:
    await _action(world, "http_request", url="https://example.com/flow")
    await _take(world, inbound("Hello"))
    assert [row["apart"] for row in await world.callbacks()] == [True]


@pytest.mark.parametrize("broken", ["auto_reply", "http_request", "add_to_list", "remove_from_list"])
async def test_each_action_fails_alone(world: World, broken: str) -> None:
    await world.change("update services set webhook_url = 'https://example.com/in'")
    await _action(world, "auto_reply", 1, text="before")
    await _action(world, broken, 2)  # without its option
    await _action(world, "http_request", 3, url="https://example.com/after")
    await _action(world, "add_to_list", 4, list="after")
    (message,) = await _take(world, inbound("Hello"))
    assert await _answers(world) == ["before"]
    assert [row["url"] for row in await world.callbacks()] == [
        "https://example.com/in", "https://example.com/after",
    ]  # fmt: skip
    assert await world.value("select count(*) from list_members") == 1
    event = await world.row("select kind, detail from events where subject_id = $1", message["id"])
    assert (event["kind"], json.loads(event["detail"])) == ("action_failed", {"action": broken})


async def test_what_an_action_wrote_before_it_failed_is_undone(own_world: World) -> None:
    world = own_world
    await world.change("update customers set senders_become_contacts = false")
    await world.db.execute("alter table list_members add constraint never check (false) not valid")
    await _action(world, "add_to_list", 1, list="vip")
    await _action(world, "auto_reply", 2, text="Thanks")
    await _take(world, inbound("Hello"))
    assert await world.value("select count(*) from contacts") == 0
    assert await world.value("select count(*) from lists") == 0
    assert await _answers(world) == ["Thanks"]


async def test_a_consent_stands_when_its_answer_fails(own_world: World) -> None:
    world = own_world
    await world.change("update services set stop_reply = 'off'")
    await world.db.execute("alter table answers_given rename to hidden")
    await _take(world, inbound("STOP"))
    await world.db.execute("alter table hidden rename to answers_given")
    assert await world.value("select count(*) from opt_outs") == 1
    assert await _answers(world) == []


async def test_remove_from_list(world: World) -> None:
    await _action(world, "add_to_list", 1, list="vip")
    await _take(world, inbound("Hello"), inbound("Hello", source=address(8)))
    await world.change("update service_actions set kind = 'remove_from_list'")
    await _take(world, inbound("Bye"), inbound("Never there", source=address(9)))
    left = await world.rows(
        "select phone from contacts c join list_members m on m.contact_id = c.id order by phone"
    )
    assert [row["phone"] for row in left] == [address(8)]
    await world.change("""update service_actions set options = '{"list": "nowhere"}'""")
    await _take(world, inbound("Bye"))
    assert await world.value("select count(*) from lists") == 1


async def test_open_thread(world: World) -> None:
    await _action(world, "open_thread")
    (message,) = await _take(world, inbound("Hello"))
    thread = await world.row("select * from threads")
    assert (thread["id"], thread["address"], thread["destination"]) == (message["thread_id"], HANDSET, NUMBER)


async def test_places_in_an_answer(world: World) -> None:
    await world.insert(
        "contacts",
        {
            "id": 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "phone": HANDSET,
            "source": "inbound", "first_name": "Anna", "created_at": START,
            "properties": '[{"name": "seat", "value": "12"}, {"name": "sender", "value": "forged"}]',
        },
    )  # fmt: skip
    text = "Hei $(firstname), $(content) from $(sender) to $(recipient), seat $(seat)$(lastName). $$(x)"
    await _action(world, "auto_reply", text=text)
    await _take(world, inbound("$(seat) yes"))
    recipient = await world.row("select text, warnings from recipients")
    assert recipient["text"] == f"Hei Anna, $(seat) yes from {HANDSET} to {NUMBER}, seat 12. $(x)"
    assert len(recipient["warnings"]) == 1


async def test_an_answer_that_is_empty_when_filled_is_not_sent(world: World) -> None:
    await _action(world, "auto_reply", text="$(firstName)")
    await _take(world, inbound("Hello"))
    assert await _answers(world) == []


async def test_the_parts_of_a_binary_message_are_joined(world: World) -> None:
    octets = ((b"\x03", 3), (b"\x01", 1), (b"\x02", 2))
    parts = [inbound("", (5, 3, number), payload=payload) for payload, number in octets]
    (message,) = await _take(world, *parts)
    assert message["payload"] == b"\x01\x02\x03"


# Subscriptions


async def _subscribe(world: World, number: int, **fields: Any) -> None:
    values: dict[str, Any] = {
        "id": number * 64 + ACME_BUCKET, "bucket": ACME_BUCKET, "customer_id": ACME, "service_id": TWO_WAY,
        "dialect": "smartdialog", "event": "inbound", "url_sealed": f"sealed {number}",
        "url_digest": number.to_bytes(32), "created_at": START,
    }  # fmt: skip
    await world.insert("subscriptions", {**values, **fields})


async def test_subscribers_of_the_service_are_owed_a_call(world: World) -> None:
    await _subscribe(world, 1)
    await _subscribe(world, 2, service_id=None)
    await _subscribe(world, 3, service_id=21)
    await _subscribe(world, 4, customer_id=2, service_id=None)
    await _subscribe(world, 5, event="outbound")
    await _subscribe(world, 6, ended_at=START, ended_why="deleted")
    await _action(world, "auto_reply")  # fails
    (message,) = await _take(world, inbound("STOP"))
    callbacks = await world.callbacks()
    assert [(row["subscription_id"] >> 6, row["url"], row["apart"]) for row in callbacks] == [
        (1, "sealed 1", True), (2, "sealed 2", True),
    ]  # fmt: skip
    body = json.loads(callbacks[0]["body"])
    assert (body["content"], body["messageId"]) == ("STOP", GUIDS.of(GuidKind.INBOUND, message["id"]))


async def test_who_unsubscribes_meanwhile_is_owed_nothing(world: World) -> None:
    await _subscribe(world, 1)
    await _action(world, "auto_reply", text="Thanks")
    await world.receive.store([inbound("Hello")])
    unsubscribe = Unsubscribe(world.store, world.clock)
    async with world.db.transaction():  # holds the message up when its subscribers are known
        await world.db.execute("lock table answers_given in share row exclusive mode")
        processing = asyncio.create_task(world.receive.process(10))
        await world.until_one_waits_for_a_lock()
        ending = asyncio.create_task(unsubscribe(64 + ACME_BUCKET, TWO_WAY, {ACME}))
        waiting = asyncio.create_task(world.until_one_waits_for_a_lock(count=2))
        await asyncio.wait((ending, waiting), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.gather(processing, ending)
    waiting.cancel()
    assert await world.callbacks() == []
    assert await _answers(world) == ["Thanks"]
