"""The SMPP channel against a message centre on a real socket: what is sent, and what goes wrong on the
way."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import random
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.fakes.carrier import Carrier, CarrierLink, Recorder, accept, ignore, not_stored, refuse

from viesti.channels.options import OptionError
from viesti.channels.smpp.channel import SmppChannel, create
from viesti.domain.channel import AddressKind, Concatenation, Outgoing, SendReport, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Refused, Unknown
from viesti.domain.status import PartState
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command, Tag
from viesti.protocols.smpp.status import Status

pytestmark = pytest.mark.integration

Opened = Callable[..., Awaitable[SmppChannel]]


def outgoing(number: int, text: str = "hello", **changes: Any) -> Outgoing:
    values: dict[str, Any] = {
        "recipient_id": number << 6,
        "attempt": 1,
        "destination": f"35840{number:07}",
        "destination_kind": AddressKind.INTERNATIONAL,
        "sender": "Viesti",
        "sender_kind": AddressKind.ALPHANUMERIC,
        "text": text,
    }
    return Outgoing(**{**values, **changes})


def outcomes(report: SendReport) -> list[object]:
    return [part.outcome for part in report.parts]


@pytest_asyncio.fixture
async def carrier() -> AsyncIterator[Carrier]:
    one = Carrier()
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
def sink() -> Recorder:
    return Recorder()


@pytest_asyncio.fixture
async def opened(carrier: Carrier, sink: Recorder) -> AsyncIterator[Opened]:
    """Opens a channel to the carrier and waits until every session is bound."""
    channels = []

    async def open_channel(wait: int | None = None, **options: Any) -> SmppChannel:
        values = {
            "host": "127.0.0.1",
            "port": carrier.port,
            "system_id": "viesti",
            "password": "secret",
            "reconnect_first": 0.01,
            **options,
        }
        channel = create(
            7,
            values,
            sink,
            clock=lambda: dt.datetime.now(dt.UTC),
            monotonic=time.monotonic,
            jitter=lambda: 0.0,
        )
        channels.append(channel)
        sink.recorded = channel.recorded
        await channel.start()
        bound = options.get("sessions", 1) * (2 if "+" in options.get("bind", "") else 1)
        await sink.until(lambda: _count(sink, SessionState.BOUND) >= (bound if wait is None else wait))
        return channel

    yield open_channel
    for channel in channels:
        await channel.stop(0.2)


def _count(sink: Recorder, state: SessionState) -> int:
    return sum(one[1] is state for one in sink.states)


class TestSending:
    async def test_what_is_written_and_not_recorded_fits_the_windows(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened(sessions=2, window=3)
        sink.recorded = None  # the store takes its time
        channel.send([outgoing(number) for number in range(20)])
        reports = list((await sink.reported(6)).values())
        assert len(carrier.submits) == 6
        assert channel.capacity() == 0  # the fourteen wait in its windows' room
        channel.recorded(reports[:2])
        await carrier.submitted(8)
        await sink.reported(8)
        assert len(carrier.submits) == 8
        sink.recorded = channel.recorded
        channel.recorded(sink.reports[2:])
        assert len(await sink.reported(20)) == 20

    async def test_a_message_of_more_parts_than_the_windows_hold(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened(window=2)
        sink.recorded = None
        channel.send([outgoing(1, "x" * 153 * 7), *(outgoing(number) for number in range(2, 6))])
        await sink.reported(2)
        assert len(carrier.submits) == 8  # its last part and the next message filled the window; now all wait
        sink.recorded = channel.recorded
        channel.recorded(sink.reports)
        assert len(await sink.reported(5)) == 5

    async def test_a_message(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        channel = await opened()
        assert channel.capacity() == 10
        channel.send([outgoing(1)])
        report = (await sink.reported(1))[1 << 6]
        assert (report.parts_total, outcomes(report)) == (1, [Accepted("1")])
        (pdu,) = carrier.submits
        assert (pdu.text("source_addr"), pdu.text("destination_addr"), pdu.message()) == (
            "Viesti",
            "358400000001",
            b"hello",
        )
        assert channel.capacity() == 10

    async def test_parts_are_reported_together(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened()
        message = outgoing(300, "x" * 400)
        assert channel.parts_of(message) == 3
        channel.send([message])
        report = (await sink.reported(1))[300 << 6]
        assert (report.parts_total, [part.number for part in report.parts]) == (3, [1, 2, 3])
        reference = bytes([300 & 0xFF])
        assert [text[:6] for text in carrier.texts()] == [
            b"\5\0\3" + reference + bytes([3, number]) for number in (1, 2, 3)
        ]

    async def test_only_parts_not_yet_taken_are_sent_again(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened()
        channel.send([outgoing(1, "x" * 400, attempt=2, parts_done=frozenset({1, 3}))])
        report = (await sink.reported(1))[1 << 6]
        assert (report.attempt, report.parts_total, [part.number for part in report.parts]) == (2, 3, [2])
        assert carrier.texts()[0][:6] == b"\5\0\3\1\3\2"

    async def test_nothing_left_to_send_is_reported_at_once(self, opened: Opened, sink: Recorder) -> None:
        channel = await opened()
        channel.send([outgoing(1, parts_done=frozenset({1}))])
        assert sink.reports == [SendReport(1 << 6, 1, 1, ())]

    async def test_order_and_window(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        carrier.answer = ignore
        channel = await opened(window=4)
        channel.send([outgoing(number, f"{number}") for number in range(10)])
        await carrier.submitted(4)
        assert channel.capacity() == 0
        for pdu in carrier.submits[:4]:
            carrier.links[0].respond(pdu, message_id="1")
        carrier.answer = accept
        carrier.links[0].flush()
        await sink.reported(10)
        assert carrier.texts() == [f"{number}".encode() for number in range(10)]

    async def test_answers_out_of_order(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        carrier.answer = ignore
        channel = await opened()
        channel.send([outgoing(number) for number in range(5)])
        await carrier.submitted(5)
        for number, pdu in reversed(list(enumerate(carrier.submits))):
            carrier.links[0].respond(pdu, message_id=f"A{number}")
        carrier.links[0].flush()
        reports = await sink.reported(5)
        assert {key >> 6: outcomes(report) for key, report in reports.items()} == {
            number: [Accepted(f"a{number}")] for number in range(5)
        }

    async def test_several_sessions_share_the_work(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        seen: list[CarrierLink] = []

        def note(link: CarrierLink, pdu: Pdu) -> None:
            seen.append(link)
            accept(link, pdu)

        carrier.answer = note
        channel = await opened(sessions=3)
        assert channel.capacity() == 30
        channel.send([outgoing(number) for number in range(30)])
        await sink.reported(30)
        assert sorted(seen.count(link) for link in carrier.links) == [10, 10, 10]

    async def test_transmitter_and_receiver(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        channel = await opened(bind="transmitter+receiver")
        assert {pdu.command_id for pdu in carrier.binds} == {1, 2}
        assert channel.capacity() == 10
        channel.send([outgoing(1)])
        await sink.reported(1)
        receiver = next(link for link in carrier.links if link.bound_as == Command.BIND_RECEIVER)
        await receiver.deliver(source_addr="358401", short_message=b"hi")
        assert sink.inbounds[0].text == "hi"

    async def test_room_is_told_once_there_is_enough(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = ignore
        channel = await opened(window=10)
        rooms = sink.rooms
        assert rooms == 1
        channel.send([outgoing(number) for number in range(10)])
        await carrier.submitted(10)
        for index, pdu in enumerate(carrier.submits):
            carrier.links[0].respond(pdu, message_id="1")
            carrier.links[0].flush()
            await sink.reported(index + 1)
            assert sink.rooms == rooms + (index >= 4)

    async def test_room_is_told_when_a_low_rate_gives_it(self, opened: Opened, sink: Recorder) -> None:
        channel = await opened(rate=0.8)  # the next part may be taken a quarter of a second from now
        rooms = sink.rooms
        channel.send([outgoing(1)])
        await sink.reported(1)
        assert (channel.capacity(), sink.rooms) == (0, rooms)
        await sink.until(lambda: sink.rooms > rooms)
        assert channel.capacity() == 1

    async def test_the_rate_is_kept(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        times: list[float] = []

        def note(link: CarrierLink, pdu: Pdu) -> None:
            times.append(time.monotonic())
            accept(link, pdu)

        carrier.answer = note
        channel = await opened(rate=200.0, window=500)
        channel.send([outgoing(number) for number in range(101)])
        await sink.reported(101)
        assert times[-1] - times[0] == pytest.approx(0.5, rel=0.1)  # the bucket itself is exact, see its test

    async def test_urgent_ones_pass_what_waits_for_the_rate(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened(rate=100.0, window=500)
        channel.send([outgoing(number, f"bulk {number}") for number in range(20)])
        await carrier.submitted(5)
        channel.send([outgoing(number, f"urgent {number}", urgent=True) for number in range(100, 103)])
        written = len(carrier.submits)
        await sink.reported(23)
        texts = carrier.texts()
        urgent = [at for at, text in enumerate(texts) if text.startswith(b"urgent")]
        assert urgent == [urgent[0], urgent[0] + 1, urgent[0] + 2]
        assert urgent[0] <= written + 3  # what may go out at once before the carrier reads it
        assert [text for text in texts if text.startswith(b"urgent")] == [
            f"urgent {number}".encode() for number in range(100, 103)
        ]
        assert [text for text in texts if text.startswith(b"bulk")] == [
            f"bulk {number}".encode() for number in range(20)
        ]


def test_on_uvloop() -> None:
    """Its transports are none of asyncio's classes; the product runs on it."""

    async def send_one() -> list[object]:
        carrier, sink = Carrier(), Recorder()
        await carrier.start()
        channel = create(
            7,
            {"host": "127.0.0.1", "port": carrier.port, "system_id": "viesti", "password": "secret"},
            sink,
            clock=lambda: dt.datetime.now(dt.UTC),
            monotonic=time.monotonic,
            jitter=lambda: 0.0,
        )
        await channel.start()
        await sink.in_state(SessionState.BOUND)
        channel.send([outgoing(1)])
        reports = await sink.reported(1)
        await channel.stop(1)
        await carrier.stop()
        return outcomes(reports[1 << 6])

    assert uvloop.run(send_one()) == [Accepted("1")]


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (
                Status.RINVDSTADR,
                Refused(Failure.INVALID_DESTINATION, elsewhere=False, detail="ESME_RINVDSTADR"),
            ),
            (Status.RINVSRCADR, Refused(Failure.INVALID_SENDER, elsewhere=True, detail="ESME_RINVSRCADR")),
            (Status.RSYSERR, Deferred(Failure.CARRIER_ERROR, detail="ESME_RSYSERR")),
            (0x0401, Refused(Failure.CARRIER_REJECTED, elsewhere=True, detail="0x00000401")),
        ],
    )
    async def test_by_status(
        self, opened: Opened, carrier: Carrier, sink: Recorder, status: int, expected: object
    ) -> None:
        carrier.answer = refuse(status)
        channel = await opened()
        channel.send([outgoing(1)])
        assert outcomes((await sink.reported(1))[1 << 6]) == [expected]

    async def test_after_a_refused_part_the_rest_is_not_sent(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = refuse(Status.RINVDSTADR)
        channel = await opened(window=1)
        channel.send([outgoing(1, "x" * 400), outgoing(2)])
        reports = await sink.reported(2)
        assert [part.number for part in reports[1 << 6].parts] == [1]
        assert reports[1 << 6].parts_total == 3
        assert len(carrier.submits) == 2

    async def test_what_cant_be_written_is_refused(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        channel = await opened()
        channel.send(
            [outgoing(1, sender="S" * 21), outgoing(2, destination="4" * 30), outgoing(3, "x" * 40_000)]
        )
        reports = await sink.reported(3)
        reasons = [parts.outcome.reason for key in (1, 2, 3) for parts in reports[key << 6].parts]  # type: ignore[union-attr]
        assert reasons == [Failure.INVALID_SENDER, Failure.INVALID_DESTINATION, Failure.INVALID_CONTENT]
        assert carrier.submits == []

    async def test_session_trouble_binds_again(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = refuse(Status.RINVBNDSTS)
        channel = await opened()
        channel.send([outgoing(1)])
        (outcome,) = outcomes((await sink.reported(1))[1 << 6])
        assert isinstance(outcome, Deferred)
        assert outcome.reason is Failure.LINK_DOWN
        await sink.in_state(SessionState.BOUND, 2)


class TestThrottling:
    async def test_order_is_kept_and_everything_arrives(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        taken: list[bytes] = []

        def throttle_first(link: CarrierLink, pdu: Pdu) -> None:
            if len(carrier.submits) in range(4, 12):
                link.respond(pdu, Status.RTHROTTLED)
            else:
                taken.append(pdu.message())
                accept(link, pdu)

        carrier.answer = throttle_first
        channel = await opened(throttle_pause=0.05, window=10)
        channel.send([outgoing(number, f"{number:02}") for number in range(10)])
        reports = await sink.reported(10)
        assert all(isinstance(outcomes(report)[0], Accepted) for report in reports.values())
        # 00-02 taken; 03-09 too fast; then 03 too fast once more, and whatever follows in its own place
        assert sorted(taken) == [f"{number:02}".encode() for number in range(10)]
        assert carrier.texts()[10] == b"03"

    async def test_urgent_ones_pass_what_the_carrier_was_too_busy_for(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        busy, taken = True, []

        def answer(link: CarrierLink, pdu: Pdu) -> None:
            if busy:
                link.respond(pdu, Status.RTHROTTLED)
            else:
                taken.append(pdu.message())
                accept(link, pdu)

        carrier.answer = answer
        channel = await opened(throttle_pause=0.2, window=10)
        channel.send([outgoing(number, f"bulk {number}") for number in range(5)])
        await carrier.submitted(5)
        channel.send([outgoing(9, "urgent", urgent=True)])
        busy = False
        await sink.reported(6)
        assert taken == [b"urgent", *(f"bulk {number}".encode() for number in range(5))]

    async def test_the_session_is_silent_meanwhile(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        times: list[float] = []
        capacity: list[int] = []

        def full_once(link: CarrierLink, pdu: Pdu) -> None:
            times.append(time.monotonic())
            if len(times) == 1:
                link.respond(pdu, Status.RMSGQFUL)
                asyncio.get_running_loop().call_later(0.02, lambda: capacity.append(channel.capacity()))
            else:
                accept(link, pdu)

        carrier.answer = full_once
        channel = await opened(throttle_pause=0.1)
        rooms = sink.rooms
        channel.send([outgoing(1, "a")])
        await sink.reported(1)
        await sink.until(lambda: sink.rooms > rooms)
        assert carrier.texts() == [b"a", b"a"]
        assert times[1] - times[0] >= 0.099
        assert capacity == [0]

    async def test_a_carrier_that_never_takes_it(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = refuse(Status.RTHROTTLED)
        channel = await opened(throttle_pause=0.02, throttle_limit=0.05)
        channel.send([outgoing(1)])
        (outcome,) = outcomes((await sink.reported(1))[1 << 6])
        assert outcome == Deferred(Failure.CARRIER_BUSY, detail="ESME_RTHROTTLED")
        assert len(carrier.submits) >= 2


class TestLostAnswers:
    async def test_no_answer_in_time_is_unknown(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = ignore
        channel = await opened(timers={"response": 0.05}, window=2)
        channel.send([outgoing(1), outgoing(2), outgoing(3)])
        reports = await sink.reported(3)
        assert {type(outcomes(report)[0]) for report in reports.values()} == {Unknown}
        assert channel.capacity() == 2

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (0, Accepted("2a")),
            (Status.RINVDSTADR, Refused(Failure.INVALID_DESTINATION, detail="ESME_RINVDSTADR")),
        ],
        ids=["taken", "refused"],
    )
    async def test_an_answer_that_comes_late_is_told_once(
        self, opened: Opened, carrier: Carrier, sink: Recorder, status: int, expected: object
    ) -> None:
        carrier.answer = ignore
        channel = await opened(timers={"response": 0.05})
        channel.send([outgoing(1, attempt=3), outgoing(2, text="x" * 200)])
        await sink.reported(2)
        (link,) = carrier.links
        for pdu in carrier.submits[:2] * 2:
            link.respond(pdu, status, message_id="2a")
        link.flush()
        carrier.answer = accept
        channel.send([outgoing(9)])  # whose answer comes behind all others
        await sink.reported(3)
        told = [(late.recipient_id, late.attempt, late.part.number, late.parts_total) for late in sink.lates]
        assert told == [(1 << 6, 3, 1, 1), (2 << 6, 1, 1, 2)]
        assert [late.part.outcome for late in sink.lates] == [expected] * 2

    async def test_an_answer_of_the_connection_before_means_nothing(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = ignore
        channel = await opened(timers={"response": 0.05})
        channel.send([outgoing(1)])
        await sink.reported(1)
        carrier.links[0].abort()
        await sink.in_state(SessionState.BOUND, 2)
        (link,) = carrier.links
        link.respond(carrier.submits[0], message_id="2a")
        link.flush()
        carrier.answer = accept
        channel.send([outgoing(9)])
        await sink.reported(2)
        assert sink.lates == []

    async def test_dropped_link(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        carrier.answer = ignore
        channel = await opened(window=2)
        channel.send([outgoing(number) for number in range(5)])
        await carrier.submitted(2)
        carrier.links[0].abort()
        reports = await sink.reported(5)
        assert [type(outcomes(reports[number << 6])[0]) for number in range(5)] == [
            Unknown,
            Unknown,
            Deferred,
            Deferred,
            Deferred,
        ]
        assert {outcomes(reports[number << 6])[0] for number in (2, 3, 4)} == {Deferred(Failure.LINK_DOWN)}
        carrier.answer = accept
        await sink.in_state(SessionState.BOUND, 2)
        channel.send([outgoing(9)])
        assert outcomes((await sink.reported(6))[9 << 6]) == [Accepted("3")]

    async def test_the_other_session_takes_over_what_was_not_written(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = ignore
        channel = await opened(sessions=2, window=2)
        channel.send([outgoing(number) for number in range(8)])
        await carrier.submitted(4)
        dying, living = carrier.links
        carrier.answer = accept
        dying.abort()
        for pdu in carrier.submits[:4]:
            if living.session.state and pdu in carrier.submits:
                living.respond(pdu, message_id="1")
        living.flush()
        reports = await sink.reported(8)
        kinds = [type(outcomes(reports[number << 6])[0]) for number in range(8)]
        assert (kinds.count(Unknown), kinds.count(Accepted)) == (2, 6)

    async def test_peer_unbinds(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        carrier.answer = ignore
        channel = await opened()
        channel.send([outgoing(1)])
        await carrier.submitted(1)
        carrier.links[0].unbind()
        assert outcomes((await sink.reported(1))[1 << 6]) == [Unknown("the peer unbound")]
        assert await sink.in_state(SessionState.DOWN) == "the peer unbound"

    async def test_not_bound_is_deferred_at_once(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.bind_status = Status.RALYBND
        channel = await opened(wait=0)
        await sink.in_state(SessionState.DOWN, 2)
        assert channel.capacity() == 0
        channel.send([outgoing(1, "x" * 400)])
        (report,) = sink.reports
        assert outcomes(report) == [Deferred(Failure.LINK_DOWN)]
        carrier.bind_status = 0
        await sink.in_state(SessionState.BOUND)
        await sink.until(lambda: sink.rooms)


class TestBinding:
    async def test_a_wrong_password_stops_and_says_so(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        await opened(wait=0, password="wrong")
        detail = await sink.in_state(SessionState.STOPPED)
        assert detail == "The carrier refused the password. (ESME_RINVPASWD)"
        await carrier.until(lambda: not carrier.links)
        assert len(carrier.binds) == 1

    async def test_nobody_listens(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        port = carrier.port
        await carrier.stop()
        await opened(wait=0)
        detail = await sink.in_state(SessionState.DOWN, 2)
        assert detail.startswith(f"no connection to 127.0.0.1:{port}")
        await carrier.start(port=port)
        await sink.in_state(SessionState.BOUND)

    async def test_enquire_link_finds_a_dead_peer(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        await opened(timers={"enquire_link": 0.02, "response": 0.05})
        silent = carrier.links[0]
        silent.flush = lambda: None  # type: ignore[method-assign]
        assert await sink.in_state(SessionState.DOWN) == "enquire_link was not answered"
        await sink.in_state(SessionState.BOUND, 2)

    async def test_enquire_link_keeps_a_living_one(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        await opened(timers={"enquire_link": 0.01, "response": 5})
        written: list[bytes] = []
        link = carrier.links[0]
        receive = link.session.receive

        def note(data: bytes, now: float) -> Any:
            written.append(data)
            carrier.changed()
            return receive(data, now)

        link.session.receive = note  # type: ignore[method-assign]
        await carrier.until(lambda: len(written) >= 3)
        assert _count(sink, SessionState.DOWN) == 0


RECEIPT = (
    b"id:1 sub:001 dlvrd:001 submit date:2611221105 done date:2611221106 stat:DELIVRD err:000 text:hello"
)


class TestFromTheCarrier:
    async def test_receipt(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        await opened()
        answer = await carrier.links[0].deliver(
            esm_class=4, source_addr="358401", destination_addr="Viesti", short_message=RECEIPT
        )
        assert (answer.command_id, answer.status) == (Command.DELIVER_SM_RESP, 0)
        (receipt,) = sink.receipts
        assert (receipt.channel_id, receipt.references[0], receipt.state) == (7, "1", PartState.DELIVERED)
        assert (receipt.source, receipt.destination, receipt.error) == ("358401", "Viesti", "000")
        assert receipt.done_at == dt.datetime(2026, 11, 22, 11, 6, tzinfo=dt.UTC)
        assert "hello" not in receipt.raw

    async def test_data_sm_receipt(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        await opened()
        tlvs = ((int(Tag.RECEIPTED_MESSAGE_ID), b"4A\0"), (int(Tag.MESSAGE_STATE), b"\5"))
        answer = await carrier.links[0].deliver(Command.DATA_SM, esm_class=4, tlvs=tlvs)
        assert (answer.command_id, answer.status) == (Command.DATA_SM_RESP, 0)
        assert (sink.receipts[0].references[0], sink.receipts[0].state) == ("4a", PartState.UNDELIVERABLE)

    async def test_receipt_before_the_answer(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        def receipt_first(link: CarrierLink, pdu: Pdu) -> None:
            link.deliver(esm_class=4, short_message=RECEIPT)
            link.respond(pdu, message_id="0001")

        carrier.answer = receipt_first
        channel = await opened()
        channel.send([outgoing(1)])
        assert outcomes((await sink.reported(1))[1 << 6]) == [Accepted("1")]
        await sink.until(lambda: sink.receipts)
        assert sink.receipts[0].references[0] == "1"

    async def test_answered_only_when_stored(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        gates: list[asyncio.Future[None]] = []

        async def slow() -> None:
            gate = asyncio.get_running_loop().create_future()
            gates.append(gate)
            sink.changed()
            await gate

        sink.storing = slow
        await opened()
        first = carrier.links[0].deliver(short_message=b"first", source_addr="358401")
        second = carrier.links[0].deliver(short_message=b"second", source_addr="358401")
        await sink.until(lambda: len(gates) == 2)
        assert not first.done()
        gates[1].set_result(None)  # out of order
        assert (await second).status == 0
        assert not first.done()
        gates[0].set_result(None)
        assert (await first).status == 0

    async def test_not_stored_is_asked_for_again(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        sink.storing = not_stored
        await opened()
        answer = await carrier.links[0].deliver(short_message=b"hi", source_addr="358401")
        assert answer.status == Status.RX_T_APPN

    async def test_reading_stops_while_too_much_is_unstored(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        gate = asyncio.get_running_loop().create_future()
        sink.storing = lambda: asyncio.shield(gate)
        await opened(deliveries=2)
        answers = [carrier.links[0].deliver(short_message=b"%d" % number) for number in range(2)]
        await sink.until(lambda: len(sink.inbounds) == 2)
        answers.append(carrier.links[0].deliver(short_message=b"2"))
        await asyncio.wait(answers, timeout=0.05)
        assert len(sink.inbounds) == 2
        gate.set_result(None)
        assert [answer.status for answer in await asyncio.gather(*answers)] == [0, 0, 0]
        assert len(sink.inbounds) == 3

    async def test_a_store_that_hangs_does_not_keep_answers_unread(
        self, opened: Opened, carrier: Carrier, sink: Recorder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("viesti.channels.smpp.storing.PATIENCE", 0.02)
        gate = asyncio.get_running_loop().create_future()
        sink.storing = lambda: asyncio.shield(gate)
        channel = await opened(deliveries=1)
        first = carrier.links[0].deliver(short_message=b"first")
        await sink.until(lambda: sink.inbounds)
        channel.send([outgoing(1)])
        refused = carrier.links[0].deliver(short_message=b"second")
        assert outcomes((await sink.reported(1))[1 << 6]) == [Accepted("1")]
        assert (await refused).status == Status.RX_T_APPN
        gate.set_result(None)
        assert (await first).status == 0
        assert (await carrier.links[0].deliver(short_message=b"second")).status == 0
        assert [part.text for part in sink.inbounds] == ["first", "second"]

    async def test_a_handset(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        await opened()
        await carrier.links[0].deliver(
            source_addr_ton=1,
            source_addr="358401234567",
            destination_addr="17170",
            esm_class=0x40,
            data_coding=8,
            short_message=b"\5\0\3\x2a\2\1" + "Hyvää".encode("utf-16-be"),
        )
        (part,) = sink.inbounds
        assert (part.source, part.destination, part.text) == ("358401234567", "17170", "Hyvää")
        assert part.concatenation == Concatenation(8 << 16 | 42, 2, 1)


class TestWhateverHappens:
    """A carrier that throttles, forgets, refuses, hangs up and says goodbye at random."""

    @pytest.mark.parametrize("seed", range(4))
    async def test_every_recipient_is_reported_exactly_once(
        self, opened: Opened, carrier: Carrier, sink: Recorder, seed: int
    ) -> None:
        chance = random.Random(seed)
        taken: set[str] = set()

        def whim(link: CarrierLink, pdu: Pdu) -> None:
            drawn = chance.random()
            if drawn < 0.01:
                link.abort()
            elif drawn < 0.02:
                link.unbind()
            elif drawn < 0.03:
                link.respond(pdu, chance.choice([Status.RSYSERR, Status.RINVDSTADR, Status.RINVBNDSTS]))
            elif drawn < 0.05:
                link.respond(pdu, Status.RTHROTTLED)
            elif drawn > 0.06:  # between the two: forgotten
                taken.add(pdu.text("destination_addr"))
                link.respond(pdu, message_id=f"{len(carrier.submits)}")

        carrier.answer = whim
        channel = await opened(
            sessions=3, window=20, throttle_pause=0.01, throttle_limit=0.05, timers={"response": 0.2}
        )
        given, left = 0, 600
        while left:
            await sink.until(lambda: channel.capacity() > 0)
            batch = min(left, channel.capacity())
            texts = [chance.choice(["short", "x" * 300]) for _ in range(batch)]
            channel.send([outgoing(given + index, text) for index, text in enumerate(texts)])
            given, left = given + batch, left - batch
        stopping = asyncio.ensure_future(channel.stop(2))
        reports = await sink.reported(600)
        await stopping
        assert len(sink.reports) == 600
        accepted = [
            key >> 6
            for key, report in reports.items()
            if [type(outcome) for outcome in outcomes(report)] == [Accepted] * report.parts_total
        ]
        assert len(accepted) > 300
        assert {f"35840{number:07}" for number in accepted} <= taken


class TestStopping:
    async def test_answers_are_awaited(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        carrier.answer = ignore
        channel = await opened(window=1)
        channel.send([outgoing(1), outgoing(2)])
        await carrier.submitted(1)
        stopping = asyncio.ensure_future(channel.stop(5))
        await sink.reported(1)
        assert outcomes(sink.reports[0]) == [Deferred(Failure.CHANNEL_STOPPED)]
        assert channel.capacity() == 0
        carrier.links[0].respond(carrier.submits[0], message_id="1")
        carrier.links[0].flush()
        await stopping
        assert outcomes((await sink.reported(2))[1 << 6]) == [Accepted("1")]
        assert sink.states[-1] == ("trx1", SessionState.STOPPED, "stopped")
        await carrier.until(lambda: not carrier.links)

    async def test_what_is_not_answered_in_time_is_unknown(
        self, opened: Opened, carrier: Carrier, sink: Recorder
    ) -> None:
        carrier.answer = ignore
        channel = await opened()
        channel.send([outgoing(1)])
        await carrier.submitted(1)
        await channel.stop(0.05)
        assert [type(outcome) for outcome in outcomes(sink.reports[0])] == [Unknown]

    async def test_while_connecting(self, opened: Opened, carrier: Carrier, sink: Recorder) -> None:
        await carrier.stop()
        channel = await opened(wait=0, reconnect_first=60)
        await sink.in_state(SessionState.DOWN)
        await channel.stop(1)
        assert sink.states[-1][1] is SessionState.STOPPED


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and 'carrier.example'."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carrier.example")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("carrier.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "cert.pem", folder / "key.pem"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


class TestTls:
    @pytest_asyncio.fixture
    async def secured(self, carrier: Carrier, tmp_path: Path) -> Path:
        """The carrier answers over TLS only; gives its certificate."""
        certificate_file, key_file = certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate_file, key_file)
        await carrier.stop()
        await carrier.start(tls=context)
        return certificate_file

    @pytest.mark.parametrize("server_name", ["", "carrier.example"])
    async def test_trusted(
        self, opened: Opened, carrier: Carrier, sink: Recorder, secured: Path, server_name: str
    ) -> None:
        channel = await opened(tls={"on": True, "ca": str(secured), "server_name": server_name})
        channel.send([outgoing(1)])
        assert outcomes((await sink.reported(1))[1 << 6]) == [Accepted("1")]

    async def test_not_verified_when_told_so(self, opened: Opened, secured: Path) -> None:
        channel = await opened(tls={"on": True, "verify": False})
        assert channel.capacity() == 10

    @pytest.mark.parametrize(
        "tls", [{"on": True}, {"on": True, "server_name": "other.example"}], ids=["unknown CA", "wrong name"]
    )
    async def test_not_trusted(
        self, opened: Opened, carrier: Carrier, sink: Recorder, secured: Path, tls: dict[str, Any]
    ) -> None:
        values = {**tls, "ca": str(secured)} if "server_name" in tls else tls
        await opened(wait=0, tls=values)
        assert "certificate verify failed" in await sink.in_state(SessionState.DOWN)
        assert carrier.binds == []

    async def test_a_ca_that_is_not_there(self, opened: Opened) -> None:
        with pytest.raises(OptionError, match=r"tls\.ca"):
            await opened(tls={"on": True, "ca": "/nowhere/ca.pem"})
