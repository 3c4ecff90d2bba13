"""A WhatsApp message from its acceptance to its channel, on a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import msgspec
import pytest
from rich.console import Console
from tests.integration.services.test_reroute import Carrier, reroute_of
from tests.integration.services.whatsapp_stage import CONTENT, USER, WHATSAPP, accepted, with_whatsapp
from tests.integration.services.world import (
    ACME,
    ACME_BUCKET,
    BETA_NUMBER,
    NUMBER,
    SHORT_LINKS,
    START,
    World,
    address,
    receipt,
    report,
    taken,
)

from viesti.cli.messages_view import MessagesView, when
from viesti.domain.channel import AddressKind, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Refused
from viesti.services.requests import Fallback
from viesti.services.show_message import ShowMessages

pytestmark = pytest.mark.integration


@pytest.fixture
async def world(world: World) -> World:
    return await with_whatsapp(world)


async def test_what_is_stored_is_what_the_channel_gets(world: World) -> None:
    submitted = await accepted(world, 1, USER, content=CONTENT, text="Your order is here.")
    await world.accepted(2)  # an SMS, which the channel does not get
    message = await world.row(
        "select protocol, content::text, fallback from messages where id = $1", submitted.message_id
    )
    assert (message["protocol"], msgspec.json.decode(message["content"]), message["fallback"]) == (
        "whatsapp", msgspec.json.decode(CONTENT), None,
    )  # fmt: skip
    first, second = await world.dispatch.claim(await world.hold(WHATSAPP), 10)
    assert [(one.destination, one.destination_kind, one.sender, one.text) for one in (first, second)] == [
        (address(1), AddressKind.INTERNATIONAL, NUMBER, "Your order is here."),
        (USER, AddressKind.WHATSAPP_USER, NUMBER, "Your order is here."),
    ]
    assert first.content is not None
    assert msgspec.json.decode(first.content) == msgspec.json.decode(CONTENT)
    [sms] = await world.dispatch.claim(await world.hold(), 10)
    assert (sms.destination, sms.content) == (address(2), None)


async def test_sms_and_whatsapp_share_a_transaction(world: World) -> None:
    """A batch of both has columns that only one of them fills."""
    both = await asyncio.gather(
        *(accepted(world, n, content=CONTENT if n % 2 else None) for n in range(1, 5)),
        *(world.accepted(n) for n in range(5, 9)),
    )
    rows = await world.rows("select id, protocol, content::text from messages")
    kept = {row["id"]: (row["protocol"], row["content"] is not None) for row in rows}
    assert [kept[one.message_id] for one in both] == [
        ("whatsapp", True), ("whatsapp", False), ("whatsapp", True), ("whatsapp", False),
        *[("sms", False)] * 4,
    ]  # fmt: skip


async def test_who_may_get_an_sms_instead_is_written_down(world: World) -> None:
    await world.insert(
        "opt_outs", {"customer_id": ACME, "bucket": ACME_BUCKET, "address": address(2), "since": START}
    )
    submitted = await accepted(world, 1, USER, 2, content=CONTENT, fallback=Fallback("Hello by SMS"))
    message = await world.row("select fallback from messages where id = $1", submitted.message_id)
    assert msgspec.json.decode(message["fallback"]) == {
        "text": "Hello by SMS",
        "sender": "Acme",
        "kind": "alphanumeric",
    }
    assert await world.rows("select * from fallbacks") == [
        {
            "recipient_id": submitted.recipients[0].id,
            "bucket": ACME_BUCKET,
            "due_at": START + timedelta(minutes=10),
        }
    ]


async def test_a_repeat_is_answered_as_the_first(world: World) -> None:
    first, again = [
        await accepted(world, 1, USER, content=CONTENT, fallback=Fallback("Hi"), request_id="once")
        for _ in range(2)
    ]
    assert (again.message_id, again.repeated) == (first.message_id, True)
    assert await world.value("select count(*) from fallbacks") == 1


def _consent(name: str, identity: str = NUMBER, *, opted_in: bool = False) -> tuple[str, dict[str, Any]]:
    values = {"channel": "whatsapp", "identity": identity, "address": name, "opted_in": opted_in}
    return "channel_consents", values


def _opt_out(name: str, scope: str = "all") -> tuple[str, dict[str, Any]]:
    return "opt_outs", {"address": name, "scope": scope}


def _cases() -> Iterator[tuple[str, bool, list[tuple[str, dict[str, Any]]], list[bool]]]:
    """What was forbidden; whether it is advertising; whether the number and the user id (of one person) are
    barred."""
    number = address(1)
    yield "nothing", True, [], [False, False]
    yield "all, by number", False, [_opt_out(number)], [True, True]
    yield "all, by user id", False, [_opt_out(USER)], [True, True]
    yield "marketing, no advertisement", False, [_opt_out(number, "marketing")], [False, False]
    yield "marketing, an advertisement", True, [_opt_out(USER, "marketing")], [True, True]
    yield "the identity, by user id", False, [_consent(USER)], [True, True]
    yield "another identity", False, [_consent(USER, BETA_NUMBER)], [False, False]
    yield "allowed", True, [_consent(USER, opted_in=True)], [False, False]
    both = [_opt_out(number, "marketing"), _opt_out(USER, "all")]
    yield "marketing by one, all by the other", False, both, [True, True]


CASES = list(_cases())


@pytest.mark.parametrize(("what", "advertisement", "forbidden", "barred"), CASES, ids=[c[0] for c in CASES])
async def test_consent(
    world: World,
    what: str,
    advertisement: bool,
    forbidden: list[tuple[str, dict[str, Any]]],
    barred: list[bool],
) -> None:
    owner = {"customer_id": ACME, "bucket": ACME_BUCKET}
    party = {**owner, "phone": address(1), "bsuid": USER, "updated_at": START}
    await world.insert("whatsapp_parties", party)
    for table, values in forbidden:
        await world.insert(table, {**owner, **values, "since": START})
    submitted = await accepted(world, 1, USER, 3, advertisement=advertisement)
    failures = [recipient.failure for recipient in submitted.recipients]
    assert failures == [Failure.OPTED_OUT if one else None for one in (*barred, False)], what
    if any(barred):
        scope = "advertising" if advertisement else "messages"
        assert submitted.recipients[1].warnings == (
            f"{USER} has opted out of {scope}: nothing is sent to it.",
        )


async def test_who_forbade_whatsapp_alone_gets_an_sms(world: World) -> None:
    owner = {"customer_id": ACME, "bucket": ACME_BUCKET, "since": START}
    table, values = _consent(address(1))
    await world.insert(table, {**owner, **values})
    submitted = await world.accepted(1)
    assert submitted.recipients[0].failure is None


async def test_a_refusal_and_a_channel_that_is_down_lead_to_no_sms(world: World) -> None:
    submitted = await accepted(world, 1, 2)
    hold = await world.hold(WHATSAPP)
    (first,) = await world.dispatch.claim(hold, 1)
    refused = Refused(Failure.CARRIER_REJECTED, elsewhere=True)
    await world.dispatch.settle(hold, [report(first, refused)])
    recipient = await world.recipient(first.recipient_id)
    failed = (recipient["status"], recipient["failure"], recipient["channel_id"])
    assert failed == (60, "carrier_rejected", WHATSAPP)
    await Carrier(world).is_(SessionState.DOWN, WHATSAPP)
    world.clock.advance(seconds=60)
    assert await reroute_of(world)() == 0
    assert [(row["id"], row["channel_id"]) for row in await world.queued()] == [
        (submitted.recipients[1].id, WHATSAPP)
    ]


async def test_flows_that_want_to_know_of_sms_are_not_told(world: World) -> None:
    await world.insert(
        "subscriptions",
        {"id": 1, "bucket": ACME_BUCKET, "customer_id": ACME, "dialect": "txtsync", "event": "outbound",
         "url_sealed": "", "url_digest": bytes(32), "created_at": START},
    )  # fmt: skip
    await accepted(world, 1)
    assert await world.callbacks() == []
    await world.accepted(2)
    assert len(await world.callbacks()) == 1


async def test_pictures_without_words_are_no_loop(world: World) -> None:
    await world.change("update customers set repeat_limit = 2")
    answers = [await accepted(world, 1, text="", content=b'{"type":"media"}') for _ in range(4)]
    assert [answer.recipients[0].frozen for answer in answers] == [None] * 4


async def test_what_is_shown_of_it(world: World) -> None:
    submitted = await accepted(world, 1, content=CONTENT, text="Your order", fallback=Fallback("By SMS"))
    hold = await world.hold(WHATSAPP)
    (outgoing,) = await world.dispatch.claim(hold, 10)
    await world.dispatch.settle(hold, [taken(outgoing, "wamid.1")])
    read_at = START + timedelta(minutes=5)
    await world.receipts([receipt("wamid.1", channel_id=WHATSAPP, read_at=read_at)])
    show = ShowMessages(world.store, world.estate, SHORT_LINKS)
    message = await show.one(submitted.message_id, ACME)
    assert message is not None
    assert (message.protocol, message.content["name"], message.fallback) == (
        "whatsapp", "order", {"text": "By SMS", "sender": "Acme"},
    )  # fmt: skip
    [recipient] = message.recipients
    assert (recipient.status, recipient.read_at, recipient.route) == ("delivered", read_at, None)
    assert [step.kind for step in message.timeline if step.at == read_at] == ["read"]
    screen = StringIO()
    MessagesView(Console(file=screen, width=140)).message(message)
    printed = screen.getvalue()
    for line in (
        f"Message {message.id} from {NUMBER} by WhatsApp: 1 recipient(s)",
        "  template 'Your order'",
        "  instead, as SMS from Acme: 'By SMS'",
        "1 part(s) utf8, over wa, cost 0.05 EUR",
        f"  Read {when(read_at)}.",
    ):
        assert line in printed, printed
