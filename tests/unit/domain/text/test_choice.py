"""The encoding a text gets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import texts_of

from viesti.domain.text import GSM7, UCS2, Coding, ConcatMethod, Encoding, choose_encoding, count_parts, units
from viesti.domain.text.choice import national_encodings

TR_SINGLE, TR_LOCKING = Encoding(Coding.GSM7, 1, 0), Encoding(Coding.GSM7, 0, 1)
ES_SINGLE = Encoding(Coding.GSM7, 2, 0)
PT_SINGLE, PT_LOCKING, PT_BOTH = (Encoding(Coding.GSM7, *shifts) for shifts in [(3, 0), (0, 3), (3, 3)])


@pytest.mark.parametrize(
    ("text", "languages", "encoding"),
    [
        ("", (), GSM7),
        ("Hyvää päivää, 5 €", (), GSM7),
        ("Hyvää päivää, 5 €", ("tr", "es", "pt"), GSM7),  # never national without need
        ("İstanbul'da ğ", (), UCS2),
        ("İstanbul'da ğ", ("es",), UCS2),
        ("İstanbul'da ğ", ("tr",), TR_LOCKING),  # one septet each
        ("è ve ş", ("tr",), TR_SINGLE),  # the locking table gave up è
        ("Ayşe ы", ("tr",), UCS2),
        ("corazón", ("es",), ES_SINGLE),
        ("corazón", ("pt", "es"), PT_LOCKING),
        ("coração", ("pt",), PT_LOCKING),
        ("Φ ã", ("pt",), PT_SINGLE),  # the locking table gave up Φ
        ("Φ ∞", ("pt",), PT_BOTH),  # ∞ is only in the one table, Φ only in the other
        ("ó", ("fi",), UCS2),  # no tables for Finnish
        ("ó", ("fi", "es", "es"), ES_SINGLE),
    ],
)
def test_choice(text: str, languages: tuple[str, ...], encoding: Encoding) -> None:
    assert choose_encoding(text, languages) == encoding


def test_fewer_parts_before_fewer_tables() -> None:
    text = "ş" * 78  # 156 septets and a 4-octet header by the single shift, 78 by the locking one
    assert choose_encoding(text, ("tr",)) == TR_LOCKING
    assert count_parts(text, TR_SINGLE, ConcatMethod.UDH8) == 2


def test_fewer_parts_before_fewer_septets() -> None:
    text = "∞" * 145 + "Φ" * 4  # 153 septets, two tables: one too many for a part; UCS-2 would take three
    assert choose_encoding(text, ("pt",)) == PT_BOTH
    assert count_parts(text, PT_BOTH, ConcatMethod.UDH8) == 2


@given(texts_of(list("aşçğãóúÁ∞Φè€~^😀")), st.lists(st.sampled_from(["tr", "es", "pt", "fi"])))
def test_the_choice_holds_the_text_in_the_fewest_parts(text: str, languages: list[str]) -> None:
    chosen = choose_encoding(text, languages)
    fitting = [each for each in national_encodings(tuple(languages)) if units(text, each) is not None]
    if units(text, GSM7) is not None:
        assert chosen == GSM7
    elif not fitting:
        assert chosen == UCS2
    else:
        assert chosen in fitting
        fewest = min(count_parts(text, each, ConcatMethod.UDH8) for each in fitting)
        assert count_parts(text, chosen, ConcatMethod.UDH8) == fewest
