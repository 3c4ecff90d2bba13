"""deliver_sm and data_sm as receipts and as parts from handsets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.smpp.deliver import deliver
from viesti.channels.smpp.options import SmppOptions
from viesti.domain.channel import AddressKind, CarrierReceipt, Concatenation, InboundPart
from viesti.domain.status import PartState
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command, Tag

AT = datetime(2026, 11, 22, tzinfo=UTC)


def options(**changes: Any) -> SmppOptions:
    return SmppOptions.read({"host": "smsc.example", "system_id": "viesti", **changes})


def inbound(pdu: Pdu, **changes: Any) -> InboundPart:
    found = deliver(pdu, 7, options(**changes), AT)
    assert isinstance(found, InboundPart)
    return found


def delivered(octets: bytes, *tlvs: tuple[int, bytes], **fields: Any) -> Pdu:
    return Pdu(Command.DELIVER_SM, 0, 1, {"short_message": octets, **fields}, tlvs)


def sar(reference: bytes, total: bytes, number: bytes) -> tuple[tuple[int, bytes], ...]:
    tags = (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    return tuple(zip(map(int, tags), (reference, total, number), strict=True))


@pytest.mark.parametrize(
    ("data_coding", "octets", "text"),
    [
        (0x00, b"a\x00\x1be", "a@€"),
        (0x01, b"a@", "a@"),
        (0x03, b"\xe9", "é"),
        (0x05, b"\x83\x41", "ア"),
        (0x06, b"\xb6", "Ж"),
        (0x07, b"\xe0", "א"),
        (0x08, b"\xd8\x3d\xde\x00", "😀"),
        (0x0E, b"\xb0\xa1", "가"),
        (0x10, b"hi", "hi"),
        (0x18, b"\x04\x16", "Ж"),
        (0xC0, b"hi", "hi"),
        (0xE0, b"\x04\x16", "Ж"),
        (0xF0, b"hi", "hi"),
        (0x01, b"a\0\xff", "a\ufffd\ufffd"),
        (0x08, b"\x04", "\ufffd"),
    ],
)
def test_text(data_coding: int, octets: bytes, text: str) -> None:
    part = inbound(delivered(octets, data_coding=data_coding))
    assert (part.text, part.payload) == (text, None)


@pytest.mark.parametrize("data_coding", [0x02, 0x04, 0x14, 0xF4, 0x90])
def test_octets_are_kept(data_coding: int) -> None:
    part = inbound(delivered(b"\0\xff", data_coding=data_coding))
    assert (part.text, part.payload) == ("", b"\0\xff")


def test_data_coding_0_of_a_latin1_carrier() -> None:
    assert inbound(delivered(b"\xe9"), alphabet="latin1").text == "é"


@pytest.mark.parametrize(
    ("alphabet", "data_coding", "octets", "text"),
    [
        ("gsm7", 0x01, b"Kyll\x7b", "Kyllä"),
        ("latin1", 0xF1, b"Kyll\xe4", "Kyllä"),
        ("gsm7", 0x04, b"\x1be", "€"),
    ],
)
def test_the_data_coding_we_send_its_alphabet_under(
    alphabet: str, data_coding: int, octets: bytes, text: str
) -> None:
    part = inbound(delivered(octets, data_coding=data_coding), alphabet=alphabet, data_coding=data_coding)
    assert (part.text, part.payload) == (text, None)


def test_message_payload() -> None:
    assert inbound(delivered(b"", (Tag.MESSAGE_PAYLOAD, b"x" * 300))).text == "x" * 300


@pytest.mark.parametrize(
    ("pdu", "text", "expected"),
    [
        (delivered(b"\5\0\3\x2a\2\1hi", esm_class=0x40), "hi", Concatenation(8 << 16 | 42, 2, 1)),
        (delivered(b"\6\x08\4\1\0\3\3hi", esm_class=0x40), "hi", Concatenation(16 << 16 | 256, 3, 3)),
        (delivered(b"\5\0\3\x2a\2\3hi", esm_class=0x40), "hi", None),
        (delivered(b"\5\0\3\x2a\2\1hi"), "é@¥*$£hi", None),
        (delivered(b"\x30hi", esm_class=0x40), "0hi", None),
        (delivered(b"", esm_class=0x40), "", None),
        (delivered(b"hi", *sar(b"\1\0", b"\2", b"\2")), "hi", Concatenation(256, 2, 2)),
        (delivered(b"hi", *sar(b"\1\0", b"\2", b"\3")), "hi", None),
        (delivered(b"hi", *sar(b"\1\0", b"\0", b"\0")), "hi", None),
        (delivered(b"hi", *sar(b"\1\0", b"\2", b"\2")[:2]), "hi", None),
    ],
)  # fmt: skip
def test_concatenation(pdu: Pdu, text: str, expected: Concatenation | None) -> None:
    part = inbound(pdu)
    assert (part.text, part.concatenation) == (text, expected)


@pytest.mark.parametrize(
    ("address", "ton", "expected"),
    [
        ("358401234567", 1, ("358401234567", AddressKind.INTERNATIONAL)),
        ("+358401234567", 1, ("358401234567", AddressKind.INTERNATIONAL)),
        ("00358401234567", 1, ("358401234567", AddressKind.INTERNATIONAL)),
        ("+358401234567", 0, ("358401234567", AddressKind.INTERNATIONAL)),
        ("358401234567", 2, ("358401234567", AddressKind.INTERNATIONAL)),
        ("17170", 3, ("17170", AddressKind.SHORT_CODE)),
        ("17170", 0, ("17170", AddressKind.SHORT_CODE)),
        ("Bank", 5, ("Bank", AddressKind.ALPHANUMERIC)),
        ("12345", 5, ("12345", AddressKind.ALPHANUMERIC)),
        ("Bank", 0, ("Bank", AddressKind.ALPHANUMERIC)),
        ("", 0, ("", AddressKind.ALPHANUMERIC)),
    ],
)
def test_source(address: str, ton: int, expected: tuple[str, AddressKind]) -> None:
    part = inbound(delivered(b"hi", source_addr=address, source_addr_ton=ton, destination_addr="+17170"))
    assert (part.source, part.source_kind) == expected
    assert part.destination == "17170"


def test_receipt() -> None:
    pdu = delivered(b"id:0042 stat:UNDELIV err:012 text:Secret", esm_class=4, source_addr="358401")
    found = deliver(pdu, 7, options(receipts={"answer_ids": "hex", "receipt_ids": "decimal"}), AT)
    assert found == CarrierReceipt(
        channel_id=7,
        references=("42",),
        state=PartState.UNDELIVERABLE,
        error="012",
        done_at=None,
        received_at=AT,
        source="358401",
        destination="",
        raw="id:0042 stat:UNDELIV err:012",
    )


@given(
    st.binary(max_size=150), st.integers(0, 255), st.integers(0, 255), st.text(max_size=20), st.integers(0, 7)
)
def test_nothing_is_thrown_away(
    octets: bytes, data_coding: int, esm_class: int, address: str, ton: int
) -> None:
    pdu = delivered(
        octets, data_coding=data_coding, esm_class=esm_class, source_addr=address, source_addr_ton=ton
    )
    for changes in ({}, {"receipts": {"sniff": True}, "alphabet": "ascii"}):
        found = deliver(pdu, 7, options(**changes), AT)
        assert isinstance(found, CarrierReceipt | InboundPart)
        if isinstance(found, InboundPart):
            assert "\0" not in found.text
