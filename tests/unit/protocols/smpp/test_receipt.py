"""Receipts as carriers really send them (3.4, 5.2.12, 5.3.2, appendix B): a row for every
habit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.smpp.codec import decode, encode
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.receipt import ParsedReceipt, ReceiptOptions, parse_receipt
from viesti.protocols.smpp.references import IdBase, candidates, canonical
from viesti.protocols.smpp.spec import Command, Tag

DONE = datetime(2026, 11, 22, 11, 6, tzinfo=UTC)
FULL = (
    "id:4a3f sub:001 dlvrd:001 submit date:2611221105 done date:2611221106 stat:DELIVRD err:000 text:Secret"
)

ODD = "id:7 stat:DELIVRD".encode("utf-16-be") + b"\0"


def deliver(
    text: str | bytes = b"",
    *tlvs: tuple[int, bytes],
    esm_class: int = 4,
    data_coding: int = 0,
    command: int = Command.DELIVER_SM,
) -> Pdu:
    message = text.encode("latin-1") if isinstance(text, str) else text
    fields: dict[str, object] = {"esm_class": esm_class, "data_coding": data_coding}
    if command == Command.DELIVER_SM:
        fields["short_message"] = message
    elif message:
        tlvs = (*tlvs, (Tag.MESSAGE_PAYLOAD, message))
    pdu = decode(encode(Pdu(command, 0, 1, fields, tlvs)))
    assert isinstance(pdu, Pdu)
    return pdu


ID = (int(Tag.RECEIPTED_MESSAGE_ID), b"4A3F\0")


def state(number: int) -> tuple[int, bytes]:
    return (int(Tag.MESSAGE_STATE), bytes([number]))


# what it is | the PDU | first reference, state, error, done
QUIRKS: list[tuple[str, Pdu, tuple[str | None, int, str, datetime | None]]] = [
    ("appendix B, whole", deliver(FULL), ("4a3f", 2, "000", DONE)),
    ("Text: with a capital", deliver(FULL.replace("text:", "Text:")), ("4a3f", 2, "000", DONE)),
    ("no text at all", deliver(FULL.split(" text:")[0]), ("4a3f", 2, "000", DONE)),
    ("empty text", deliver(FULL.replace("Secret", "")), ("4a3f", 2, "000", DONE)),
    ("keys in capitals", deliver(FULL.upper()), ("4a3f", 2, "000", DONE)),
    ("no sub, no dlvrd", deliver("id:4a3f stat:DELIVRD err:000"), ("4a3f", 2, "000", None)),
    ("only stat", deliver("stat:UNDELIV"), (None, 5, "", None)),
    ("only id", deliver("id:4a3f"), ("4a3f", 1, "", None)),
    ("nothing to read", deliver("thank you"), (None, 1, "", None)),
    ("no content", deliver(), (None, 1, "", None)),
    ("empty values", deliver("id: sub: dlvrd: stat:EXPIRED err: text:"), (None, 3, "", None)),
    ("space after the colon", deliver("id: 4a3f stat: DELIVRD err: 0"), ("4a3f", 2, "0", None)),
    ("commas between", deliver("id:4a3f,stat:DELIVRD,err:000"), ("4a3f", 2, "000", None)),
    ("date keys joined", deliver("id:1 donedate:2611221106 stat:DELIVRD"), ("1", 2, "", DONE)),
    ("date keys with _", deliver("id:1 done_date:2611221106 stat:DELIVRD"), ("1", 2, "", DONE)),
    ("dates with seconds", deliver("id:1 done date:261122110600 stat:DELIVRD"), ("1", 2, "", DONE)),
    ("dates with the century", deliver("id:1 done date:202611221106 stat:DELIVRD"), ("1", 2, "", DONE)),
    ("century and seconds", deliver("id:1 done date:20261122110600 stat:DELIVRD"), ("1", 2, "", DONE)),
    ("a date that is none", deliver("id:1 done date:2613991106 stat:DELIVRD"), ("1", 2, "", None)),
    ("a date of words", deliver("id:1 done date:NEVER stat:DELIVRD"), ("1", 2, "", None)),
    ("err of one digit", deliver("id:1 stat:REJECTD err:7"), ("1", 8, "7", None)),
    ("err alphanumeric", deliver("id:1 stat:REJECTD err:0B1"), ("1", 8, "0B1", None)),
    ("error: spelled out", deliver("id:1 status:REJECTED error:12"), ("1", 8, "12", None)),
    ("stat DELIVERED", deliver("id:1 stat:DELIVERED"), ("1", 2, "", None)),
    ("stat in lower case", deliver("id:1 stat:delivrd"), ("1", 2, "", None)),
    ("stat FAILED", deliver("id:1 stat:FAILED"), ("1", 5, "", None)),
    ("stat UNDELIVERABLE", deliver("id:1 stat:UNDELIVERABLE"), ("1", 5, "", None)),
    ("stat ENROUTE", deliver("id:1 stat:ENROUTE"), ("1", 1, "", None)),
    ("stat ACCEPTD", deliver("id:1 stat:ACCEPTD"), ("1", 6, "", None)),
    ("stat DELETED", deliver("id:1 stat:DELETED"), ("1", 4, "", None)),
    ("stat UNKNOWN", deliver("id:1 stat:UNKNOWN"), ("1", 7, "", None)),
    ("stat SCHEDULED", deliver("id:1 stat:SCHEDULED"), ("1", 0, "", None)),
    ("stat SKIPPED", deliver("id:1 stat:SKIPPED"), ("1", 9, "", None)),
    ("stat as a number", deliver("id:1 stat:2"), ("1", 2, "", None)),
    ("stat unheard of, no error", deliver("id:1 stat:PARKED err:000"), ("1", 1, "000", None)),
    ("stat unheard of, with an error", deliver("id:1 stat:PARKED err:011"), ("1", 5, "011", None)),
    ("zero padding", deliver("id:00000004a3f stat:DELIVRD"), ("4a3f", 2, "", None)),
    ("the other case", deliver("id:4A3F stat:DELIVRD"), ("4a3f", 2, "", None)),
    ("TLVs only", deliver(b"", ID, state(2)), ("4a3f", 2, "", None)),
    ("TLV id not ended by NUL", deliver(b"", (ID[0], b"4A3F"), state(3)), ("4a3f", 3, "", None)),
    ("TLV id, no message_state, stat in text", deliver("stat:EXPIRED", ID), ("4a3f", 3, "", None)),
    ("TLV id and nothing else", deliver(b"", ID), ("4a3f", 1, "", None)),
    ("TLVs win over text", deliver("id:99 stat:ENROUTE", ID, state(2)), ("4a3f", 2, "", None)),
    ("a message_state nobody defined", deliver("stat:DELIVRD", ID, state(200)), ("4a3f", 2, "", None)),
    ("network_error_code", deliver(b"", ID, state(5), (0x423, b"\x03\x00\x22")), ("4a3f", 5, "34", None)),
    ("network_error_code cut short", deliver(b"", ID, state(5), (0x423, b"\x03")), ("4a3f", 5, "", None)),
    ("text in message_payload", deliver(b"", (Tag.MESSAGE_PAYLOAD, FULL.encode())), ("4a3f", 2, "000", DONE)),
    ("data_sm with TLVs", deliver(b"", ID, state(8), command=Command.DATA_SM), ("4a3f", 8, "", None)),
    ("data_sm with text", deliver(FULL, command=Command.DATA_SM), ("4a3f", 2, "000", DONE)),
    ("in UCS-2", deliver(FULL.encode("utf-16-be"), data_coding=8), ("4a3f", 2, "000", DONE)),
    ("UCS-2 of odd length", deliver(ODD, data_coding=8), ("7", 2, "", None)),
    ("behind a UDH", deliver(b"\x02\x70\x00" + FULL.encode(), esm_class=0x44), ("4a3f", 2, "000", DONE)),
    ("esm_class 08", deliver(FULL, esm_class=0x08), ("4a3f", 2, "000", DONE)),
    ("esm_class 20, intermediate", deliver("id:1 stat:ENROUTE", esm_class=0x20), ("1", 1, "", None)),
    ("esm_class with a mode bit", deliver(FULL, esm_class=0x07), ("4a3f", 2, "000", DONE)),
]  # fmt: skip


class TestQuirks:
    @pytest.mark.parametrize(("pdu", "expected"), [row[1:] for row in QUIRKS], ids=[row[0] for row in QUIRKS])
    def test_row(self, pdu: Pdu, expected: tuple[str | None, int, str, datetime | None]) -> None:
        found = parse_receipt(pdu, ReceiptOptions())
        assert found is not None
        first = found.references[0] if found.references else None
        assert (first, found.state, found.error, found.done_at) == expected

    @pytest.mark.parametrize("pdu", [row[1] for row in QUIRKS], ids=[row[0] for row in QUIRKS])
    def test_what_is_kept_never_holds_the_text(self, pdu: Pdu) -> None:
        found = parse_receipt(pdu, ReceiptOptions())
        assert found is not None
        assert "secret" not in found.raw.lower()

    def test_what_is_kept_shows_keys_and_tlvs(self) -> None:
        found = parse_receipt(deliver("id:99 stat:ENROUTE text:Secret", ID, state(2)), ReceiptOptions())
        assert found is not None
        assert found.raw == "id:99 stat:ENROUTE receipted_message_id=4A3F message_state=02"
        assert found.references == ("4a3f", "19007", "99", "63", "153")

    @pytest.mark.parametrize(("esm_class", "intermediate"), [(0x04, False), (0x20, True), (0x24, True)])
    def test_intermediate_notification(self, esm_class: int, intermediate: bool) -> None:
        found = parse_receipt(deliver(FULL, esm_class=esm_class), ReceiptOptions())
        assert found is not None
        assert found.intermediate is intermediate

    @pytest.mark.parametrize(
        ("minutes", "hour"), [(0, 11), (120, 9), (-300, 16)], ids=["UTC", "Helsinki", "New York"]
    )
    def test_local_time(self, minutes: int, hour: int) -> None:
        found = parse_receipt(deliver(FULL), ReceiptOptions(utc_offset=timedelta(minutes=minutes)))
        assert found is not None
        assert found.done_at == DONE.replace(hour=hour)


class TestSniffing:
    """esm_class 0: a receipt only where the channel's options say to look, and only when it looks like
    one."""

    @pytest.mark.parametrize(
        ("label", "pdu", "is_receipt"),
        [
            ("text", deliver(FULL, esm_class=0), True),
            ("TLVs", deliver(b"", ID, state(2), esm_class=0), True),
            ("a person writing", deliver("Is my id: valid?", esm_class=0), False),
            ("a TLV alone", deliver("Hello", ID, esm_class=0), False),
            ("conversation abort", deliver(FULL, esm_class=0x18), False),
            ("manual acknowledgement", deliver(FULL, esm_class=0x10), False),
        ],
    )
    def test_row(self, label: str, pdu: Pdu, is_receipt: bool) -> None:
        assert parse_receipt(pdu, ReceiptOptions()) is None, label
        assert (parse_receipt(pdu, ReceiptOptions(sniff=True)) is not None) is is_receipt, label


class TestReferences:
    """Answer and receipt meet in one form, whatever the carrier's habits."""

    @pytest.mark.parametrize(
        ("answer", "receipt", "answer_base", "receipt_base"),
        [
            ("4A3F", "4A3F", IdBase.STRING, IdBase.STRING),
            ("4A3F", "4a3f", IdBase.STRING, IdBase.STRING),
            ("4a3f", "00004A3F", IdBase.STRING, IdBase.EITHER),
            ("4A3F", "19007", IdBase.HEX, IdBase.DECIMAL),
            ("0x4A3F", "0000019007", IdBase.HEX, IdBase.DECIMAL),
            ("19007", "4A3F", IdBase.DECIMAL, IdBase.HEX),
            ("4A3F", "19007", IdBase.HEX, IdBase.EITHER),
            ("4A3F", "4A3F", IdBase.HEX, IdBase.EITHER),
            ("19007", "4A3F", IdBase.DECIMAL, IdBase.EITHER),
            ("4A3F", "19007", IdBase.STRING, IdBase.EITHER),
            ("19007", "4A3F", IdBase.STRING, IdBase.EITHER),
            ("4A3F", "19007", IdBase.STRING, IdBase.DECIMAL),
            ("19007", "4a3f", IdBase.STRING, IdBase.HEX),
            ("7a5f3c1e-88d2-4d0a", "7A5F3C1E-88D2-4D0A", IdBase.HEX, IdBase.EITHER),
            ("0", "0000", IdBase.STRING, IdBase.STRING),
            (" 17 ", "17\0", IdBase.STRING, IdBase.EITHER),
        ],
    )
    def test_meet(self, answer: str, receipt: str, answer_base: IdBase, receipt_base: IdBase) -> None:
        assert canonical(answer, answer_base) in candidates(receipt, answer_base, receipt_base)

    @pytest.mark.parametrize("base", [IdBase.STRING, IdBase.EITHER])
    def test_the_form_of_the_answer_comes_first(self, base: IdBase) -> None:
        assert candidates("0012345678", IdBase.STRING, base)[0] == "12345678"

    @given(st.integers(1, 2**64), st.sampled_from(["{:x}", "{:X}", "{:d}", "{:016x}", "{:020d}"]))
    def test_any_number_in_any_writing(self, number: int, writing: str) -> None:
        for answer, base in ((f"{number:X}", IdBase.HEX), (f"{number:d}", IdBase.DECIMAL)):
            assert canonical(answer, base) in candidates(writing.format(number), base, IdBase.EITHER)

    @given(st.text(max_size=80), st.sampled_from([IdBase.STRING, IdBase.HEX, IdBase.DECIMAL]))
    def test_the_same_string_always_meets(self, reference: str, base: IdBase) -> None:
        found = canonical(reference, base)
        assert found == "" or found in candidates(reference, base, IdBase.EITHER)
        assert found == "" or found in candidates(reference, base, IdBase.STRING)


