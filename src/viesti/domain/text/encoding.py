"""How a text is written on the wire: GSM 7-bit with or without national tables, or UCS-2.

Rule: both ways are total on what they promise. `encode` takes any text its encoding fits, `decode` takes any
octets at all, and decoding what was encoded gives the text back (but for U+0000, see `decode`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viesti.domain.text.alphabet import alphabet


class Coding(StrEnum):
    """The character set: septets carried one an octet, or UTF-16 big-endian without a mark."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A coding and, for GSM 7-bit, the language identifiers of its shift tables (0: the default table)."""

    coding: Coding
    single_shift: int = 0
    locking_shift: int = 0


GSM7 = Encoding(Coding.GSM7)
UCS2 = Encoding(Coding.UCS2)


def encode(text: str, encoding: Encoding) -> bytes:
    """The octets of a text, without a user data header: one septet an octet, or two octets a UTF-16 unit.

    A lone surrogate, which no handset can show, is sent as '?'. Raises ValueError when the text does not fit.
    """
    if encoding.coding is Coding.UCS2:
        return text.encode("utf-16-be", "replace")
    return alphabet(encoding.single_shift, encoding.locking_shift).encode(text)


def decode(octets: bytes, encoding: Encoding) -> str:
    """The text of octets as they came, without their user data header.

    Septets: an escape before a code its table lacks gives the main table's character, a second escape a space
    (TS 23.038, 6.2.1.1); a language without tables here is read by the default ones. What is no character at
    all becomes U+FFFD, and so does U+0000: PostgreSQL keeps no such text, and what came must be kept.
    """
    if encoding.coding is Coding.UCS2:
        return octets.decode("utf-16-be", "replace").replace("\0", "\ufffd")
    return alphabet(encoding.single_shift, encoding.locking_shift).decode(octets)


def units(text: str, encoding: Encoding) -> int | None:
    """How long the text is in septets or UTF-16 units; None when it does not fit the encoding."""
    if encoding.coding is Coding.UCS2:
        return len(text) if text.isascii() else len(text.encode("utf-16-be", "replace")) // 2
    return alphabet(encoding.single_shift, encoding.locking_shift).septets(text)
