"""What a customer wants done with characters that would make a message cost UCS-2.

Rule: nothing is changed that was not asked for. `none` leaves the text as it came, `strict` refuses and names
the characters, `replace` says what it put for which. Canonical composition (NFC) is no change: the text reads
the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from viesti.domain.text.alphabet import Alphabet, alphabet
from viesti.domain.text.choice import national_encodings
from viesti.domain.text.substitutes import nearest

BLANK = " "

_DEFAULT = alphabet()


class CharacterPolicy(StrEnum):
    """A service's setting."""

    NONE = "none"
    STRICT = "strict"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """The text to send, what was replaced by what, and what was refused: each character once, as first met.

    With `refused` the message is not to be sent.
    """

    text: str
    replaced: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replacement:
    """A text with the nearest characters of an alphabet; `lost`: those that only a blank could stand for."""

    text: str
    replaced: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]


def apply_policy(text: str, policy: CharacterPolicy, languages: Sequence[str] = ()) -> PolicyResult:
    """Applies a policy for a service that may use the national tables of `languages`."""
    if policy is CharacterPolicy.NONE or _DEFAULT.fits(text):
        return PolicyResult(text)
    text = unicodedata.normalize("NFC", text)
    if policy is CharacterPolicy.STRICT:
        return PolicyResult(text, refused=_foreign(text, _closest_alphabet(text, languages)))
    replacement = replace(text, languages)
    return PolicyResult(replacement.text, replaced=replacement.replaced)


def replace(text: str, languages: Sequence[str] = ()) -> Replacement:
    """The text brought into GSM 7-bit, in the allowed alphabet that leaves fewest characters to replace."""
    text = unicodedata.normalize("NFC", text)
    target = _closest_alphabet(text, languages)
    found = {character: nearest(character, target.characters) for character in _foreign(text, target)}
    chosen = {character: BLANK if near is None else near for character, near in found.items()}
    return Replacement(
        text.translate({ord(character): near for character, near in chosen.items()}),
        tuple(chosen.items()),
        tuple(character for character, near in found.items() if near is None),
    )


def _closest_alphabet(text: str, languages: Sequence[str]) -> Alphabet:
    national = national_encodings(tuple(languages))
    candidates = [_DEFAULT, *(alphabet(each.single_shift, each.locking_shift) for each in national)]
    wanted = set(text)
    return min(candidates, key=lambda candidate: len(wanted - candidate.characters))


def _foreign(text: str, target: Alphabet) -> tuple[str, ...]:
    return tuple(character for character in dict.fromkeys(text) if character not in target.characters)
