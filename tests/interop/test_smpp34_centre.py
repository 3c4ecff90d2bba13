"""Our channel against the server of smpp34 as the message centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
import smpp34
from tests.e2e.installation import free_port
from tests.fakes.carrier import Changing, Recorder
from tests.interop.conftest import Opened, outgoing

from viesti.domain.channel import AddressKind, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Unknown
from viesti.domain.status import PartState
from viesti.domain.text import GSM7, UCS2, decode

pytestmark = pytest.mark.interop

RECEIPT = "id:{} sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:"

Submit = smpp34.SubmitSmEvent


class Centre(Changing):
    """What listens on `port`. `answer` may be replaced; an event dropped without an answer is refused by
    smpp34. It hands over what came together in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.submits: list[Submit] = []
        self.sessions: dict[str, smpp34.Esme] = {}
        self.acknowledged: list[int] = []
        self.taken: dict[str, Submit] = {}
        self.answer: Callable[[Submit], None] = self.accept

    async def start(self) -> None:
        self._server = smpp34.Server("127.0.0.1", self.port, system_id="smpp34")
        await self._server.start()
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Ends every session and stops listening."""
        self._running.cancel()
        with suppress(asyncio.CancelledError):
            await self._running
        await self._server.stop()
        for esme in self.sessions.values():
            await esme.unbind()
        self.sessions.clear()

    async def _run(self) -> None:
        while True:
            event = await self._server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions[event.session_id] = event
            elif isinstance(event, smpp34.Unbound):
                self.sessions.pop(event.session_id, None)
            else:
                self.submits.append(event)
                self.answer(event)
            del event  # smpp34 answers by itself what nobody holds any more
            self.changed()

    def accept(self, submit: Submit) -> None:
        message_id = str(len(self.taken) + 1)
        self.taken[message_id] = submit
        submit.accept(message_id)

    async def deliver(self, text: bytes, source: str = "358401111111", **fields: object) -> None:
        """Sends a deliver_sm on any session and keeps the status it was answered with."""
        esme = next(iter(self.sessions.values()))
        answer = await esme.deliver_sm("16500", text, source_addr=source, **fields)  # type: ignore[arg-type]
        self.acknowledged.append(answer.command_status)


@pytest.fixture
async def centre() -> AsyncIterator[Centre]:
    one = Centre()
    await one.start()
    yield one
    await one.stop()


def octets(submit: Submit) -> bytes:
    payload = [tlv.value for tlv in submit.tlvs if tlv.tag == smpp34.TLV_MESSAGE_PAYLOAD]
    return payload[0] if payload else submit.short_message


def place(submit: Submit, head: int) -> tuple[int, int]:
    """Total and number of a part, by its header of `head` octets or its TLVs; (1, 1) for a message alone."""
    if head:
        return submit.short_message[head - 2], submit.short_message[head - 1]
    values = {tlv.tag: tlv.as_int() or 0 for tlv in submit.tlvs}
    return values.get(smpp34.TLV_SAR_TOTAL_SEGMENTS, 1), values.get(smpp34.TLV_SAR_SEGMENT_SEQNUM, 1)


@pytest.mark.parametrize("concatenation", ["udh8", "udh16", "sar", "payload"])
@pytest.mark.parametrize(
    ("text", "parts"),
    [("Moi €", 1), ("hello {you} " * 30, 3), ("Привет 🎉 " * 10, 2)],
    ids=["short", "long", "emoji"],
)
async def test_it_reads_what_we_wrote(
    opened: Opened, centre: Centre, sink: Recorder, concatenation: str, text: str, parts: int
) -> None:
    channel = await opened(centre.port, concatenation=concatenation)
    channel.send([outgoing(0x1234, text, sender="Viesti", sender_kind=AddressKind.ALPHANUMERIC)])
    report = (await sink.reported(1))[0x1234 << 6]
    assert len(report.parts) == (1 if concatenation == "payload" else parts)
    assert set(centre.taken) == {str(number) for number in range(1, len(report.parts) + 1)}
    head = {"udh8": 6, "udh16": 7}.get(concatenation, 0) if len(report.parts) > 1 else 0
    encoding = UCS2 if "П" in text else GSM7
    read = ""
    for part in report.parts:
        assert isinstance(part.outcome, Accepted)
        submit = centre.taken[part.outcome.reference]
        assert place(submit, head) == (len(report.parts), part.number)
        assert (submit.source_addr, submit.source_addr_ton) == ("Viesti", 5)
        assert (submit.esm_class, submit.data_coding) == (0x40 if head else 0, 8 if encoding is UCS2 else 0)
        read += decode(octets(submit)[head:], encoding)
    assert read == text


async def test_receipts_and_messages(opened: Opened, centre: Centre, sink: Recorder) -> None:
    channel = await opened(centre.port)
    channel.send([outgoing(number) for number in (1, 2)])
    await sink.reported(2)
    await centre.deliver(RECEIPT.format(1).encode(), esm_class=4)
    tlvs = [
        smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, b"2\0"),
        smpp34.Tlv(smpp34.TLV_MESSAGE_STATE, b"\x05"),
    ]
    await centre.deliver(b"", esm_class=4, tlvs=tlvs)
    await centre.deliver("Päivää €".encode("utf-16-be"), source_addr_ton=1, data_coding=8)
    for number in (2, 1):
        await centre.deliver(bytes([5, 0, 3, 9, 2, number]) + b"osa", esm_class=0x40)
    assert centre.acknowledged == [0] * 5
    assert [(one.references[0], one.state) for one in sink.receipts] == [
        ("1", PartState.DELIVERED),
        ("2", PartState.UNDELIVERABLE),
    ]
    assert [part.text for part in sink.inbounds] == ["Päivää €", "osa", "osa"]
    assert [part.concatenation and part.concatenation.number for part in sink.inbounds] == [None, 2, 1]


async def test_throttled(opened: Opened, centre: Centre, sink: Recorder) -> None:
    def busy(submit: Submit) -> None:
        if len(centre.submits) in range(5, 12):
            submit.reject(smpp34.ESME_RTHROTTLED)
        else:
            centre.accept(submit)

    centre.answer = busy
    channel = await opened(centre.port, throttle_pause=0.05)
    channel.send([outgoing(number) for number in range(30)])
    reports = await sink.reported(30)
    assert {part.outcome for report in reports.values() for part in report.parts} == {
        Accepted(str(number)) for number in range(1, 31)
    }


async def test_an_event_nobody_answers_is_a_system_error(
    opened: Opened, centre: Centre, sink: Recorder
) -> None:
    centre.answer = lambda _: centre.submits.clear()  # smpp34 then answers by itself
    channel = await opened(centre.port)
    channel.send([outgoing(1)])
    (part,) = (await sink.reported(1))[1 << 6].parts
    assert part.outcome == Deferred(Failure.CARRIER_ERROR, detail="ESME_RSYSERR")


async def test_answers_out_of_order(opened: Opened, centre: Centre, sink: Recorder) -> None:
    centre.answer = lambda _: None
    channel = await opened(centre.port)
    channel.send([outgoing(number, f"{number}") for number in range(10)])
    await centre.until(lambda: len(centre.submits) == 10)
    for submit in reversed(centre.submits):
        submit.accept("M" + submit.short_message.decode())
    reports = await sink.reported(10)
    assert {key >> 6: report.parts[0].outcome for key, report in reports.items()} == {
        number: Accepted(f"m{number}") for number in range(10)
    }


async def test_it_goes_away_and_comes_back(opened: Opened, centre: Centre, sink: Recorder) -> None:
    centre.answer = lambda _: None
    channel = await opened(centre.port)
    channel.send([outgoing(1), outgoing(2)])
    await centre.until(lambda: len(centre.submits) == 2)
    await centre.stop()
    reports = await sink.reported(2)
    assert all(isinstance(report.parts[0].outcome, Unknown) for report in reports.values())
    centre.submits.clear()
    centre.answer = centre.accept
    await centre.start()
    await sink.in_state(SessionState.BOUND, 2)
    channel.send([outgoing(3)])
    await sink.until(lambda: len(sink.reports) == 3)
    assert sink.reports[-1].parts[0].outcome == Accepted("1")
