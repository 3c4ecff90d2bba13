"""The WhatsApp channel at a Cloud API with Meta's rules: every kind of message, windows and limits, and the
numbers that always get the same."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from tests.fakes.carrier import Recorder
from tests.fakes.endpoint import Endpoint, answer

from viesti.channels.whatsapp.channel import WhatsappChannel, create
from viesti.channels.whatsapp.media import fetch
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.domain import whatsapp_content as says
from viesti.domain.channel import AddressKind, Outgoing, SessionState
from viesti.domain.failure import Failure
from viesti.domain.media import Fetched
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.net.client import OPERATORS, ClientOptions, OutgoingClient
from viesti.simulator.whatsapp.run import CloudBehaviour, WhatsApp, WhatsAppOptions, start_whatsapp

pytestmark = pytest.mark.integration

PERSON = "358401230001"
TEMPLATE = says.Template(name="hello", language="fi")

Opened = Callable[..., Awaitable[WhatsappChannel]]


def outgoing(number: int, to: str, content: says.Content | None = TEMPLATE, text: str = "") -> Outgoing:
    kind = AddressKind.INTERNATIONAL
    encoded = None if content is None else says.encode(content)
    return Outgoing(number << 6, 1, to, kind, "358942415999", kind, text, content=encoded)


async def outcome_of(sink: Recorder, number: int) -> Outcome:
    await sink.until(lambda: any(report.recipient_id == number << 6 for report in sink.reports))
    (report,) = [report for report in sink.reports if report.recipient_id == number << 6]
    return report.parts[0].outcome


@pytest_asyncio.fixture
async def meta() -> AsyncIterator[WhatsApp]:
    running = await start_whatsapp(
        WhatsAppOptions(port=0, behaviour=CloudBehaviour(late_refusals=False)),
        lambda: dt.datetime.now(dt.UTC),
        Random(1),
    )
    assert isinstance(running, WhatsApp)
    running.add_template("hello", "Hello there, this is Viesti.")
    yield running
    await running.stop()


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


def options_of(meta: WhatsApp, **more: Any) -> dict[str, Any]:
    number = meta.number
    return {
        "base_url": meta.base_url,
        "phone_number_id": number.phone_number_id,
        "waba_id": number.waba_id,
        "identity": number.display_number,
        "token": number.token,
        "app_secret": number.app_secret,
        "verify_token": number.verify_token,
        "reconnect_first": 0.01,
        **more,
    }


@pytest_asyncio.fixture
async def opened(meta: WhatsApp, sink: Recorder) -> AsyncIterator[Opened]:
    channels = []
    async with OutgoingClient(ClientOptions(allow_private=True)) as client:

        async def open_channel(**options: Any) -> WhatsappChannel:
            loop = asyncio.get_running_loop()
            channel = create(
                7,
                options_of(meta, **options),
                sink,
                client=client,
                clock=lambda: dt.datetime.now(dt.UTC),
                monotonic=loop.time,
                jitter=lambda: 0.0,
            )
            channels.append(channel)
            sink.recorded = channel.recorded
            await channel.start()
            await sink.in_state(SessionState.BOUND)
            return channel

        yield open_channel
        for channel in channels:
            await channel.stop(0.0)


async def test_the_number_is_known(opened: Opened, sink: Recorder) -> None:
    await opened()
    assert sink.states[-1] == ("number", SessionState.BOUND, "+358942415999, Viesti Demo, quality GREEN")


async def test_every_kind_of_message_once_the_person_has_written(
    opened: Opened, meta: WhatsApp, sink: Recorder
) -> None:
    theirs = meta.handset(PERSON).text("Hello?")
    channel = await opened(pair_seconds=0.01)
    async with Endpoint(lambda _: answer(body=b"\x89PNG", Content_Type="image/png")) as host:
        contents: list[says.Content | None] = [
            None,
            TEMPLATE,
            says.Text(body="", reply_to=theirs.id),
            says.Media(kind="image", link=f"{host.url}/a.png"),
            says.Buttons(body="Which?", buttons=(says.Button("y", "Yes"), says.Button("n", "No"))),
            says.List(
                body="Which?",
                button="Choose",
                sections=(says.Section(rows=(says.Row("1", "One"), says.Row("2", "Two", "more"))),),
            ),
            says.Reaction(wamid=theirs.id, emoji="\N{THUMBS UP SIGN}"),
        ]
        for number, content in enumerate(contents, 1):
            channel.send([outgoing(number, PERSON, content, f"words {number}")])
            outcome = await outcome_of(sink, number)
            assert isinstance(outcome, Accepted), (content, outcome)
            assert outcome.reference.startswith("wamid.")
    kinds = [message.kind for message in meta.messages(PERSON)]
    assert kinds[:6] == ["text", "template", "text", "image", "interactive", "interactive"]
    assert [message.callback_data for message in meta.messages(PERSON)[:3]] == [
        f"v1:{number << 6}:1" for number in (1, 2, 3)
    ]
    quoted = meta.messages(PERSON)[2]
    assert (quoted.text, quoted.reply_to) == ("words 3", theirs.id)


async def test_outside_the_window_only_templates(opened: Opened, meta: WhatsApp, sink: Recorder) -> None:
    channel = await opened()
    channel.send([outgoing(1, PERSON, None, "hello")])
    outcome = await outcome_of(sink, 1)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.elsewhere) == (Failure.WINDOW_CLOSED, True)
    channel.send([outgoing(2, PERSON), outgoing(3, PERSON, says.Template(name="unknown", language="fi"))])
    assert isinstance(await outcome_of(sink, 2), Accepted)
    refused = await outcome_of(sink, 3)
    assert isinstance(refused, Refused)
    assert refused.reason is Failure.INVALID_CONTENT


@pytest.mark.parametrize(
    ("ending", "kind", "reason"),
    [
        ("9002", Refused, Failure.NOT_ON_WHATSAPP),
        ("9012", Unknown, None),
        ("9013", Unknown, None),
        ("9015", Deferred, Failure.CARRIER_BUSY),
        ("9016", Deferred, Failure.CARRIER_BUSY),
        ("9017", Deferred, Failure.CARRIER_ERROR),
    ],
)
async def test_numbers_that_always_get_the_same(
    opened: Opened, sink: Recorder, ending: str, kind: type, reason: Failure | None
) -> None:
    channel = await opened(answer_timeout=0.3, throttle_pause=0.01)
    channel.send([outgoing(1, f"35840123{ending}")])
    outcome = await outcome_of(sink, 1)
    assert isinstance(outcome, kind)
    assert getattr(outcome, "reason", None) is reason


async def test_a_locked_number_is_told_and_comes_back(opened: Opened, meta: WhatsApp, sink: Recorder) -> None:
    channel = await opened(look_seconds=0.02)
    meta.behave(refuse_with=131031)
    channel.send([outgoing(1, PERSON)])
    assert isinstance(await outcome_of(sink, 1), Deferred)
    assert (await sink.in_state(SessionState.STOPPED)).startswith("131031 ")
    meta.behave(refuse_with=0)
    await sink.until(lambda: channel.capacity() == 1)
    channel.send([outgoing(2, PERSON)])
    assert isinstance(await outcome_of(sink, 2), Accepted)
    assert sink.states[-1][1] is SessionState.BOUND


async def test_the_limits_of_a_number_are_not_met(opened: Opened, meta: WhatsApp, sink: Recorder) -> None:
    meta.behave(messages_per_second=100.0)
    channel = await opened(messages_per_second=100)
    channel.send([outgoing(number, f"3584055{number:05}") for number in range(250)])
    reports = await sink.reported(250)
    assert all(isinstance(report.parts[0].outcome, Accepted) for report in reports.values())
    assert (meta.cloud.record.taken, meta.cloud.record.refused) == (250, 0)


async def test_a_file_that_a_person_sent_is_fetched(meta: WhatsApp) -> None:
    sent = meta.handset(PERSON).send_file("image/jpeg", b"\xff\xd8jpeg")
    options = WhatsappOptions.read(options_of(meta))
    async with OutgoingClient(OPERATORS) as client:
        fetched = await fetch(client, options, sent.payload["id"], 100)
    assert fetched == Fetched(b"\xff\xd8jpeg", "image/jpeg")
