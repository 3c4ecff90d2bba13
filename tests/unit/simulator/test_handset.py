"""The phones: parts joined, what is missing shown, memory bounded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from viesti.domain.status import PartState
from viesti.domain.text.choice import choose_encoding
from viesti.domain.text.header import ConcatMethod, udh
from viesti.domain.text.parts import split
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command, Tag
from viesti.simulator.handset import Handsets
from viesti.simulator.message import ReceiptProgress, Reply, ReplyState, Submission
from viesti.simulator.treatment import Treatment

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LONG = "Hyvää huomenta! " * 12  # two parts
LONGER = "Доброе утро! " * 12  # three parts of UCS-2


def parts(text: str, method: ConcatMethod = ConcatMethod.UDH8, reference: int = 1) -> list[Pdu]:
    encoding = choose_encoding(text)
    cut = split(text, encoding, method)
    pdus = []
    for number, part in enumerate(cut, start=1):
        header = udh(encoding, method, reference, len(cut), number)
        sar = (
            (Tag.SAR_MSG_REF_NUM, reference.to_bytes(2, "big")),
            (Tag.SAR_TOTAL_SEGMENTS, bytes((len(cut),))),
            (Tag.SAR_SEGMENT_SEQNUM, bytes((number,))),
        )
        fields = {
            "source_addr": "16500",
            "esm_class": 0x40 if header else 0,
            "data_coding": 8 if encoding.coding == "ucs2" else 0,
            "short_message": header + part.octets,
        }
        tlvs = sar if method is ConcatMethod.SAR and len(cut) > 1 else ()
        pdus.append(Pdu(Command.SUBMIT_SM, fields=fields, tlvs=tlvs))
    return pdus


def submission(pdu: Pdu, destination: str = "358401", state: PartState = PartState.DELIVERED) -> Submission:
    return Submission("1", "demo", destination, pdu, AT, Treatment(), state)


def handsets_with(pdus: list[Pdu]) -> Handsets:
    handsets = Handsets()
    for pdu in pdus:
        handsets.take(submission(pdu))
    return handsets


@pytest.mark.parametrize("method", [ConcatMethod.UDH8, ConcatMethod.UDH16, ConcatMethod.SAR])
@pytest.mark.parametrize("text", ["Hi", LONG, LONGER], ids=["one", "two", "three"])
@pytest.mark.parametrize("turned", [False, True])
def test_parts_become_one_message(text: str, method: ConcatMethod, turned: bool) -> None:
    pdus = parts(text, method)
    handsets = handsets_with(pdus[::-1] if turned else pdus)
    (shown,) = handsets.conversation("358401")
    assert (shown.text, shown.parts, shown.parts_total) == (text, len(pdus), len(pdus))
    assert shown.encoding == ("UCS-2" if text == LONGER else "GSM-7")
    assert handsets.received("358401") == 1


def test_a_missing_part_shows() -> None:
    pdus = parts(LONGER)
    (shown,) = handsets_with([pdus[0], pdus[2]]).conversation("358401")
    assert (shown.parts, shown.parts_total) == (2, 3)
    assert shown.text == LONGER[:67] + "…" + LONGER[134:]


def test_parts_of_two_messages_are_kept_apart() -> None:
    one, other = parts(LONG, reference=1), parts(LONG[::-1], reference=2)
    shown = handsets_with([one[0], other[0], one[1], other[1]]).conversation("358401")
    assert [message.text for message in shown] == [LONG, LONG[::-1]]


def test_what_is_sent_twice_is_seen_twice() -> None:
    pdus = parts(LONG)
    shown = handsets_with([*pdus, *pdus]).conversation("358401")
    assert [(message.text, message.parts) for message in shown] == [(LONG, 2), (LONG, 2)]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([PartState.DELIVERED, PartState.DELIVERED], "delivered"),
        ([PartState.DELIVERED, PartState.ENROUTE], "enroute"),
        ([PartState.UNDELIVERABLE, PartState.DELIVERED], "undeliverable"),
        ([PartState.ENROUTE, PartState.EXPIRED], "expired"),
    ],
)
def test_the_worst_part_decides(states: list[PartState], expected: str) -> None:
    handsets = Handsets()
    for pdu, state in zip(parts(LONG), states, strict=True):
        handsets.take(submission(pdu, state=state))
    (shown,) = handsets.conversation("358401")
    assert shown.state == expected


def test_the_receipt_furthest_behind_is_shown() -> None:
    handsets = Handsets()
    for pdu, progress in zip(parts(LONG), [ReceiptProgress.ACKNOWLEDGED, ReceiptProgress.SENT], strict=True):
        one = submission(pdu)
        one.receipt = progress
        handsets.take(one)
    (shown,) = handsets.conversation("358401")
    assert shown.receipt == "sent"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([ReplyState.ACKNOWLEDGED], "acknowledged"),
        ([ReplyState.ACKNOWLEDGED, ReplyState.SENT], "sent"),
        ([ReplyState.ACKNOWLEDGED, ReplyState.REFUSED, ReplyState.QUEUED], "refused"),
    ],
)
def test_a_reply_is_as_far_as_its_last_part(states: list[ReplyState], expected: str) -> None:
    handsets = Handsets()
    handsets.write(Reply("358401", "16500", "Yes", AT, "GSM-7", len(states), states))
    (shown,) = handsets.conversation("358401")
    assert (shown.direction, shown.party, shown.state) == ("sent", "16500", expected)


def test_memory_is_bounded() -> None:
    handsets = Handsets(handsets=2, items=3)
    (pdu,) = parts("Hi")
    for number in ("1", "2", "1", "3"):  # 2 is the one unused longest
        for _ in range(5):
            handsets.take(submission(pdu, number))
    assert [summary.number for summary in handsets.summaries(10)] == ["3", "1"]
    assert len(handsets) == 2
    assert len(handsets.conversation("1")) == 3
    assert handsets.received("1") == 10
    assert handsets.conversation("2") == ()


def test_summaries_are_newest_first_and_limited() -> None:
    handsets = Handsets()
    for number in ("1", "2", "3"):
        handsets.take(submission(parts(f"for {number}")[0], number))
    found = handsets.summaries(2)
    assert [(summary.number, summary.last, summary.received) for summary in found] == [
        ("3", "for 3", 1),
        ("2", "for 2", 1),
    ]
