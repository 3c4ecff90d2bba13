"""The WhatsApp channel against an API on a real socket: what is sent, how fast, and what goes wrong on the
way."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from tests.fakes.carrier import Recorder
from tests.fakes.cloud_api import NUMBER, OPTIONS, CloudApi, as_json, error
from tests.fakes.endpoint import Endpoint, Received, answer

from viesti.channels import registry
from viesti.channels.whatsapp.channel import WhatsappChannel
from viesti.channels.whatsapp.files import Files
from viesti.channels.whatsapp.graph import Graph
from viesti.channels.whatsapp.options import WhatsappOptions
from viesti.domain import whatsapp_content as says
from viesti.domain.channel import AddressKind, Outgoing, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Outcome, Refused, Unknown
from viesti.net.client import ClientOptions, OutgoingClient

pytestmark = pytest.mark.integration

Opened = Callable[..., Awaitable[WhatsappChannel]]
SEEN = "+358 40 1111111, Viesti, quality GREEN"


def outgoing(number: int, text: str = "hello", **changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "recipient_id": number << 6,
        "attempt": 1,
        "destination": f"35840{number:07}",
        "destination_kind": AddressKind.INTERNATIONAL,
        "sender": OPTIONS["identity"],
        "sender_kind": AddressKind.INTERNATIONAL,
        "text": text,
    }
    return Outgoing(**{**values, **changes})


def picture(link: str, number: int = 1) -> Outgoing:
    return outgoing(number, "", content=says.encode(says.Media(kind="image", link=link)))


async def outcome_of(sink: Recorder, number: int = 1) -> Outcome:
    await sink.until(lambda: any(report.recipient_id == number << 6 for report in sink.reports))
    (report,) = [report for report in sink.reports if report.recipient_id == number << 6]
    assert (report.attempt, report.parts_total, [part.number for part in report.parts]) == (1, 1, [1])
    return report.parts[0].outcome


@pytest_asyncio.fixture
async def api() -> AsyncIterator[CloudApi]:
    async with CloudApi() as one:
        yield one


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest_asyncio.fixture
async def opened(api: CloudApi, sink: Recorder) -> AsyncIterator[Opened]:
    """Opens a channel and waits until its number has been seen in this state."""
    channels: list[WhatsappChannel] = []
    lab = ClientOptions(allow_private=True)
    async with OutgoingClient(lab) as client, OutgoingClient() as guarded:

        async def open_channel(
            state: SessionState = SessionState.BOUND, strict: bool = False, **options: Any
        ) -> WhatsappChannel:
            loop = asyncio.get_running_loop()
            channel = registry.create(
                "whatsapp",
                7,
                {**OPTIONS, "base_url": api.endpoint.url, "reconnect_first": 0.01, **options},
                sink,
                client=guarded if strict else client,
                clock=lambda: dt.datetime.now(dt.UTC),
                monotonic=loop.time,
                jitter=lambda: 0.0,
            )
            assert isinstance(channel, WhatsappChannel)
            channels.append(channel)
            sink.recorded = channel.recorded
            await channel.start()
            await sink.in_state(state)
            return channel

        yield open_channel
        for channel in channels:
            await channel.stop(0.0)


async def warm(channel: WhatsappChannel, sink: Recorder, api: CloudApi) -> None:
    """One message, after which all connections may be used."""
    channel.send([outgoing(9_999_999)])
    await sink.until(lambda: sink.reports and channel.capacity() > 1)
    sink.reports.clear()
    api.sends.clear()
    api.moments.clear()


class TestSending:
    async def test_a_text(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened()
        assert sink.states == [("number", SessionState.CONNECTING, ""), ("number", SessionState.BOUND, SEEN)]
        assert channel.capacity() == 1  # until one has shown that it works
        channel.send([outgoing(1, "hi", attempt=1)])
        assert sink.reports == []  # never before send has returned
        assert await outcome_of(sink) == Accepted("wamid.358400000001.1")
        assert api.sends == [
            {
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "to": "358400000001",
                "type": "text",
                "text": {"body": "hi", "preview_url": False},
                "biz_opaque_callback_data": "v1:64:1",
            }
        ]
        await sink.until(lambda: channel.capacity() >= 40)  # half a second of 80
        assert (channel.window(), channel.parts_of(outgoing(1))) == (64, 1)

    async def test_a_person_without_a_number(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened()
        kind = AddressKind.WHATSAPP_USER
        channel.send([outgoing(1, destination="FI.13491208655302741918", destination_kind=kind)])
        assert isinstance(await outcome_of(sink), Accepted)
        assert api.sends[0]["recipient"] == "FI.13491208655302741918"
        assert "to" not in api.sends[0]

    async def test_the_words_of_this_recipient_go_into_the_content(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened()
        contents = [
            says.Text(body="", reply_to="wamid.1"),
            says.Media(kind="document", media_id="m1", filename="a.pdf"),
            says.Buttons(body="", buttons=(says.Button("y", "Yes"),)),
            says.Reaction(wamid="wamid.1", emoji="x"),
        ]
        for number, content in enumerate(contents, 1):
            channel.send([outgoing(number, f"words {number}", content=says.encode(content))])
            await outcome_of(sink, number)
        text, document, buttons, reaction = api.sends
        assert (text["text"]["body"], text["context"]) == ("words 1", {"message_id": "wamid.1"})
        assert document["document"] == {"id": "m1", "caption": "words 2", "filename": "a.pdf"}
        assert buttons["interactive"]["body"] == {"text": "words 3"}
        assert reaction["reaction"] == {"message_id": "wamid.1", "emoji": "x"}

    async def test_what_nobody_can_read_is_refused(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened()
        channel.send([outgoing(1, content=b'{"type": "telepathy"}')])
        outcome = await outcome_of(sink)
        assert isinstance(outcome, Refused)
        assert outcome.reason is Failure.INVALID_CONTENT
        assert api.sends == []

    async def test_what_was_taken_before_is_not_sent_again(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened()
        channel.send([outgoing(1, parts_done=frozenset({1})), outgoing(2)])
        reports = await sink.reported(2)
        assert reports[64].parts == ()
        assert [body["to"] for body in api.sends] == ["358400000002"]

    async def test_urgent_ones_first(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened()
        channel.send([outgoing(1), outgoing(2), outgoing(3, urgent=True)])
        await sink.reported(3)
        assert [body["to"][-1] for body in api.sends] == ["3", "1", "2"]

    async def test_what_is_written_and_not_recorded_fits_the_connections(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened(connections=3, messages_per_second=1000)
        await warm(channel, sink, api)
        sink.recorded = None  # the store takes its time
        channel.send([outgoing(number) for number in range(8)])
        reports = list((await sink.reported(3)).values())
        assert channel.awaits_recording()
        assert (channel.capacity(), len(api.sends)) == (0, 3)
        channel.recorded(reports[:2])
        await sink.reported(5)
        assert len(api.sends) == 5
        sink.recorded = channel.recorded
        channel.recorded(sink.reports[2:])
        await sink.reported(8)
        assert not channel.awaits_recording()


class TestPace:
    async def test_the_rate_of_the_number(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened(messages_per_second=100)
        await warm(channel, sink, api)
        channel.send([outgoing(number) for number in range(150)])
        await sink.reported(150)
        took = api.moments[-1] - api.moments[0]
        assert 149 / took == pytest.approx(100, rel=0.03)

    async def test_one_person_after_a_burst(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened(pair_seconds=0.2, pair_burst=2, messages_per_second=1000)
        await warm(channel, sink, api)
        channel.send([*(outgoing(n, destination="358401") for n in range(4)), outgoing(5)])
        await sink.reported(5)
        assert [body["to"] for body in api.sends] == ["358401"] * 2 + ["358400000005"] + ["358401"] * 2
        first, second, _, third, fourth = api.moments
        assert second - first < 0.1
        assert third - first >= 0.19
        assert fourth - third >= 0.19

    async def test_who_would_wait_too_long_comes_again(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened(pair_seconds=60, pair_burst=1)
        await warm(channel, sink, api)
        channel.send([outgoing(n, destination="358401") for n in range(3)])
        await sink.reported(3)
        (second, third) = [await outcome_of(sink, number) for number in (1, 2)]
        for outcome, wait in ((second, 60), (third, 120)):  # each at a moment of its own
            assert isinstance(outcome, Deferred)
            assert outcome.reason is Failure.CARRIER_BUSY
            assert outcome.retry_after == pytest.approx(wait, abs=1)
        assert len(api.sends) == 1

    async def test_one_person_holds_up_nobody_else(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        """A hundred to one person: two of them wait in the channel, the others come again."""
        channel = await opened(pair_burst=1, messages_per_second=1000, connections=8)
        await warm(channel, sink, api)
        channel.send([outgoing(n, destination="358401") for n in range(100)])
        await sink.reported(98)
        waits = sorted(
            report.parts[0].outcome.retry_after or 0.0
            for report in sink.reports
            if isinstance(report.parts[0].outcome, Deferred)
        )
        assert waits == pytest.approx([6.0 * place for place in range(3, 100)], abs=1.0)
        channel.send([outgoing(number) for number in range(200, 208)])
        for number in range(200, 208):
            assert isinstance(await outcome_of(sink, number), Accepted)
        assert channel.capacity() > 0

    async def test_files_hold_up_nobody_else(
        self, opened: Opened, api: CloudApi, sink: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("viesti.channels.whatsapp.files.PATIENCE", 0.2)

        def silence(_: Received) -> None:
            return None

        async with Endpoint(silence) as host:
            channel = await opened(connections=8, messages_per_second=1000)
            await warm(channel, sink, api)
            channel.send([picture(f"{host.url}/{number}.png", number) for number in range(1, 7)])
            channel.send([outgoing(8)])
            assert isinstance(await outcome_of(sink, 8), Accepted)
            refused, patient = await outcome_of(sink, 6), await outcome_of(sink, 1)
        busy = Failure.CARRIER_BUSY
        assert refused == Deferred(busy, 10.0, "too many others wait for their files")
        assert patient == Deferred(busy, 10.0, "its file is still on its way")

    @pytest.mark.parametrize(
        ("reply", "wait"),
        [
            (error(130429, "429 Too Many Requests"), None),
            (answer("429 Too Many Requests", Retry_After="1"), 1.0),
        ],
    )
    async def test_too_fast_is_followed_by_silence(
        self, opened: Opened, api: CloudApi, sink: Recorder, reply: bytes, wait: float | None
    ) -> None:
        channel = await opened(messages_per_second=1000, throttle_pause=0.3)
        await warm(channel, sink, api)
        api.send = lambda _: reply
        channel.send([outgoing(1)])
        outcome = await outcome_of(sink)
        assert isinstance(outcome, Deferred)
        assert (outcome.reason, outcome.retry_after) == (Failure.CARRIER_BUSY, wait)
        assert channel.capacity() == 0
        api.send = api.accept
        channel.send([outgoing(2)])
        assert isinstance(await outcome_of(sink, 2), Accepted)
        assert api.moments[1] - api.moments[0] >= (wait or 0.3) - 0.01
        assert sink.states[-1][1] is SessionState.BOUND

    async def test_a_long_pause_gives_back_what_waits(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened(messages_per_second=10)
        await warm(channel, sink, api)
        api.send = lambda _: error(80007)
        channel.send([outgoing(number) for number in range(5)])
        await sink.reported(5)
        assert await outcome_of(sink, 4) == Deferred(Failure.CARRIER_BUSY, 60.0)
        assert len(api.sends) < 5
        assert channel.capacity() == 0

    async def test_spam_makes_the_number_slower(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened(messages_per_second=100)
        await warm(channel, sink, api)
        api.send = lambda _: error(131048)
        channel.send([outgoing(1)])
        assert isinstance(await outcome_of(sink), Refused)
        api.send = api.accept
        channel.send([outgoing(number) for number in range(2, 52)])
        await sink.reported(51)
        assert 49 / (api.moments[-1] - api.moments[1]) < 80

    async def test_too_fast_for_one_person(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened(messages_per_second=1000, pair_seconds=0.3)
        await warm(channel, sink, api)
        api.send = lambda body: error(131056) if body["to"] == "358401" else api.accept(body)
        channel.send([outgoing(1, destination="358401")])
        outcome = await outcome_of(sink)
        assert isinstance(outcome, Deferred)
        assert outcome.reason is Failure.CARRIER_BUSY
        api.send = api.accept
        channel.send([outgoing(2, destination="358401"), outgoing(3)])
        await sink.reported(3)
        assert [body["to"] for body in api.sends[1:]] == ["358400000003", "358401"]
        assert api.moments[2] - api.moments[0] >= 0.29

    async def test_room_is_told_when_there_is_some(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened(messages_per_second=2)
        told = sink.rooms
        channel.send([outgoing(1)])  # the rate lets no other out within half a second
        await sink.until(lambda: sink.rooms > told and channel.capacity() == 1)


class TestRefusals:
    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (
                error(131026),
                Refused(Failure.NOT_ON_WHATSAPP, True, "131026 (#131026) No: why (fbtrace_id T1)"),
            ),
            (error(131047), Refused(Failure.WINDOW_CLOSED, True, "131047 (#131047) No: why (fbtrace_id T1)")),
            (error(131050), Refused(Failure.OPTED_OUT, False, "131050 (#131050) No: why (fbtrace_id T1)")),
            (
                error(131049),
                Refused(Failure.CARRIER_REJECTED, True, "131049 (#131049) No: why (fbtrace_id T1)"),
            ),
            (
                error(132001),
                Refused(Failure.INVALID_CONTENT, True, "132001 (#132001) No: why (fbtrace_id T1)"),
            ),
            (error(777), Refused(Failure.CARRIER_REJECTED, True, "777 (#777) No: why (fbtrace_id T1)")),
            (
                error(131000),
                Deferred(Failure.CARRIER_ERROR, None, "131000 (#131000) No: why (fbtrace_id T1)"),
            ),
            (error(2, "503 Oops"), Deferred(Failure.CARRIER_ERROR, None, "2 (#2) No: why (fbtrace_id T1)")),
        ],
    )
    async def test_of_a_message(
        self, opened: Opened, api: CloudApi, sink: Recorder, reply: bytes, outcome: Outcome
    ) -> None:
        channel = await opened()
        api.send = lambda _: reply
        channel.send([outgoing(1)])
        assert await outcome_of(sink) == outcome
        assert channel.capacity() > 1  # the number works
        assert sink.states[-1][1] is SessionState.BOUND

    @pytest.mark.parametrize(
        ("reply", "outcome"),
        [
            (answer("502 Bad Gateway"), Unknown("HTTP 502")),
            (answer("504 Gateway Timeout", b"<html>"), Unknown("HTTP 504")),
            (answer("200 OK", b"{}"), Unknown),
            (answer("200 OK", b'{"messages": []}'), Unknown),
            (b"", Unknown("connection lost: closed before the answer was whole")),
            (None, Unknown("timed out: no answer in time")),
            (answer("404 Not Found"), Deferred(Failure.CARRIER_ERROR, None, "HTTP 404")),
            (answer("302 Found"), Deferred(Failure.CARRIER_ERROR, None, "HTTP 302")),
        ],
        ids=["502", "504", "no message", "empty", "closed", "silence", "404", "302"],
    )
    async def test_what_the_api_did_not_say_leaves_doubt_and_calls_for_a_look(
        self, opened: Opened, api: CloudApi, sink: Recorder, reply: bytes | None, outcome: Any
    ) -> None:
        channel = await opened(answer_timeout=0.2)
        await warm(channel, sink, api)
        looks = len(api.looks)
        api.send = lambda _: reply
        channel.send([outgoing(1)])
        found = await outcome_of(sink)
        assert isinstance(found, outcome) if outcome is Unknown else found == outcome
        await sink.in_state(SessionState.BOUND, 2)
        assert len(api.looks) == looks + 1
        assert channel.capacity() == 1  # and one message goes first
        api.send = api.accept
        channel.send([outgoing(2)])
        assert isinstance(await outcome_of(sink, 2), Accepted)
        await sink.until(lambda: channel.capacity() > 1)

    async def test_one_that_hangs_holds_up_no_other_after_trouble(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        """What goes first after trouble is new; an answer awaited since before says nothing of now."""
        channel = await opened()
        await warm(channel, sink, api)
        replies = [None, b""]  # silence, and a connection that dies
        api.send = lambda _: replies.pop(0)
        channel.send([outgoing(1)])
        await api.sent(1)
        channel.send([outgoing(2)])
        assert isinstance(await outcome_of(sink, 2), Unknown)
        await sink.in_state(SessionState.BOUND, 2)
        api.send = lambda _: None
        assert channel.capacity() == 1
        channel.send([outgoing(3)])
        await api.sent(3)
        assert channel.capacity() == 0  # one, and no more until it is answered
        await channel.stop(0.0)

    async def test_of_a_connection_is_no_doubt(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened()
        await api.endpoint.__aexit__(None, None, None)  # nobody listens any more
        channel.send([outgoing(1), outgoing(2)])
        for number in (1, 2):
            outcome = await outcome_of(sink, number)
            assert isinstance(outcome, Deferred | Unknown)
        assert await outcome_of(sink, 2) == Deferred(Failure.LINK_DOWN)  # never left the line
        assert "no connection" in await sink.in_state(SessionState.DOWN, 2)
        channel.send([outgoing(3)])
        assert await outcome_of(sink, 3) == Deferred(Failure.LINK_DOWN)
        assert channel.capacity() == 0

    async def test_a_defect_of_ours_leaves_no_message_without_an_outcome(
        self, opened: Opened, api: CloudApi, sink: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise LookupError

        channel = await opened()
        monkeypatch.setattr("viesti.channels.whatsapp.channel.verdict_of", broken)
        channel.send([outgoing(1)])
        assert await outcome_of(sink) == Unknown("it could not be handled: LookupError")


class TestNumber:
    async def test_a_dead_token_stops_it(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened(SessionState.STOPPED, token="other", look_seconds=0.05)
        assert sink.states[-1][2] == "190 (#190) No: why (fbtrace_id T1)"
        assert channel.capacity() == 0
        channel.send([outgoing(1)])
        assert await outcome_of(sink) == Deferred(Failure.LINK_DOWN)
        assert api.sends == []

    async def test_a_number_that_is_not_ours_stops_it(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        await opened(SessionState.STOPPED, phone_number_id="987")
        assert sink.states[-1][2].startswith("100 ")

    async def test_it_comes_back_when_the_api_says_so(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        api.look = lambda: error(190, "401 Unauthorized")
        channel = await opened(SessionState.STOPPED, look_seconds=0.02)
        api.look = lambda: as_json("200 OK", NUMBER)
        await sink.in_state(SessionState.BOUND)
        channel.send([outgoing(1)])
        assert isinstance(await outcome_of(sink), Accepted)

    async def test_refused_for_the_number_s_sake(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        """The account can't pay: looks are answered as ever, so a message tries now and then, alone."""
        channel = await opened(look_seconds=0.02)
        await warm(channel, sink, api)
        why = "131042 (#131042) No: why (fbtrace_id T1)"
        api.send = lambda _: error(131042)
        channel.send([outgoing(1)])
        assert await outcome_of(sink) == Deferred(Failure.CHANNEL_STOPPED, detail=why)
        assert await sink.in_state(SessionState.STOPPED) == why
        await sink.until(lambda: channel.capacity() == 1)
        channel.send([outgoing(2), outgoing(3)])
        assert await outcome_of(sink, 2) == Deferred(Failure.CHANNEL_STOPPED, detail=why)
        assert await outcome_of(sink, 3) == Deferred(Failure.LINK_DOWN)  # it was not tried
        assert len(api.sends) == 2
        assert sink.states[-1] == ("number", SessionState.STOPPED, why)  # all the while
        api.send = api.accept
        await sink.until(lambda: channel.capacity() == 1)
        channel.send([outgoing(4)])
        assert isinstance(await outcome_of(sink, 4), Accepted)
        await sink.until(lambda: sink.states[-1] == ("number", SessionState.BOUND, SEEN))

    async def test_what_is_seen_of_it_is_told(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        await opened(look_seconds=0.02)
        api.look = lambda: as_json("200 OK", NUMBER | {"quality_rating": "RED"})
        assert (await sink.in_state(SessionState.BOUND, 2)).endswith("quality RED")

    async def test_no_answer_at_all(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        api.look = lambda: answer("500 Oops")
        channel = await opened(SessionState.DOWN)
        assert sink.states[-1][2] == "HTTP 500"
        assert channel.capacity() == 0
        api.look = lambda: as_json("200 OK", NUMBER)
        await sink.in_state(SessionState.BOUND)


class TestFiles:
    async def test_a_link_is_fetched_and_sent_up_once(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        async with Endpoint(lambda _: answer(body=b"\x89PNG...", Content_Type="image/png")) as host:
            channel = await opened(messages_per_second=1000)
            await warm(channel, sink, api)
            link = f"{host.url}/a/logo%20b.png?x=1"
            header = says.Component(type="header", parameters=(says.MediaParameter(kind="image", link=link),))
            template = says.Template(name="hello", language="fi", components=(header,))
            channel.send([outgoing(n, content=says.encode(template)) for n in range(1, 6)])
            await sink.reported(5)
            channel.send([picture(link, 6)])
            assert isinstance(await outcome_of(sink, 6), Accepted)
        assert [received.line for received in host.received] == ["GET /a/logo%20b.png?x=1 HTTP/1.1"]
        (upload,) = api.uploads
        assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b'name="file"; filename="logo b.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG...\r\n--' in (
            upload.body
        )
        assert b'name="messaging_product"\r\n\r\nwhatsapp\r\n' in upload.body
        for body in api.sends[:5]:
            (component,) = body["template"]["components"]
            assert component["parameters"] == [{"type": "image", "image": {"id": "up1"}}]
        assert api.sends[5]["image"] == {"id": "up1"}

    async def test_what_changes_under_a_link_is_sent_minutes_later(self, api: CloudApi) -> None:
        now, menu = 0.0, [b"Monday's", b"Tuesday's"]
        options = WhatsappOptions.read({**OPTIONS, "base_url": api.endpoint.url})
        lab = ClientOptions(allow_private=True)
        async with (
            Endpoint(lambda _: answer(body=menu[len(api.uploads)], Content_Type="image/png")) as host,
            OutgoingClient(lab) as client,
        ):
            files = Files(Graph(options, client), client, lambda: now)
            content = says.Media(kind="image", link=f"{host.url}/menu.png")
            first = await files.prepare(content)
            now = 599.0
            assert files.ready(content) == first == says.Media(kind="image", media_id="up1")
            now = 600.0
            assert files.ready(content) is None
            assert await files.prepare(content) == says.Media(kind="image", media_id="up2")
            await files.close()
        assert [menu[at] in upload.body for at, upload in enumerate(api.uploads)] == [True, True]

    @pytest.mark.parametrize(
        ("reply", "problem"),
        [
            (answer("404 Not Found"), "HTTP 404"),
            (answer("302 Found", Location="http://10.0.0.1/"), "HTTP 302"),
            (answer(body=b"<html>", Content_Type="text/html"), "text/html, which is no image"),
            (answer(body=b"x"), "the file could not be fetched"),
            (answer(body=b"", Content_Type="image/png"), "empty, or larger than the 5242880"),
            (answer(body=b"x" * 5_242_881, Content_Type="image/png"), "empty, or larger than the 5242880"),
        ],
        ids=["gone", "elsewhere", "page", "private", "empty", "large"],
    )
    async def test_a_file_that_is_of_no_use(
        self, opened: Opened, api: CloudApi, sink: Recorder, reply: bytes, problem: str
    ) -> None:
        async with Endpoint(lambda _: reply) as host:
            channel = await opened(strict="fetched" in problem)
            for number in (1, 2):
                channel.send([picture(f"{host.url}/logo.png", number)])
                outcome = await outcome_of(sink, number)
                assert isinstance(outcome, Refused)
                assert (outcome.reason, outcome.elsewhere) == (Failure.INVALID_CONTENT, True)
                assert problem in outcome.detail
        assert len(host.received) == ("fetched" not in problem)  # asked once, or never
        assert api.uploads == []

    @pytest.mark.parametrize("reply", [answer("503 Busy"), b""])
    async def test_a_file_that_may_come_later(
        self, opened: Opened, api: CloudApi, sink: Recorder, reply: bytes
    ) -> None:
        async with Endpoint(lambda _: reply) as host:
            channel = await opened()
            channel.send([picture(f"{host.url}/logo.png")])
            outcome = await outcome_of(sink)
        assert isinstance(outcome, Deferred)
        assert outcome.reason is Failure.CARRIER_ERROR

    async def test_a_file_that_meta_could_not_use_is_fetched_again(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        def last_id(body: dict[str, Any]) -> bytes:
            return error(131053) if body["image"]["id"] == "up1" else api.accept(body)

        async with Endpoint(lambda _: answer(body=b"png")) as host:
            channel = await opened()
            api.send = last_id
            link = f"{host.url}/logo.png"  # its server does not say what it is
            channel.send([picture(link, 1)])
            assert isinstance(await outcome_of(sink, 1), Refused)
            channel.send([picture(link, 2)])
            assert isinstance(await outcome_of(sink, 2), Accepted)
        assert len(host.received) == len(api.uploads) == 2

    async def test_a_channel_that_stops_does_not_wait_for_files(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        def silence(_: Received) -> None:
            return None

        async with Endpoint(silence) as host:
            channel = await opened()
            channel.send([picture(f"{host.url}/1.png", 1)])
            await host.arrived.wait()
            channel.send([picture(f"{host.url}/2.png", 2)])
            await channel.stop(10.0)
        for number in (1, 2):
            assert await outcome_of(sink, number) == Deferred(Failure.CHANNEL_STOPPED)


class TestStopping:
    async def test_what_is_unwritten_comes_back_and_what_is_unanswered_is_unknown(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        channel = await opened(connections=2)
        await warm(channel, sink, api)
        api.send = lambda _: None
        channel.send([outgoing(number) for number in range(4)])
        await api.sent(2)
        await channel.stop(0.01)
        outcomes = [await outcome_of(sink, number) for number in range(4)]
        assert outcomes[2:] == [Deferred(Failure.CHANNEL_STOPPED)] * 2
        assert outcomes[:2] == [Unknown("connection lost: the client was closed")] * 2
        assert sink.states[-1] == ("number", SessionState.STOPPED, "stopped")
        channel.send([outgoing(5)])
        assert await outcome_of(sink, 5) == Deferred(Failure.CHANNEL_STOPPED)

    async def test_nobody_looks_at_the_number_any_more(
        self, opened: Opened, api: CloudApi, sink: Recorder
    ) -> None:
        """A call that ends because the channel stops is trouble, after which the number is looked at."""
        api.send = lambda _: None
        for _ in range(5):
            channel = await opened(look_seconds=0.0001)
            channel.send([outgoing(1)])
            await api.sent(1)
            await channel.stop(0.01)
            api.sends.clear()
            sink.states.clear()

    async def test_answers_are_awaited(self, opened: Opened, api: CloudApi, sink: Recorder) -> None:
        channel = await opened()
        channel.send([outgoing(1)])
        await channel.stop(10.0)
        assert isinstance(await outcome_of(sink), Accepted)
