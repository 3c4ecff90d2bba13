"""Our parts beside those of smsutil, which also divides by code point."""

from __future__ import annotations

import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import texts_in, texts_of

from viesti.domain.text import GSM7, UCS2, Coding, ConcatMethod, choose_encoding, encode, split

# smsutil counts the escape as a character of the alphabet.
ANY_TEXT = st.one_of(
    texts_in(GSM7),
    texts_in(UCS2),
    texts_of(list("aä€ç^😀\n")),
).filter(lambda text: text and "\x1b" not in text)


@settings(max_examples=300)
@given(ANY_TEXT)
def test_encoding_octets_and_parts_agree(text: str) -> None:
    encoding = choose_encoding(text)
    assert (encoding.coding is Coding.GSM7) == smsutil.is_valid_gsm(text)
    assert encode(text, encoding) == smsutil.encode(text)
    parts = split(text, encoding, ConcatMethod.UDH8)
    theirs = smsutil.split(text)
    assert [part.text for part in parts] == [part.content for part in theirs.parts]
    assert [len(part.octets) for part in parts] == [part.bytes for part in theirs.parts]
