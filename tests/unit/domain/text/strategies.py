"""Texts for the properties: each alphabet, costly characters near the ends of parts, all of Unicode."""

from __future__ import annotations

from hypothesis import strategies as st

from viesti.domain.text import GSM7, UCS2, Coding, Encoding
from viesti.domain.text.alphabet import alphabet

ENCODINGS = [
    GSM7,
    UCS2,
    *(
        Encoding(Coding.GSM7, single, locking)
        for single, locking in [(1, 0), (0, 1), (1, 1), (2, 0), (3, 0), (0, 3), (3, 3), (2, 1)]
    ),
]


# Not decoded as itself.
WITHOUT_NUL = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


def texts_of(characters: list[str]) -> st.SearchStrategy[str]:
    """Long texts without long generation: runs of one character, so that ends of parts are met."""
    run = st.builds(str.__mul__, st.sampled_from(characters), st.integers(1, 170))
    return st.lists(st.one_of(run, st.text(st.sampled_from(characters), max_size=20)), max_size=6).map(
        "".join
    )


def texts_in(encoding: Encoding) -> st.SearchStrategy[str]:
    """Any text the encoding holds."""
    if encoding.coding is Coding.UCS2:
        return st.one_of(
            st.text(WITHOUT_NUL), texts_of(["a", "ы", "😀", "€", "\U0010ffff", "\ud7ff", "\ue000"])
        )
    letters = alphabet(encoding.single_shift, encoding.locking_shift)
    costly = sorted(letters.characters - set(letters.table))
    return st.one_of(texts_of(sorted(letters.characters)), texts_of(["a", *costly]))


def encoded_texts() -> st.SearchStrategy[tuple[str, Encoding]]:
    """A text together with an encoding that holds it."""
    return st.sampled_from(ENCODINGS).flatmap(
        lambda encoding: st.tuples(texts_in(encoding), st.just(encoding))
    )
