"""What stands for what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.text.alphabet import alphabet
from viesti.domain.text.substitutes import SUBSTITUTES, nearest

DEFAULT = alphabet().characters
PORTUGUESE = alphabet(0, 3).characters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“quoted” ‘x’ ‚y‛ «z» „ö‟", '"quoted" \'x\' \'y\' "z" "ö"'),
        ("a–b—c−d‑e", "a-b-c-d-e"),
        ("wait…", "wait..."),
        ("1\u00a0000\u202f000\u3000", "1 000 000 "),
        ("\u200bzero\u200dwidth\ufeff soft\u00adhyphen", "zerowidth softhyphen"),
        ("line\u2028line\u0085", "line\nline\n"),
        ("çÀáâãêëíîïóôõúûýÿŷ", "cAaaaeeiiiooouuyyy"),
        ("łŁđĐßŞşğİıœŒþħŋ", "lLdDßSsgIioeOEthhn"),
        ("ǻ ǖ Ǟ", "å ü Ä"),  # two marks: the one the alphabet has is kept
        ("Ｆｕｌｌ！１２３", "Full!123"),
        ("ﬁ ½ ² ① № ™", "fi 1/2 2 1 No TM"),
        ("٣ ३", "3 3"),
        ("καλημέρα Ωραία ς", "KAΛHMEPA ΩPAIA Σ"),
        ("`´", "''"),
        ("•×÷±©®", "*x/+/-(C)(R)"),
        ("a\u0301b", "ab"),
        ("1\ufe0f\u20e3", "1"),
    ],
)
def test_nearest(text: str, expected: str) -> None:
    assert "".join(nearest(character, DEFAULT) or "" for character in text) == expected


@pytest.mark.parametrize("character", [*"Ж你한😀°℃\t\0", "\ue000", "\ud83d"])
def test_nothing_stands_for_these(character: str) -> None:
    assert nearest(character, DEFAULT) is None


@pytest.mark.parametrize(("character", "expected"), [("`", "`"), ("è", "e"), ("ò", "o"), ("Φ", None)])
def test_another_alphabet_has_other_neighbours(character: str, expected: str | None) -> None:
    assert nearest(character, PORTUGUESE) == expected


@pytest.mark.parametrize("character", list(SUBSTITUTES))
def test_every_substitute_is_in_the_default_alphabet(character: str) -> None:
    assert len(character) == 1
    assert character not in DEFAULT
    assert set(SUBSTITUTES[character]) <= DEFAULT


@given(st.characters(), st.sampled_from([(0, 0), (1, 0), (0, 1), (3, 3)]))
def test_what_is_found_is_in_the_alphabet(character: str, shifts: tuple[int, int]) -> None:
    characters = alphabet(*shifts).characters
    assert set(nearest(character, characters) or "") <= characters
