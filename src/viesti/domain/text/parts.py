"""A text cut into parts, and parts made a text again.

Rule: what is counted is what is sent. Counting and cutting share one walk over the encoded text, and it never
divides an escape from its code or a surrogate pair. It works on code points: a family of emoji joined to one
picture may be divided between its members, as most gateways do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viesti.domain.text.encoding import Coding, Encoding, decode, encode, units
from viesti.domain.text.header import MAX_PARTS, ConcatMethod, header_octets
from viesti.domain.text.tables import ESCAPE

USER_DATA_OCTETS = 140
_WIDTH = {Coding.GSM7: 1, Coding.UCS2: 2}  # octets of one unit as SMPP carries it


@dataclass(frozen=True, slots=True)
class TextPart:
    """One part: its text, its octets without a user data header, its length in septets or UTF-16 units."""

    text: str
    octets: bytes
    units: int


@dataclass(frozen=True, slots=True)
class JoinedText:
    """What parts came to: the text when all are there, else the numbers still missing."""

    text: str | None
    missing: tuple[int, ...]


def capacity(encoding: Encoding, udh_octets: int) -> int:
    """How many septets or UTF-16 units fit beside a header of that many octets."""
    octets = USER_DATA_OCTETS - udh_octets
    return octets * 8 // 7 if encoding.coding is Coding.GSM7 else octets // 2


def count_parts(text: str, encoding: Encoding, method: ConcatMethod) -> int:
    """How many parts `split` would give; may be more than MAX_PARTS.

    Raises ValueError when the text does not fit the encoding.
    """
    length = units(text, encoding)
    if length is None:
        raise ValueError("the text does not fit the encoding")
    return parts_of_length(text, length, encoding, method)


def parts_of_length(text: str, length: int, encoding: Encoding, method: ConcatMethod) -> int:
    """`count_parts` for a text whose length in units is known already."""
    if length <= capacity(encoding, header_octets(encoding, None)):
        return 1
    room = capacity(encoding, header_octets(encoding, method))
    fewest, most = -(-length // room), -(-length // (room - 1))
    if (
        length == len(text) or fewest == most
    ):  # nothing to keep together; or a unit less in each part is no matter
        return fewest
    return len(_ends(encode(text, encoding), encoding, room))


def split(text: str, encoding: Encoding, method: ConcatMethod) -> tuple[TextPart, ...]:
    """The parts of a text in order, at least one.

    For `payload` these are the parts a carrier is expected to make and charge; what is sent is `encode(text)`
    whole. Raises ValueError when the text does not fit the encoding or needs more than MAX_PARTS.
    """
    octets = encode(text, encoding)
    width = _WIDTH[encoding.coding]
    if len(octets) <= width * capacity(encoding, header_octets(encoding, None)):
        return (TextPart(text, octets, len(octets) // width),)
    ends = _ends(octets, encoding, capacity(encoding, header_octets(encoding, method)))
    if len(ends) > MAX_PARTS:
        raise ValueError(f"the text needs {len(ends)} parts, more than {MAX_PARTS}")
    pieces = [octets[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    return tuple(TextPart(decode(piece, encoding), piece, len(piece) // width) for piece in pieces)


def join_parts(parts: Iterable[tuple[int, str]], total: int) -> JoinedText:
    """Joins (number, text) pairs that came in any order.

    Of a number that came twice the first counts; one outside 1..total is left out.
    """
    texts: dict[int, str] = {}
    for number, text in parts:
        texts.setdefault(number, text)
    numbers = range(1, total + 1)
    missing = tuple(number for number in numbers if number not in texts)
    return JoinedText(None if missing else "".join(texts[number] for number in numbers), missing)


def _ends(octets: bytes, encoding: Encoding, room: int) -> list[int]:
    """Where each part ends in the encoded text, the last end being its length."""
    width = _WIDTH[encoding.coding]
    ends = []
    end = 0
    while len(octets) - end > room * width:
        end += room * width
        last = octets[end - width]  # of a UTF-16 unit, its high octet
        if last == ESCAPE if encoding.coding is Coding.GSM7 else 0xD8 <= last <= 0xDB:
            end -= width
        ends.append(end)
    ends.append(len(octets))
    return ends
