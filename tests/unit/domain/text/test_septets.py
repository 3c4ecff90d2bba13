"""Packed septets (TS 23.038, 6.1.2), after a header and not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.text import pack, unpack


@pytest.mark.parametrize(
    ("septets", "udh_octets", "packed"),
    [
        (b"", 0, ""),
        (b"", 6, ""),
        (b"1", 0, "31"),
        (b"hellohello", 0, "E8 32 9B FD 46 97 D9 EC 37"),
        (b"1234567", 0, "31 D9 8C 56 B3 DD 1A"),  # 7 spare bits carry CR, not '@'
        (b"12345678", 0, "31 D9 8C 56 B3 DD 70"),
        (b"A", 6, "82"),  # one fill bit after 6 octets
        (b"A", 7, "41"),  # 7 octets are 8 septets: no fill
        (b"A", 4, "08 02"),  # three fill bits
    ],
)
def test_packing(septets: bytes, udh_octets: int, packed: str) -> None:
    assert pack(septets, udh_octets) == bytes.fromhex(packed)
    assert unpack(bytes.fromhex(packed), udh_octets) == septets
    assert unpack(bytes.fromhex(packed), udh_octets, len(septets)) == septets


def test_a_zero_septet_at_the_end_is_a_character_when_it_is_not_filling() -> None:
    assert unpack(bytes.fromhex("31 D9 8C 56 B3 DD 00")) == b"1234567\x00"


def test_a_final_cr_on_the_last_octet_needs_the_count() -> None:
    packed = pack(b"1234567\r")
    assert unpack(packed) == b"1234567"
    assert unpack(packed, count=8) == b"1234567\r"


@given(st.binary(max_size=160).map(lambda data: bytes(octet & 0x7F for octet in data)), st.integers(0, 20))
def test_unpacking_gives_back_what_was_packed(septets: bytes, udh_octets: int) -> None:
    packed = pack(septets, udh_octets)
    assert unpack(packed, udh_octets, len(septets)) == septets
    if not septets.endswith(b"\r"):
        assert unpack(packed, udh_octets) == septets


@given(st.binary(max_size=200), st.integers(0, 20), st.none() | st.integers(0, 300))
def test_any_octets_unpack_to_septets(octets: bytes, udh_octets: int, count: int | None) -> None:
    assert all(septet < 0x80 for septet in unpack(octets, udh_octets, count))
