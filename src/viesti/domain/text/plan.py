"""All that accepting a message needs to know of its text, in one call.

Rule: this runs for every message, so the usual text (default alphabet, no escapes) takes the short way.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from viesti.domain.text.alphabet import alphabet
from viesti.domain.text.choice import choose_encoding
from viesti.domain.text.encoding import GSM7, Encoding, units
from viesti.domain.text.header import ConcatMethod
from viesti.domain.text.parts import parts_of_length
from viesti.domain.text.policy import CharacterPolicy, apply_policy

_DEFAULT = alphabet()


class TextPlan(msgspec.Struct, frozen=True):
    """The text to send and its size. `parts` may exceed MAX_PARTS; with `refused` it is not to be sent."""

    text: str
    encoding: Encoding
    parts: int
    units: int  # septets or UTF-16 units in all
    replaced: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


def inspect(
    text: str,
    policy: CharacterPolicy = CharacterPolicy.NONE,
    languages: Sequence[str] = (),
    method: ConcatMethod = ConcatMethod.UDH8,
) -> TextPlan:
    """Applies the policy, chooses the encoding and counts the parts for a channel of that method."""
    length = _DEFAULT.septets(text)
    if length is not None:
        return TextPlan(text, GSM7, parts_of_length(text, length, GSM7, method), length)
    result = apply_policy(text, policy, languages)
    encoding = choose_encoding(result.text, languages, method)
    length = units(result.text, encoding)
    assert length is not None  # the encoding was chosen to hold the text
    parts = parts_of_length(result.text, length, encoding, method)
    return TextPlan(result.text, encoding, parts, length, result.replaced, result.refused)
