"""Text from outside, as PostgreSQL keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.storage.text import storable


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("", ""),
        ("plain", "plain"),
        ("ä€😀", "ä€😀"),
        ("a\0b", "a\ufffdb"),
        ("ä\0", "ä\ufffd"),
        ("\ud83d", "\ufffd"),
        ("ä\ude00b", "ä\ufffdb"),
    ],
)
def test_storable(text: str, stored: str) -> None:
    assert storable(text) == stored


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_proper_text_stays(text: str) -> None:
    assert storable(text) == text.replace("\0", "\ufffd")


@given(st.lists(st.integers(0, 0x10FFFF).map(chr)).map("".join))
def test_any_text_can_be_encoded(text: str) -> None:
    assert "\0" not in storable(text)
    storable(text).encode()