class TestUsualForm:
    """The one-match path for the usual form reads what the lenient one reads."""

    @given(st.lists(st.text(st.characters(codec="latin-1"), max_size=9), min_size=7, max_size=7))
    def test_same(self, values: list[str]) -> None:
        keys = ["id", "sub", "dlvrd", "submit date", "done date", "stat", "err"]
        said = " ".join(f"{key}:{value}" for key, value in zip(keys, values, strict=True))
        usual = parse_receipt(deliver(f"{said} text:Secret"), ReceiptOptions())
        lenient = parse_receipt(deliver(f" {said}  text:Secret"), ReceiptOptions())
        assert usual == lenient


class TestAnyBytes:
    @given(
        st.binary(max_size=200) | st.text(max_size=150).map(lambda text: f"id:{text} stat:".encode()),
        st.lists(st.tuples(st.sampled_from([0x1E, 0x427, 0x423, 0x424]), st.binary(max_size=40)), max_size=4),
        st.integers(0, 255),
        st.sampled_from([0, 3, 8]),
    )
    def test_a_receipt_or_none(
        self, message: bytes, tlvs: list[tuple[int, bytes]], esm_class: int, data_coding: int
    ) -> None:
        pdu = deliver(message, *tlvs, esm_class=esm_class, data_coding=data_coding)
        for options in (
            ReceiptOptions(),
            ReceiptOptions(IdBase.HEX, IdBase.DECIMAL, timedelta(hours=14), True),
        ):
            found = parse_receipt(pdu, options)
            assert found is None or (isinstance(found, ParsedReceipt) and 0 <= found.state <= 9)
