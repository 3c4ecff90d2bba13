"""User data headers built and read (TS 23.040, 9.2.3.24)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.text import (
    GSM7,
    UCS2,
    Coding,
    ConcatElement,
    ConcatMethod,
    Encoding,
    InformationElement,
    UserDataHeader,
    header_octets,
    parse_udh,
    udh,
)

TURKISH = Encoding(Coding.GSM7, 1, 0)
TURKISH_LOCKING = Encoding(Coding.GSM7, 0, 1)
BOTH = Encoding(Coding.GSM7, 3, 1)


@pytest.mark.parametrize(
    ("encoding", "method", "reference", "total", "number", "octets"),
    [
        (GSM7, ConcatMethod.UDH8, 7, 1, 1, ""),
        (GSM7, ConcatMethod.UDH8, 0xAB, 3, 2, "05 00 03 AB 03 02"),
        (UCS2, ConcatMethod.UDH8, 0x1AB, 255, 255, "05 00 03 AB FF FF"),  # a running counter wraps
        (GSM7, ConcatMethod.UDH16, 0xABCD, 3, 2, "06 08 04 AB CD 03 02"),
        (GSM7, ConcatMethod.UDH16, 0x1ABCD, 2, 1, "06 08 04 AB CD 02 01"),
        (GSM7, ConcatMethod.SAR, 7, 3, 2, ""),
        (GSM7, ConcatMethod.PAYLOAD, 7, 3, 2, ""),
        (TURKISH, ConcatMethod.UDH8, 7, 1, 1, "03 24 01 01"),
        (TURKISH_LOCKING, ConcatMethod.UDH16, 7, 1, 1, "03 25 01 01"),
        (BOTH, ConcatMethod.UDH8, 7, 1, 1, "06 24 01 03 25 01 01"),
        (BOTH, ConcatMethod.UDH8, 7, 2, 1, "0B 00 03 07 02 01 24 01 03 25 01 01"),
        (BOTH, ConcatMethod.UDH16, 7, 2, 1, "0C 08 04 00 07 02 01 24 01 03 25 01 01"),
        (TURKISH, ConcatMethod.SAR, 7, 2, 1, "03 24 01 01"),
    ],
)
def test_building(
    encoding: Encoding, method: ConcatMethod, reference: int, total: int, number: int, octets: str
) -> None:
    built = udh(encoding, method, reference, total, number)
    assert built == bytes.fromhex(octets)
    if method in (ConcatMethod.UDH8, ConcatMethod.UDH16):
        assert len(built) == header_octets(encoding, method if total > 1 else None)


@pytest.mark.parametrize(("total", "number"), [(0, 0), (2, 0), (2, 3), (256, 1)])
def test_an_impossible_place_is_a_broken_promise(total: int, number: int) -> None:
    with pytest.raises(ValueError, match="no part"):
        udh(GSM7, ConcatMethod.UDH8, 0, total, number)


@pytest.mark.parametrize(
    ("octets", "header"),
    [
        ("05 00 03 AB 03 02 41", UserDataHeader(6, ConcatElement(0xAB, 3, 2, 8))),
        ("06 08 04 AB CD 03 02", UserDataHeader(7, ConcatElement(0xABCD, 3, 2, 16))),
        ("00 41", UserDataHeader(1)),
        ("06 24 01 03 25 01 01", UserDataHeader(7, None, 3, 1)),
        # ports before concatenation; what we have no use for is kept
        (
            "0B 05 04 23 F0 00 00 00 03 01 02 01",
            UserDataHeader(
                12, ConcatElement(1, 2, 1, 8), others=(InformationElement(5, bytes.fromhex("23F00000")),)
            ),
        ),
        # impossible places: as if single
        ("05 00 03 AB 03 00", UserDataHeader(6)),
        ("05 00 03 AB 03 04", UserDataHeader(6)),
        ("05 00 03 AB 00 00", UserDataHeader(6)),
        ("06 08 04 AB CD 00 01", UserDataHeader(7)),
        ("04 00 02 AB 03", UserDataHeader(5)),  # too short a concatenation
        # one that comes twice: the last valid one
        ("0A 00 03 01 02 01 00 03 09 02 02", UserDataHeader(11, ConcatElement(9, 2, 2, 8))),
        ("0A 00 03 01 02 01 00 03 09 02 07", UserDataHeader(11, ConcatElement(1, 2, 1, 8))),
        # elements that do not add up: skipped unread
        ("05 00 04 AB 03 02 41", UserDataHeader(6)),
        ("06 00 03 AB 03 02 24 41", UserDataHeader(7)),
        # longer than the data, or nothing at all: no header
        ("48 65 6C 6C 6F", UserDataHeader(0)),
        ("", UserDataHeader(0)),
    ],
)
def test_reading(octets: str, header: UserDataHeader) -> None:
    assert parse_udh(bytes.fromhex(octets)) == header


def test_a_header_says_how_to_read_its_text() -> None:
    header = UserDataHeader(7, None, 3, 1)
    assert header.encoding(Coding.GSM7) == BOTH
    assert header.encoding(Coding.UCS2) == UCS2


@given(st.binary())
def test_any_octets_give_a_header_within_them(octets: bytes) -> None:
    header = parse_udh(octets)
    assert 0 <= header.octets <= len(octets)
    assert header.concat is None or 1 <= header.concat.number <= header.concat.total


@given(
    st.sampled_from([GSM7, UCS2, TURKISH, BOTH]),
    st.sampled_from([ConcatMethod.UDH8, ConcatMethod.UDH16]),
    st.integers(0, 0xFFFF),
    st.integers(2, 255),
    st.data(),
)
def test_what_is_built_is_read(
    encoding: Encoding, method: ConcatMethod, reference: int, total: int, data: st.DataObject
) -> None:
    number = data.draw(st.integers(1, total))
    bits = 8 if method is ConcatMethod.UDH8 else 16
    octets = udh(encoding, method, reference, total, number)
    assert parse_udh(octets + b"text") == UserDataHeader(
        len(octets),
        ConcatElement(reference % 2**bits, total, number, bits),
        encoding.single_shift,
        encoding.locking_shift,
    )
