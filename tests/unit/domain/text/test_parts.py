"""Part arithmetic, cutting and joining."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import WITHOUT_NUL, encoded_texts

from viesti.domain.text import (
    GSM7,
    MAX_PARTS,
    UCS2,
    Coding,
    ConcatMethod,
    Encoding,
    JoinedText,
    capacity,
    choose_encoding,
    count_parts,
    header_octets,
    join_parts,
    split,
)

UDH8, UDH16, SAR, PAYLOAD = ConcatMethod
TURKISH = Encoding(Coding.GSM7, 1, 0)
BOTH = Encoding(Coding.GSM7, 1, 1)


@pytest.mark.parametrize(
    ("udh_octets", "septets", "utf16_units"),
    [
        (0, 160, 70),
        (4, 155, 68),
        (6, 153, 67),
        (7, 152, 66),
        (9, 149, 65),
        (10, 148, 65),
        (12, 146, 64),
        (13, 145, 63),
    ],
)
def test_capacity_beside_a_header(udh_octets: int, septets: int, utf16_units: int) -> None:
    assert capacity(GSM7, udh_octets) == septets
    assert capacity(UCS2, udh_octets) == utf16_units


@pytest.mark.parametrize(
    ("encoding", "method", "octets"),
    [
        (GSM7, None, 0),
        (UCS2, None, 0),
        (TURKISH, None, 4),
        (BOTH, None, 7),
        (GSM7, UDH8, 6),
        (GSM7, SAR, 6),
        (GSM7, PAYLOAD, 6),
        (UCS2, UDH16, 7),
        (TURKISH, UDH8, 9),
        (TURKISH, UDH16, 10),
        (BOTH, UDH8, 12),
        (BOTH, UDH16, 13),
    ],
)
def test_header_before_each_part(encoding: Encoding, method: ConcatMethod | None, octets: int) -> None:
    assert header_octets(encoding, method) == octets


@pytest.mark.parametrize(
    ("text", "encoding", "method", "parts"),
    [
        ("", GSM7, UDH8, [0]),
        ("a" * 160, GSM7, UDH8, [160]),
        ("a" * 161, GSM7, UDH8, [153, 8]),
        ("a" * 161, GSM7, SAR, [153, 8]),
        ("a" * 161, GSM7, PAYLOAD, [153, 8]),
        ("a" * 161, GSM7, UDH16, [152, 9]),
        ("a" * 306, GSM7, UDH8, [153, 153]),
        ("a" * 307, GSM7, UDH8, [153, 153, 1]),
        ("€" * 80, GSM7, UDH8, [160]),
        ("€" * 81, GSM7, UDH8, [152, 10]),
        ("€" * 81, GSM7, UDH16, [152, 10]),
        ("a" * 152 + "€" + "a" * 10, GSM7, UDH8, [152, 12]),  # the escape would be the 153rd
        ("a" * 151 + "€" + "a" * 10, GSM7, UDH8, [153, 10]),
        ("ы" * 70, UCS2, UDH8, [70]),
        ("ы" * 71, UCS2, UDH8, [67, 4]),
        ("ы" * 71, UCS2, UDH16, [66, 5]),
        ("ы" * 66 + "😀" + "ы" * 10, UCS2, UDH8, [66, 12]),
        ("😀" * 35, UCS2, UDH8, [70]),
        ("😀" * 36, UCS2, UDH8, [66, 6]),
        ("😀" * 67, UCS2, UDH8, [66, 66, 2]),
        ("a" * 155, TURKISH, UDH8, [155]),
        ("a" * 156, TURKISH, UDH8, [149, 7]),
        ("a" * 156, TURKISH, UDH16, [148, 8]),
        ("ş" * 78, TURKISH, UDH8, [148, 8]),
        ("a" * 152, BOTH, UDH8, [152]),
        ("a" * 153, BOTH, UDH8, [146, 7]),
        ("a" * 153, BOTH, UDH16, [145, 8]),
    ],
)
def test_units_of_each_part(text: str, encoding: Encoding, method: ConcatMethod, parts: list[int]) -> None:
    assert [part.units for part in split(text, encoding, method)] == parts
    assert count_parts(text, encoding, method) == len(parts)


@given(encoded_texts(), st.sampled_from(ConcatMethod))
def test_parts_are_whole_fit_and_rejoin(case: tuple[str, Encoding], method: ConcatMethod) -> None:
    text, encoding = case
    parts = split(text, encoding, method)
    room = capacity(encoding, header_octets(encoding, method if len(parts) > 1 else None))
    assert "".join(part.text for part in parts) == text
    assert count_parts(text, encoding, method) == len(parts)
    for part in parts:
        assert part.units <= room
        if encoding.coding is Coding.GSM7:
            assert not part.octets.endswith(b"\x1b")
            assert len(part.octets) == part.units
        else:
            assert part.octets.decode("utf-16-be") == part.text  # strict: no half of a pair
            assert len(part.octets) == 2 * part.units
    for part, following in pairwise(parts):
        first = split(following.text[0], encoding, method)[0].units
        assert part.units + first > room  # greedy: the next character had no room


def test_more_than_the_most_parts_is_counted_but_not_cut() -> None:
    most = "a" * 153 * MAX_PARTS
    assert len(split(most, GSM7, UDH8)) == 255
    assert count_parts(most + "a", GSM7, UDH8) == 256
    with pytest.raises(ValueError, match="256 parts"):
        split(most + "a", GSM7, UDH8)


def test_counting_what_does_not_fit_is_a_broken_promise() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        count_parts("ы", GSM7, UDH8)


@pytest.mark.parametrize(
    ("parts", "total", "joined"),
    [
        ([(1, "a")], 1, JoinedText("a", ())),
        ([(2, "b"), (1, "a"), (3, "c")], 3, JoinedText("abc", ())),
        ([(2, "b"), (2, "x"), (1, "a")], 2, JoinedText("ab", ())),
        ([(3, "c")], 4, JoinedText(None, (1, 2, 4))),
        ([(1, "a"), (7, "g")], 1, JoinedText("a", ())),
        ([], 2, JoinedText(None, (1, 2))),
    ],
)
def test_joining(parts: list[tuple[int, str]], total: int, joined: JoinedText) -> None:
    assert join_parts(parts, total) == joined


@given(
    st.text(WITHOUT_NUL, max_size=300),
    st.randoms(use_true_random=False),
)
def test_parts_in_any_order_join_to_the_text(text: str, random: Random) -> None:
    parts = split(text, choose_encoding(text), UDH8)
    numbered = list(enumerate((part.text for part in parts), start=1)) * 2
    random.shuffle(numbered)
    assert join_parts(numbered, len(parts)) == JoinedText(text, ())
