"""What a submitted PDU says, whatever its coding and however its parts are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import Command, Tag
from viesti.simulator.reading import Place, Reading, read, starts_message

SAR = (
    (Tag.SAR_MSG_REF_NUM, b"\x01\x02"),
    (Tag.SAR_TOTAL_SEGMENTS, b"\x03"),
    (Tag.SAR_SEGMENT_SEQNUM, b"\x02"),
)


def submit(
    octets: bytes, data_coding: int = 0, esm_class: int = 0, tlvs: tuple[tuple[int, bytes], ...] = ()
) -> Pdu:
    fields = {"short_message": octets, "data_coding": data_coding, "esm_class": esm_class}
    return Pdu(Command.SUBMIT_SM, fields=fields, tlvs=tlvs)


@pytest.mark.parametrize(
    ("pdu", "expected"),
    [
        (submit(b"Hello @\x00"), Reading("Hello ¡@", "GSM-7")),
        (submit(b"\x1b\x65 5"), Reading("€ 5", "GSM-7")),
        (submit("Привет".encode("utf-16-be"), 8), Reading("Привет", "UCS-2")),
        (submit(b"\xe4\xf6", 3), Reading("äö", "Latin-1")),
        (submit(b"Hi", 1), Reading("Hi", "ASCII")),
        (submit(b"\x00\xff", 4), Reading("00 ff", "8-bit", binary=True)),
        (submit(b"flash", 0x10), Reading("flash", "GSM-7")),
        (submit(b"flash", 0xF0), Reading("flash", "GSM-7")),
        (submit(b"\x00A", 0x18), Reading("A", "UCS-2")),
        (submit(b"\x00A", 0xE0), Reading("A", "UCS-2")),
        (submit(b"A", 0x99), Reading("41", "8-bit", binary=True)),
        (submit(b"\x05\x00\x03\x2a\x02\x01abc", 0, 0x40), Reading("abc", "GSM-7", Place("8", 42, 2, 1))),
        (
            submit(b"\x06\x08\x04\x01\x00\x02\x02abc", 0, 0x40),
            Reading("abc", "GSM-7", Place("16", 256, 2, 2)),
        ),
        (submit(b"\x03\x24\x01\x01\x1b\x63", 0, 0x40), Reading("ç", "GSM-7 national")),
        (submit(b"abc", tlvs=SAR), Reading("abc", "GSM-7", Place("sar", 258, 3, 2))),
        (submit(b"", tlvs=((Tag.MESSAGE_PAYLOAD, b"long"),)), Reading("long", "GSM-7")),
    ],
)
def test_read(pdu: Pdu, expected: Reading) -> None:
    assert read(pdu) == expected


@pytest.mark.parametrize(
    ("pdu", "expected"),
    [
        (submit(b"abc"), True),
        (submit(b"\x05\x00\x03\x2a\x02\x01abc", 0, 0x40), True),
        (submit(b"\x05\x00\x03\x2a\x02\x02abc", 0, 0x40), False),
        (submit(b"abc", tlvs=SAR), False),
        (submit(b"abc", tlvs=((Tag.USER_MESSAGE_REFERENCE, b"\0\1"),)), True),
    ],
)
def test_starts_message(pdu: Pdu, expected: bool) -> None:
    assert starts_message(pdu) is expected


@given(st.binary(max_size=160), st.integers(0, 255), st.sampled_from([0, 0x40]))
def test_any_octets_are_read(octets: bytes, data_coding: int, esm_class: int) -> None:
    reading = read(submit(octets, data_coding, esm_class))
    assert reading.encoding
    assert not reading.binary or set(reading.text) <= set("0123456789abcdef ")
