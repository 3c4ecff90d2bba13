"""Our channel against npm smpp as the message centre: what is sent, and what goes wrong on the way."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from tests.fakes.carrier import Recorder, not_stored, stored
from tests.interop.conftest import Opened, outgoing
from tests.interop.peer import Happened, Peer

from viesti.domain.channel import AddressKind, SendReport, SessionState
from viesti.domain.failure import Failure
from viesti.domain.outcome import Accepted, Deferred, Refused, Unknown
from viesti.domain.status import PartState
from viesti.protocols.smpp.status import Status

pytestmark = pytest.mark.interop

LONG = "Päivää! " + "0123456789" * 30 + " {hintaan} 20 €"
CYRILLIC = "Доброе утро, " * 12
FAMILY = "👨‍👩‍👧‍👦🎉" * 17


def outcomes(report: SendReport) -> list[object]:
    return [part.outcome for part in report.parts]


def text_of(submit: Happened) -> str:
    """The text as npm smpp decoded it."""
    payload = submit.get("message_payload") or {}
    return str(submit["short_message"]["message"] or payload.get("message", ""))


def place_of(submit: Happened) -> tuple[str, int, int]:
    """Reference, total and number, by header or by TLVs; ('', 1, 1) for a message alone."""
    for element in submit["short_message"].get("udh") or []:
        octets = bytes.fromhex(element["hex"])
        if octets[0] in (0x00, 0x08):
            return octets[2:-2].hex(), octets[-2], octets[-1]
    if "sar_total_segments" in submit:
        return f"{submit['sar_msg_ref_num']:04x}", submit["sar_total_segments"], submit["sar_segment_seqnum"]
    return "", 1, 1


class TestSending:
    @pytest.mark.parametrize("concatenation", ["udh8", "udh16", "sar", "payload"])
    @pytest.mark.parametrize(
        ("text", "parts"),
        [("hello", 1), (LONG, 3), (CYRILLIC, 3), ("x" * 160, 1), ("y" * 159 + "€", 2), (FAMILY, 4)],
        ids=["short", "long", "cyrillic", "full", "just over", "families"],
    )
    async def test_it_reads_what_we_wrote(
        self, opened: Opened, centre: Peer, sink: Recorder, concatenation: str, text: str, parts: int
    ) -> None:
        channel = await opened(centre.port, concatenation=concatenation)
        message = outgoing(0x1234, text)
        expected = 1 if concatenation == "payload" else parts
        assert channel.parts_of(message) == expected
        channel.send([message])
        report = (await sink.reported(1))[message.recipient_id]
        assert outcomes(report) == [Accepted(str(number)) for number in range(1, expected + 1)]
        await centre.all_told()
        submits = centre.events("submit")
        assert "".join(map(text_of, submits)) == text
        places = [place_of(submit) for submit in submits]
        reference = {"udh8": "34"}.get(concatenation, "1234") if expected > 1 else ""
        assert places == [(reference, expected, number) for number in range(1, expected + 1)]
        await sink.until(lambda: len(sink.receipts) == expected)
        assert [receipt.references[0] for receipt in sink.receipts] == [
            str(number) for number in range(1, expected + 1)
        ]

    @pytest.mark.parametrize(
        ("sender", "kind", "numbers"),
        [
            ("Viesti", AddressKind.ALPHANUMERIC, (5, 0)),
            ("16500", AddressKind.SHORT_CODE, (3, 0)),
            ("358457390000", AddressKind.INTERNATIONAL, (1, 1)),
        ],
    )
    async def test_senders(
        self,
        opened: Opened,
        centre: Peer,
        sink: Recorder,
        sender: str,
        kind: AddressKind,
        numbers: tuple[int, int],
    ) -> None:
        channel = await opened(centre.port)
        channel.send([outgoing(1, sender=sender, sender_kind=kind)])
        submit = await centre.event("submit")
        assert (submit["source_addr"], submit["source_addr_ton"], submit["source_addr_npi"]) == (
            sender,
            *numbers,
        )
        assert (submit["destination_addr"], submit["dest_addr_ton"], submit["dest_addr_npi"]) == (
            "358400000001",
            1,
            1,
        )

    @pytest.mark.parametrize(("language", "text"), [("tr", "ışğ İŞĞ ç"), ("es", "¿Cómo está Ángel?")])
    async def test_national_tables(
        self, opened: Opened, centre: Peer, sink: Recorder, language: str, text: str
    ) -> None:
        channel = await opened(centre.port)
        channel.send([outgoing(1, text, languages=(language,))])
        submit = await centre.event("submit")
        assert (submit["data_coding"], text_of(submit)) == (0, text)

    @pytest.mark.parametrize("mode", ["transceiver", "transmitter+receiver"])
    async def test_binds(self, opened: Opened, centre: Peer, sink: Recorder, mode: str) -> None:
        channel = await opened(centre.port, bound=1 + mode.count("+"), bind=mode, system_type="VMA")
        await centre.all_told()
        assert {bind["command"] for bind in centre.events("bind", status=0)} == {
            f"bind_{one}" for one in mode.split("+")
        }
        assert {bind["system_type"] for bind in centre.events("bind")} == {"VMA"}
        channel.send([outgoing(1)])
        await sink.until(lambda: sink.receipts)
        await channel.stop(1.0)
        await centre.event("unbind", times=1 + mode.count("+"))

    @pytest.mark.parametrize(
        ("refusal", "state", "word"),
        [
            ({"password": "another"}, SessionState.STOPPED, "ESME_RINVPASWD"),
            ({"password": None, "status": 0x0D}, SessionState.DOWN, "ESME_RBINDFAIL"),
        ],
    )
    async def test_refused_binds(
        self,
        opened: Opened,
        centre: Peer,
        sink: Recorder,
        refusal: dict[str, Any],
        state: SessionState,
        word: str,
    ) -> None:
        centre.do("accounts", **refusal)
        channel = await opened(centre.port, bound=0)
        assert word in await sink.in_state(state)
        assert channel.capacity() == 0
        if state is SessionState.DOWN:
            centre.do("accounts", password="secret")
            await sink.in_state(SessionState.BOUND)


class TestAnswers:
    async def test_throttling_keeps_everything(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        busy = [{"status": Status.RTHROTTLED}] * 4 + [{"status": Status.RMSGQFUL}] * 2
        centre.do("behave", queue=[{}, {}, *busy])
        channel = await opened(centre.port, throttle_pause=0.05)
        channel.send([outgoing(number, f"{number:02}") for number in range(30)])
        reports = await sink.reported(30)
        assert all(isinstance(outcomes(report)[0], Accepted) for report in reports.values())
        await centre.all_told()
        taken = [text_of(submit) for submit in centre.events("submit") if submit["id"]]
        assert sorted(taken) == [f"{number:02}" for number in range(30)]

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (Status.RINVDSTADR, Refused(Failure.INVALID_DESTINATION, detail="ESME_RINVDSTADR")),
            (Status.RSYSERR, Deferred(Failure.CARRIER_ERROR, detail="ESME_RSYSERR")),
            (0x0FFF, Refused(Failure.CARRIER_REJECTED, elsewhere=True, detail="0x00000FFF")),
        ],
    )
    async def test_a_failed_answer_without_a_body(
        self, opened: Opened, centre: Peer, sink: Recorder, status: int, expected: object
    ) -> None:
        centre.do("behave", queue=[{"status": status}])
        channel = await opened(centre.port)
        channel.send([outgoing(1), outgoing(2)])
        reports = await sink.reported(2)
        assert [outcomes(reports[number << 6]) for number in (1, 2)] == [[expected], [Accepted("1")]]

    async def test_out_of_order(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        centre.do("behave", otherwise={"hold": True})
        channel = await opened(centre.port)
        channel.send([outgoing(number, LONG) for number in (1, 2, 3)])
        await centre.event("submit", times=9)
        centre.do("release", reversed=True)
        reports = await sink.reported(3)
        assert [outcomes(reports[number << 6]) for number in (1, 2, 3)] == [
            [Accepted(str(first)), Accepted(str(first + 1)), Accepted(str(first + 2))] for first in (1, 4, 7)
        ]

    async def test_slow_answers_are_waited_for(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        centre.do("behave", every=[[2, {"delay": 80}], [3, {"delay": 20}]])
        channel = await opened(centre.port, timers={"response": 5.0}, window=4)
        channel.send([outgoing(number, f"{number}") for number in range(12)])
        reports = await sink.reported(12)
        await centre.all_told()
        ids = {text_of(submit): submit["id"] for submit in centre.events("submit")}
        assert {str(key >> 6): outcomes(report) for key, report in reports.items()} == {
            text: [Accepted(number)] for text, number in ids.items()
        }

    async def test_a_lost_answer_is_unknown_and_its_receipt_still_comes(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        centre.do("behave", queue=[{"lost": True}])
        channel = await opened(centre.port, timers={"response": 0.1})
        channel.send([outgoing(1), outgoing(2)])
        reports = await sink.reported(2)
        assert isinstance(outcomes(reports[1 << 6])[0], Unknown)
        assert outcomes(reports[2 << 6]) == [Accepted("2")]
        await sink.until(lambda: len(sink.receipts) == 2)
        lost = next(receipt for receipt in sink.receipts if receipt.references[0] == "1")
        assert (lost.source, lost.destination) == ("358400000001", "358457390000")


class TestLink:
    async def test_dropped_link(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        centre.do("behave", queue=[{}, {}, {"hold": True}, {"drop": True}])
        channel = await opened(centre.port, window=4)
        channel.send([outgoing(number) for number in range(10)])
        reports = await sink.reported(10)
        kinds = Counter(type(outcomes(report)[0]) for report in reports.values())
        # Two answered, two written and unanswered; a window of them may have been on the way.
        assert kinds[Accepted] >= 2
        assert 2 <= kinds[Unknown] <= 4
        assert kinds[Accepted] + kinds[Unknown] + kinds[Deferred] == 10
        await sink.in_state(SessionState.BOUND, 2)
        channel.send([outgoing(11)])
        await sink.until(lambda: len(sink.reports) == 11)
        assert isinstance(outcomes(sink.reports[-1])[0], Accepted)

    async def test_unbound_by_the_centre(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        await opened(centre.port)
        centre.do("unbind")
        assert await sink.in_state(SessionState.DOWN) == "the peer unbound"
        await sink.in_state(SessionState.BOUND, 2)

    async def test_our_enquire_link_goes_unanswered(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        centre.do("silence", on=True)
        await opened(centre.port, timers={"enquire_link": 0.05, "response": 0.1})
        assert "enquire_link" in await sink.in_state(SessionState.DOWN)
        centre.do("silence", on=False)
        await sink.in_state(SessionState.BOUND, 2)
        await centre.event("enquire_link", answered=True)

    async def test_their_enquire_link(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        await opened(centre.port)
        centre.do("enquire")
        assert (await centre.event("alive"))["status"] == 0

    async def test_an_unknown_command_is_refused_and_survived(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        channel = await opened(centre.port)
        centre.do("octets", hex="00000014000001110000000000000063" + "00000000")  # broadcast_sm, SMPP 5.0
        assert await centre.event("nack") == {"event": "nack", "status": Status.RINVCMDID, "of": 0x63}
        channel.send([outgoing(1)])
        await sink.reported(1)
        assert sink.states[-1][1] is SessionState.BOUND


# What the channel must make of each form of receipt for the message the answer called "254" (FE in hex).
ID = "254"
FORMS = {
    "usual": PartState.DELIVERED,
    "failed": PartState.UNDELIVERABLE,
    "expired": PartState.EXPIRED,
    "short": PartState.DELIVERED,
    "capitals": PartState.DELIVERED,
    "words": PartState.DELIVERED,
    "seconds": PartState.DELIVERED,
    "spaced": PartState.DELIVERED,
    "padded": PartState.DELIVERED,
    "tlvs_only": PartState.DELIVERED,
    "tlvs_and_text": PartState.DELIVERED,
    "tlv_without_state": PartState.DELIVERED,
    "unknown_tlv": PartState.DELIVERED,
    "payload": PartState.DELIVERED,
    "ucs2": PartState.DELIVERED,
    "data_sm": PartState.DELIVERED,
    "data_sm_payload": PartState.DELIVERED,
    "enroute": PartState.ENROUTE,
    "accepted": PartState.ACCEPTED,
}


class TestReceipts:
    async def test_every_form(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        centre.do("behave", queue=[{"receipts": []}] * 253 + [{"receipts": list(FORMS)}])
        channel = await opened(centre.port, window=300)
        channel.send([outgoing(number) for number in range(254)])
        reports = await sink.reported(254)
        submit = await centre.event("submit", id=ID)
        recipient = int(submit["destination_addr"][-7:]) << 6
        assert outcomes(reports[recipient]) == [Accepted(ID)]
        await sink.until(lambda: len(sink.receipts) == len(FORMS))
        assert [receipt.state for receipt in sink.receipts] == list(FORMS.values())
        told = zip(FORMS, sink.receipts, strict=True)
        assert [form for form, receipt in told if ID not in receipt.references] == []
        await centre.event("receipt", times=len(FORMS), status=0)
        assert sink.receipts[1].error == "1F4"
        # The text of a message is never kept.
        assert [receipt.raw for receipt in sink.receipts if re.search("hello|xxx|привет", receipt.raw)] == []

    @pytest.mark.parametrize(
        ("base", "form", "options"),
        [
            (10, "hex", {}),
            (16, "usual", {"answer_ids": "hex"}),
            (16, "hex", {"answer_ids": "hex"}),
            (16, "lowercase_hex", {}),
            (10, "usual", {"answer_ids": "decimal", "receipt_ids": "decimal"}),
        ],
    )
    async def test_ids_in_another_base(
        self, opened: Opened, centre: Peer, sink: Recorder, base: int, form: str, options: dict[str, str]
    ) -> None:
        treated = {"base": base, "receipts": [form]}
        centre.do("behave", otherwise=treated)
        channel = await opened(centre.port, receipts=options, window=100)
        channel.send([outgoing(number) for number in range(40)])
        reports = await sink.reported(40)
        await sink.until(lambda: len(sink.receipts) == 40)
        by_source = {receipt.source: receipt.references for receipt in sink.receipts}
        for key, report in reports.items():
            (outcome,) = outcomes(report)
            assert isinstance(outcome, Accepted)
            assert outcome.reference in by_source[f"35840{key >> 6:07}"]

    async def test_before_the_answer_and_twice(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        centre.do("behave", otherwise={"early": True, "receipts": ["enroute", "usual", "usual"]})
        channel = await opened(centre.port)
        channel.send([outgoing(number) for number in range(5)])
        reports = await sink.reported(5)
        await centre.event("receipt", times=15, status=0)
        told = Counter(receipt.references[0] for receipt in sink.receipts)
        assert told == {str(number): 3 for number in range(1, 6)}
        assert sorted(outcomes(report)[0].reference for report in reports.values()) == sorted(told)  # type: ignore[attr-defined]

    async def test_unflagged_ones_where_the_carrier_is_known_for_them(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        centre.do("behave", otherwise={"receipts": ["unflagged"]})
        channel = await opened(centre.port, receipts={"sniff": True})
        channel.send([outgoing(1)])
        await sink.until(lambda: sink.receipts)
        assert sink.receipts[0].references[0] == "1"
        assert sink.inbounds == []

    async def test_one_that_could_not_be_stored_is_refused(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        sink.storing = not_stored
        channel = await opened(centre.port)
        channel.send([outgoing(1)])
        refused = await centre.event("receipt")
        assert refused["status"] == Status.RX_T_APPN
        sink.storing = stored
        centre.do("behave", otherwise={"receipts": ["usual"]})
        channel.send([outgoing(2)])
        await centre.event("receipt", status=0)

    async def test_on_another_session_and_after_a_reconnect(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        centre.do("behave", otherwise={"receipts": []})
        channel = await opened(centre.port, sessions=2, bound=2)
        channel.send([outgoing(1)])
        await sink.reported(1)
        centre.do("drop")
        await sink.in_state(SessionState.BOUND, 4)
        late = "id:1 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:"
        for _ in range(2):  # once on each session
            centre.do("deliver", fields={"esm_class": 4, "short_message": late})
        await sink.until(lambda: len(sink.receipts) == 2)
        assert [receipt.references[0] for receipt in sink.receipts] == ["1", "1"]


class TestInbound:
    @pytest.mark.parametrize(
        ("text", "coding"),
        [("Moi! Tilaus 12 kiitos €", 0), ("Да, спасибо", 8), ("🎉 ok", 8), ("", 0), ("na\u00efve", 3)],
    )
    async def test_a_message(
        self, opened: Opened, centre: Peer, sink: Recorder, text: str, coding: int
    ) -> None:
        await opened(centre.port)
        fields = {
            "source_addr": "358401111111",
            "source_addr_ton": 1,
            "destination_addr": "16500",
            "data_coding": coding,
            "short_message": text,
        }
        centre.do("deliver", fields=fields)
        answer = await centre.event("delivered")
        assert (answer["status"], answer["message_id"]) == (0, "")
        (part,) = sink.inbounds
        assert (part.source, part.source_kind, part.destination) == (
            "358401111111",
            AddressKind.INTERNATIONAL,
            "16500",
        )
        assert (part.text, part.payload, part.concatenation) == (text, None, None)

    async def test_the_gsm_alphabet_under_data_coding_1(
        self, opened: Opened, centre: Peer, sink: Recorder
    ) -> None:
        """What npm smpp writes when nobody chooses a coding, though 1 says ASCII (5.2.19)."""
        channel = await opened(centre.port, data_coding=1)
        centre.do("deliver", fields={"source_addr": "358401111111", "short_message": "Kyllä €"})
        await centre.event("delivered", status=0)
        assert sink.inbounds[0].text == "Kyllä €"
        channel.send([outgoing(1, "Päivää {€}")])
        submit = await centre.event("submit")
        assert (submit["data_coding"], text_of(submit)) == (1, "Päivää {€}")

    @pytest.mark.parametrize("bits", [8, 16])
    async def test_parts_of_a_message(self, opened: Opened, centre: Peer, sink: Recorder, bits: int) -> None:
        await opened(centre.port)
        head = {8: "050003a1", 16: "060804beef"}[bits]
        for number, text in ((2, "toinen"), (1, "yksi "), (2, "toinen")):
            message = {"udh": {"hex": f"{head}02{number:02x}"}, "message": text}
            centre.do("deliver", fields={"source_addr": "358401111111", "short_message": message})
        await centre.event("delivered", times=3, status=0)
        places = [part.concatenation for part in sink.inbounds]
        assert [(place.total, place.number) for place in places if place] == [(2, 2), (2, 1), (2, 2)]
        assert len({place.reference for place in places if place}) == 1
        assert [part.text for part in sink.inbounds] == ["toinen", "yksi ", "toinen"]

    async def test_parts_by_tlvs_and_a_payload(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        await opened(centre.port)
        for number in (1, 2):
            place = {"sar_msg_ref_num": 77, "sar_total_segments": 2, "sar_segment_seqnum": number}
            centre.do("deliver", fields={"source_addr": "358401", "short_message": f"{number}", **place})
        centre.do("deliver", fields={"source_addr": "358401", "message_payload": "z" * 1000})
        await centre.event("delivered", times=3, status=0)
        assert [part.text for part in sink.inbounds] == ["1", "2", "z" * 1000]
        assert [part.concatenation and part.concatenation.number for part in sink.inbounds] == [1, 2, None]

    async def test_octets_are_kept(self, opened: Opened, centre: Peer, sink: Recorder) -> None:
        await opened(centre.port)
        fields = {"source_addr": "358401", "data_coding": 4, "short_message": {"hex": "00ff10"}}
        centre.do("deliver", fields=fields)
        await centre.event("delivered", status=0)
        assert (sink.inbounds[0].text, sink.inbounds[0].payload) == ("", b"\x00\xff\x10")


async def test_nothing_is_lost_or_told_twice_while_everything_goes_wrong(
    opened: Opened, centre: Peer, sink: Recorder
) -> None:
    """Over 1,000 parts with every fault at once; each recipient is accounted for at both ends."""
    messages = 600
    centre.do(
        "behave",
        every=[
            [97, {"drop": True}],
            [41, {"lost": True}],
            [61, {"status": Status.RTHROTTLED}],
            [11, {"delay": 30}],
            [7, {"early": True, "receipts": ["enroute", "usual"]}],
            [5, {"receipts": ["usual", "usual"]}],
            [3, {"receipts": ["tlvs_only"]}],
        ],
    )
    channel = await opened(
        centre.port, bound=2, sessions=2, window=20, throttle_pause=0.02, timers={"response": 0.4}
    )
    waiting = [outgoing(number, f"#{number} " + LONG * (number % 3 == 0)) for number in range(messages)]
    while waiting:
        await sink.until(channel.capacity)
        batch, waiting = waiting[: channel.capacity()], waiting[channel.capacity() :]
        channel.send(batch)
    await sink.until(lambda: len(sink.reports) >= messages, timeout=20.0)
    reports = await sink.reported(messages)
    await centre.all_told()
    submits = centre.events("submit")
    taken = {submit["id"]: submit["destination_addr"] for submit in submits if submit["id"]}
    answered = {
        submit["id"] for submit in submits if submit["id"] and not {"drop", "lost"} & submit["how"].keys()
    }
    accepted: dict[str, str] = {}
    doubtful = 0
    for key, report in reports.items():
        for outcome in outcomes(report):
            if isinstance(outcome, Accepted):
                assert outcome.reference not in accepted
                accepted[outcome.reference] = f"35840{key >> 6:07}"
            doubtful += isinstance(outcome, Unknown)
            assert isinstance(outcome, Accepted | Unknown | Deferred)
    # What was reported as accepted was taken, for that destination; what was taken is accepted or in doubt.
    assert accepted.items() <= taken.items()
    assert accepted.keys() <= answered
    assert len(taken) - len(accepted) <= doubtful
    # Each receipt the centre was acknowledged is one the sink was told of.
    acknowledged = Counter(one["id"] for one in centre.events("receipt", status=0))
    told = Counter(receipt.references[0] for receipt in sink.receipts)
    assert acknowledged - told == Counter()
    assert {(receipt.references[0], receipt.source) for receipt in sink.receipts} <= taken.items()
    # All that was to go wrong did.
    assert {"drop", "lost", "status", "delay", "early"} <= {key for one in submits for key in one["how"]}
    assert len(centre.events("bind")) > 4
    assert doubtful
