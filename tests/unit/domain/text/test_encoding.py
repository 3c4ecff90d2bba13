"""Texts to octets and back, with the escape rules of TS 23.038."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import ENCODINGS, encoded_texts

from viesti.domain.text import GSM7, UCS2, Coding, Encoding, decode, encode, units

TURKISH = Encoding(Coding.GSM7, 1, 0)
TURKISH_BOTH = Encoding(Coding.GSM7, 1, 1)
PORTUGUESE_LOCKING = Encoding(Coding.GSM7, 0, 3)


@pytest.mark.parametrize(
    ("text", "encoding", "octets"),
    [
        ("", GSM7, ""),
        ("@£Ä ö", GSM7, "00 01 5B 20 7C"),
        ("1€\f", GSM7, "31 1B 65 1B 0A"),
        ("ğ€", TURKISH, "1B 67 1B 65"),
        ("ğ€", TURKISH_BOTH, "0C 04"),  # codes of their own go before escapes
        ("~^`", PORTUGUESE_LOCKING, "60 16 7D"),
        ("aы", UCS2, "00 61 04 4B"),
        ("😀", UCS2, "D8 3D DE 00"),
    ],
)
def test_both_ways(text: str, encoding: Encoding, octets: str) -> None:
    assert encode(text, encoding) == bytes.fromhex(octets)
    assert decode(bytes.fromhex(octets), encoding) == text


@pytest.mark.parametrize(
    ("octets", "encoding", "text"),
    [
        ("1B 41", GSM7, "A"),  # a code the extension lacks: the main table's character
        ("1B 1B 41", GSM7, " A"),  # an escape to a further table: a space
        ("1B 1B 1B 65", GSM7, " €"),
        ("41 1B", GSM7, "A "),  # nothing to escape
        ("1B 67", GSM7, "g"),  # Turkish code, Turkish table not named
        ("1B 60", Encoding(Coding.GSM7, 0, 1), "ç"),  # the main table is the locking one
        ("1B 67 0C", Encoding(Coding.GSM7, 9, 9), "gø"),  # a language without tables here
        ("41 E4 42", GSM7, "A\ufffdB"),  # not a septet
        ("1B E4", GSM7, "\ufffd"),
        ("00 41 42", UCS2, "A\ufffd"),  # half a unit
        ("D8 3D 00 41", UCS2, "\ufffdA"),  # half a pair
        ("00 41 00 00", UCS2, "A\ufffd"),  # what no database keeps
    ],
)
def test_odd_octets(octets: str, encoding: Encoding, text: str) -> None:
    assert decode(bytes.fromhex(octets), encoding) == text


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("", GSM7, 0),
        ("abc", GSM7, 3),
        ("a€c", GSM7, 4),
        ("ç", GSM7, None),
        ("ç", TURKISH, 2),
        ("ç", TURKISH_BOTH, 1),
        ("abc", UCS2, 3),
        ("ы😀", UCS2, 3),
    ],
)
def test_units(text: str, encoding: Encoding, expected: int | None) -> None:
    assert units(text, encoding) == expected


def test_a_text_that_does_not_fit_is_a_broken_promise() -> None:
    with pytest.raises(ValueError, match="outside the alphabet"):
        encode("ы", GSM7)


def test_a_lone_surrogate_is_sent_as_a_question_mark() -> None:
    assert encode("a\ud83d", UCS2) == bytes.fromhex("0061 003F")
    assert units("a\ud83d", UCS2) == 2


@given(encoded_texts())
def test_decoding_gives_back_what_was_encoded(case: tuple[str, Encoding]) -> None:
    text, encoding = case
    octets = encode(text, encoding)
    assert decode(octets, encoding) == text
    assert units(text, encoding) == len(octets) // (1 if encoding.coding is Coding.GSM7 else 2)


@given(st.binary(), st.sampled_from(ENCODINGS))
def test_any_octets_decode_to_a_text_that_can_be_stored(octets: bytes, encoding: Encoding) -> None:
    assert b"\0" not in decode(octets, encoding).encode("utf-8")
