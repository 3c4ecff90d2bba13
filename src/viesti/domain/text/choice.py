"""Which encoding a text gets.

Rule: the plainest that holds the text: the default alphabet, then a national combination the sender's service
allows (never by itself, since handsets differ in knowing the tables), then UCS-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from viesti.domain.text.alphabet import alphabet
from viesti.domain.text.encoding import GSM7, UCS2, Coding, Encoding, units
from viesti.domain.text.header import ConcatMethod
from viesti.domain.text.parts import parts_of_length
from viesti.domain.text.tables import LANGUAGES

_DEFAULT = alphabet()


def choose_encoding(
    text: str, languages: Sequence[str] = (), method: ConcatMethod = ConcatMethod.UDH8
) -> Encoding:
    """The encoding for a text when the national tables of `languages` ('tr', 'es', 'pt') may be used.

    Of the national combinations that hold the text, the one with the fewest parts, then the fewest septets,
    then the fewest tables, then the order of `languages`. A language without tables changes nothing.
    """
    if _DEFAULT.fits(text):
        return GSM7
    best = UCS2
    best_cost: tuple[int, int] | None = None
    for encoding in national_encodings(tuple(languages)):
        length = units(text, encoding)
        if length is None:
            continue
        cost = (parts_of_length(text, length, encoding, method), length)
        if best_cost is None or cost < best_cost:
            best, best_cost = encoding, cost
    return best


@cache
def national_encodings(languages: tuple[str, ...]) -> tuple[Encoding, ...]:
    """Every combination of the languages' tables but the default one: those with one table first."""
    known = [LANGUAGES[language] for language in dict.fromkeys(languages) if language in LANGUAGES]
    singles = [0, *(language.identifier for language in known if language.single_shift)]
    lockings = [0, *(language.identifier for language in known if language.locking_shift)]
    combinations = [
        Encoding(Coding.GSM7, single, locking)
        for locking in lockings
        for single in singles
        if single or locking
    ]
    return tuple(
        sorted(combinations, key=lambda encoding: bool(encoding.single_shift) + bool(encoding.locking_shift))
    )
