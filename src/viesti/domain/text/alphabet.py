"""One 7-bit alphabet made ready to use: which characters it has, what each costs, and both ways across.

Rule: a character with a code of its own is never written as an escape, so every text has one encoded form.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache

from viesti.domain.text.tables import DEFAULT, ESCAPE, EXTENSION, LOCKING_SHIFTS, SINGLE_SHIFTS

_ESCAPE = chr(ESCAPE)
_ESCAPED = re.compile(_ESCAPE + r"([\s\S]?)")


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """An alphabet of at most 127 characters of one septet and some of two (escape, code)."""

    table: str  # 128 characters by code; the escape stands for itself
    characters: frozenset[str]
    plain: re.Pattern[str]  # a text of one-septet characters only
    whole: re.Pattern[str]  # any text of this alphabet
    escaped: re.Pattern[str]  # one two-septet character
    to_codes: dict[int, str]  # for str.translate: character -> its code or codes
    after_escape: dict[str, str]  # what a table character means after the escape

    def fits(self, text: str) -> bool:
        """Whether every character of the text is in the alphabet."""
        return self.whole.fullmatch(text) is not None

    def septets(self, text: str) -> int | None:
        """How many septets the text takes; None when it does not fit."""
        if self.plain.fullmatch(text):
            return len(text)
        if self.whole.fullmatch(text):
            return len(text) + len(self.escaped.findall(text))
        return None

    def encode(self, text: str) -> bytes:
        """The text as unpacked septets. Raises ValueError when it does not fit."""
        if not self.whole.fullmatch(text):
            raise ValueError("the text has characters outside the alphabet")
        return text.translate(self.to_codes).encode("ascii")

    def decode(self, octets: bytes) -> str:
        """The text of unpacked septets. Never fails: an octet above 0x7F, no septet, becomes U+FFFD."""
        text = codecs.charmap_decode(octets, "replace", self.table)[0]
        if _ESCAPE not in text:
            return text
        return _ESCAPED.sub(lambda found: self.after_escape.get(found[1], found[1]), text)


@cache
def alphabet(single_shift: int = 0, locking_shift: int = 0) -> Alphabet:
    """The alphabet of two language identifiers; 0, or one with no such table, means the default one."""
    codes = list(DEFAULT)
    for code, character in LOCKING_SHIFTS.get(locking_shift, {}).items():
        codes[code] = character
    extension = EXTENSION | SINGLE_SHIFTS.get(single_shift, {})
    plain = {character: chr(code) for code, character in enumerate(codes) if code != ESCAPE}
    escapes = {
        character: _ESCAPE + chr(code) for code, character in extension.items() if character not in plain
    }
    return Alphabet(
        table="".join(codes),
        characters=frozenset(plain | escapes),
        plain=re.compile(f"{_class(plain)}*+"),
        whole=re.compile(f"{_class(plain | escapes)}*+"),
        escaped=re.compile(_class(escapes)),
        to_codes={ord(character): written for character, written in (plain | escapes).items()},
        # A second escape, or nothing, after an escape shows as a space (6.2.1.1, note 1).
        after_escape={codes[code]: character for code, character in extension.items()}
        | {_ESCAPE: " ", "": " "},
    )


def _class(characters: dict[str, str]) -> str:
    return f"[{''.join(map(re.escape, characters))}]"
