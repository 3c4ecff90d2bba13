"""How a message of several parts could be one, told as data.

Rule: a suggestion may cost style, never sense. Replacing is proposed only when every letter and digit stays
readable; a picture may be lost to a blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from viesti.domain.text.choice import choose_encoding
from viesti.domain.text.encoding import Coding, Encoding, units
from viesti.domain.text.header import ConcatMethod, header_octets
from viesti.domain.text.parts import capacity, parts_of_length
from viesti.domain.text.policy import replace


@dataclass(frozen=True, slots=True)
class Measure:
    """A text's size. `excess`: by how many of its units it is too long for one part (0: it is one)."""

    coding: Coding
    parts: int
    units: int
    excess: int


@dataclass(frozen=True, slots=True)
class Rewording:
    """The text with characters replaced, and its size then."""

    text: str
    replaced: tuple[tuple[str, str], ...]
    measure: Measure


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Shorten by `measure.excess` units; or take the `rewording`, if any (and shorten that by its excess)."""

    measure: Measure
    rewording: Rewording | None


def suggest_one_part(
    text: str, languages: Sequence[str] = (), method: ConcatMethod = ConcatMethod.UDH8
) -> Suggestion | None:
    """How the text could be one part; None when it is one already."""
    encoding = choose_encoding(text, languages, method)
    measure = _measure(text, encoding, method)
    if measure.parts == 1:
        return None
    if encoding.coding is Coding.GSM7:
        return Suggestion(measure, None)
    replacement = replace(text, languages)
    if any(unicodedata.category(character)[0] in "LN" for character in replacement.lost):
        return Suggestion(measure, None)
    encoding = choose_encoding(replacement.text, languages, method)
    after = _measure(replacement.text, encoding, method)
    if after.parts >= measure.parts:
        return Suggestion(measure, None)
    return Suggestion(measure, Rewording(replacement.text, replacement.replaced, after))


def _measure(text: str, encoding: Encoding, method: ConcatMethod) -> Measure:
    length = units(text, encoding)
    assert length is not None
    room = capacity(encoding, header_octets(encoding, None))
    parts = parts_of_length(text, length, encoding, method)
    return Measure(encoding.coding, parts, length, max(length - room, 0))
