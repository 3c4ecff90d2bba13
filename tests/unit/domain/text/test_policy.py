"""The character policy of a service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import texts_of

from viesti.domain.text import CharacterPolicy, Coding, PolicyResult, apply_policy, choose_encoding

NONE, STRICT, REPLACE = CharacterPolicy
TURKISH_TEXT = "Ayşe’ye ığ"


@pytest.mark.parametrize(
    ("text", "policy", "languages", "result"),
    [
        ("Hei €", NONE, (), PolicyResult("Hei €")),
        ("Hei €", STRICT, (), PolicyResult("Hei €")),
        ("Hei €", REPLACE, (), PolicyResult("Hei €")),
        ("“ы”", NONE, (), PolicyResult("“ы”")),
        ("e\u0301", NONE, (), PolicyResult("e\u0301")),
        # strict names each character once, in order
        ("“ы” ы", STRICT, (), PolicyResult("“ы” ы", refused=("“", "ы", "”"))),
        ("pa\u0308iva\u0308a\u0308", STRICT, (), PolicyResult("päivää")),  # composed, not refused
        (TURKISH_TEXT, STRICT, (), PolicyResult(TURKISH_TEXT, refused=("ş", "’", "ı", "ğ"))),
        (TURKISH_TEXT, STRICT, ("tr",), PolicyResult(TURKISH_TEXT, refused=("’",))),
        ("şé", STRICT, ("tr",), PolicyResult("şé")),
        # replace says what stands for what
        ("“Hei”…", REPLACE, (), PolicyResult('"Hei"...', (("“", '"'), ("”", '"'), ("…", "...")))),
        ("ça va", REPLACE, (), PolicyResult("ca va", (("ç", "c"),))),
        ("pa\u0308iva\u0308", REPLACE, (), PolicyResult("päivä")),
        ("ok 👍🏽!", REPLACE, (), PolicyResult("ok   !", (("👍", " "), ("🏽", " ")))),
        ("a\u200bb", REPLACE, (), PolicyResult("ab", (("\u200b", ""),))),
        ("a\tb", REPLACE, (), PolicyResult("a b", (("\t", " "),))),
        (
            TURKISH_TEXT,
            REPLACE,
            (),
            PolicyResult("Ayse'ye ig", (("ş", "s"), ("’", "'"), ("ı", "i"), ("ğ", "g"))),
        ),
        (TURKISH_TEXT, REPLACE, ("tr",), PolicyResult("Ayşe'ye ığ", (("’", "'"),))),
    ],
)
def test_policy(text: str, policy: CharacterPolicy, languages: tuple[str, ...], result: PolicyResult) -> None:
    assert apply_policy(text, policy, languages) == result


ODD_TEXTS = st.one_of(st.text(), texts_of([*"aäşç“’😀ыé", "\u0301", "\u200d"]))
LANGUAGES = st.lists(st.sampled_from(["tr", "es", "pt"]), unique=True)


@given(ODD_TEXTS, LANGUAGES)
def test_a_replaced_text_never_needs_ucs2(text: str, languages: list[str]) -> None:
    result = apply_policy(text, REPLACE, languages)
    assert choose_encoding(result.text, languages).coding is Coding.GSM7
    assert apply_policy(result.text, REPLACE, languages) == PolicyResult(result.text)


@given(ODD_TEXTS, LANGUAGES)
def test_strict_refuses_exactly_what_would_need_ucs2(text: str, languages: list[str]) -> None:
    result = apply_policy(text, STRICT, languages)
    assert bool(result.refused) == (choose_encoding(result.text, languages).coding is Coding.UCS2)
    assert set(result.refused) <= set(result.text)
