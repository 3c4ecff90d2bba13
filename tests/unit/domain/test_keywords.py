"""Inbound words to services: the longest chain of the address wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.keywords import (
    KeywordConflict,
    KeywordIndex,
    KeywordRule,
    Match,
    chain_text,
    keyword_words,
)

SHARED, OWN = "16400", "358401234567"

INDEX = KeywordIndex(
    [
        KeywordRule(1, SHARED, ("VASTAA",)),
        KeywordRule(2, SHARED, ("VASTAA", "Kyllä")),
        KeywordRule(3, SHARED, ("vastaa", "kyllä", "MYÖS")),
        KeywordRule(4, SHARED, ("C++",)),
        KeywordRule(5, SHARED, ("?",)),
        KeywordRule(6, SHARED, ("TILAA", "LEHTI")),
        KeywordRule(9, OWN),
        KeywordRule(8, OWN, ("INFO",)),
    ]
)


@pytest.mark.parametrize(
    ("address", "text", "service_id"),
    [
        pytest.param(SHARED, "VASTAA", 1, id="the keyword alone"),
        pytest.param(SHARED, "vastaa tulen huomenna", 1, id="letter case and content"),
        pytest.param(SHARED, "  Vastaa\n tulen", 1, id="white space"),
        pytest.param(SHARED, "VASTAA: tulen", 1, id="colon"),
        pytest.param(SHARED, "\u201dVASTAA\u201d tulen", 1, id="typographic quotes"),
        pytest.param(SHARED, "VASTAA! Tulen", 1, id="exclamation mark"),
        pytest.param(SHARED, "vastaa kyllä", 2, id="sub-keyword"),
        pytest.param(SHARED, "VASTAA, KYLLÄ.", 2, id="sub-keyword with punctuation"),
        pytest.param(SHARED, "vastaa kylla\u0308 kiitos", 2, id="accent coded apart"),
        pytest.param(SHARED, "vastaa kyllä myös lauantaina", 3, id="refining keyword"),
        pytest.param(SHARED, "vastaa myös", 1, id="a refining keyword needs the one before it"),
        pytest.param(SHARED, "c++ on kivaa", 4, id="a keyword with signs"),
        pytest.param(SHARED, "? mitä", 5, id="a keyword that is punctuation"),
        pytest.param(SHARED, "tilaa lehti", 6, id="chain without a shorter one"),
        pytest.param(SHARED, "tilaa kirja", None, id="half a chain is none"),
        pytest.param(SHARED, "vastaako", None, id="only whole words"),
        pytest.param(SHARED, "hei vastaa", None, id="only first words"),
        pytest.param(SHARED, "", None, id="empty text without a default"),
        pytest.param(OWN, "mitä vain", 9, id="default of the address"),
        pytest.param(OWN, "", 9, id="empty text"),
        pytest.param(OWN, "info", 8, id="keyword before the default"),
        pytest.param(OWN, "vastaa", 9, id="keywords of another address"),
        pytest.param("17000", "vastaa", None, id="unknown address"),
    ],
)
def test_match(address: str, text: str, service_id: int | None) -> None:
    found = INDEX.match(address, text)
    assert (found.service_id if found else None) == service_id


def test_the_match_names_the_words_that_led_to_it() -> None:
    assert INDEX.match(SHARED, "VASTAA: Kyllä, kiitos") == Match(2, ("vastaa", "kyllä"))


def test_conflicts_are_told_and_the_first_rule_wins() -> None:
    index = KeywordIndex(
        [
            KeywordRule(1, SHARED, ("TILAA", "LEHTI")),
            KeywordRule(2, SHARED, ("tilaa", "lehti:")),
            KeywordRule(2, SHARED, ("tilaa",)),
            KeywordRule(2, SHARED, ("TILAA",)),
            KeywordRule(3, OWN),
            KeywordRule(4, OWN),
        ]
    )
    assert index.conflicts() == (
        KeywordConflict(SHARED, ("tilaa", "lehti"), (1, 2)),
        KeywordConflict(OWN, (), (3, 4)),
    )
    assert index.match(SHARED, "tilaa lehti") == Match(1, ("tilaa", "lehti"))
    assert INDEX.conflicts() == ()


@pytest.mark.parametrize("chain", [("",), ("KAKSI SANAA",), ("TILAA", " ")])
def test_a_keyword_is_one_word(chain: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one word"):
        KeywordRule(1, SHARED, chain)


WORDS = st.sampled_from(["a", "b", "c", "Ä", "ä!"])


@given(
    st.lists(st.lists(WORDS, max_size=3), unique_by=lambda c: tuple(w.casefold() for w in c)),
    st.lists(WORDS, max_size=5),
)
def test_no_longer_chain_would_have_fitted(chains: list[list[str]], text: list[str]) -> None:
    def same(word: str) -> str:
        return word.strip("!").lower()

    index = KeywordIndex(KeywordRule(n, SHARED, tuple(chain)) for n, chain in enumerate(chains))
    fitting = [chain for chain in chains if list(map(same, chain)) == list(map(same, text[: len(chain)]))]
    found = index.match(SHARED, " ".join(text))
    assert (len(found.chain) if found else None) == max(map(len, fitting), default=None)


@pytest.mark.parametrize("asked", ["vastaa kyllä", " VASTAA  Kyllä! ", "vastaa kylla\N{COMBINING DIAERESIS}"])
def test_what_came_by_keywords_is_looked_for_as_it_is_kept(asked: str) -> None:
    match = INDEX.match(SHARED, "Vastaa kyllä kiitos")
    assert match is not None
    assert chain_text(match.chain) == chain_text(keyword_words(asked)) == "VASTAA KYLLÄ"
    assert not chain_text(keyword_words(" "))
