"""The user data header of a part (TS 23.040, 9.2.3.24): built for what we send, read from what comes.

Rule: reading never fails and never invents. A header that breaks the standard's rules counts as having said
nothing, so its text is treated as a message of one part.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viesti.domain.text.encoding import Coding, Encoding

CONCAT_8_BIT = 0x00
CONCAT_16_BIT = 0x08
SINGLE_SHIFT = 0x24
LOCKING_SHIFT = 0x25

MAX_PARTS = 255  # the total is one octet


class ConcatMethod(StrEnum):
    """How a channel tells the carrier which parts belong together."""

    UDH8 = "udh8"  # information element with an 8-bit reference
    UDH16 = "udh16"  # information element with a 16-bit reference
    SAR = "sar"  # SMPP sar_* parameters; the carrier makes an 8-bit element of them
    PAYLOAD = "payload"  # whole in message_payload; the carrier divides it, most likely by an 8-bit element


# Octets of the concatenation element that ends up before each part on the air: identifier, length, value.
_CONCAT_OCTETS = {ConcatMethod.UDH8: 5, ConcatMethod.UDH16: 6, ConcatMethod.SAR: 5, ConcatMethod.PAYLOAD: 5}
_SHIFT_OCTETS = 3


@dataclass(frozen=True, slots=True)
class InformationElement:
    """One element as it is on the wire."""

    identifier: int
    value: bytes


@dataclass(frozen=True, slots=True)
class ConcatElement:
    """Where a part belongs. `bits` (8 or 16) tells apart references of the two kinds."""

    reference: int
    total: int
    number: int  # 1-based
    bits: int


@dataclass(frozen=True, slots=True)
class UserDataHeader:
    """What a header said. `octets` is how many to skip, its own length octet included, to reach the text."""

    octets: int
    concat: ConcatElement | None = None
    single_shift: int = 0
    locking_shift: int = 0
    others: tuple[InformationElement, ...] = ()

    def encoding(self, coding: Coding) -> Encoding:
        """How to read the text after this header, given what data_coding says."""
        if coding is Coding.UCS2:
            return Encoding(coding)
        return Encoding(coding, self.single_shift, self.locking_shift)


def header_octets(encoding: Encoding, method: ConcatMethod | None) -> int:
    """The length of the header on the air before a part: of several by `method`, or a single one (None)."""
    elements = _SHIFT_OCTETS * (bool(encoding.single_shift) + bool(encoding.locking_shift))
    if method is not None:
        elements += _CONCAT_OCTETS[method]
    return elements + 1 if elements else 0


def information_elements(
    encoding: Encoding, method: ConcatMethod, reference: int = 0, total: int = 1, number: int = 1
) -> tuple[InformationElement, ...]:
    """What the header of part `number` of `total` must say; () when it needs none.

    `reference` may be a running counter, its low 8 or 16 bits are used. For `sar` and `payload` the place of
    the part travels outside the header, so only shift tables are named here. Raises ValueError for an
    impossible place.
    """
    if not 1 <= number <= total <= MAX_PARTS:
        raise ValueError(f"no part {number} of {total}")
    elements = []
    if total > 1 and method is ConcatMethod.UDH8:
        elements.append(InformationElement(CONCAT_8_BIT, bytes((reference & 0xFF, total, number))))
    elif total > 1 and method is ConcatMethod.UDH16:
        place = (reference & 0xFFFF).to_bytes(2, "big") + bytes((total, number))
        elements.append(InformationElement(CONCAT_16_BIT, place))
    if encoding.single_shift:
        elements.append(InformationElement(SINGLE_SHIFT, bytes((encoding.single_shift,))))
    if encoding.locking_shift:
        elements.append(InformationElement(LOCKING_SHIFT, bytes((encoding.locking_shift,))))
    return tuple(elements)


def udh(
    encoding: Encoding, method: ConcatMethod, reference: int = 0, total: int = 1, number: int = 1
) -> bytes:
    """The octets to put before a part's own, as `information_elements` says; b'' when it needs no header."""
    elements = information_elements(encoding, method, reference, total, number)
    written = b"".join(
        bytes((element.identifier, len(element.value))) + element.value for element in elements
    )
    return bytes((len(written),)) + written if written else b""


def parse_udh(octets: bytes) -> UserDataHeader:
    """Reads the header at the start of user data whose header indicator is set.

    A header longer than the data is no header (0 octets, all is text); one whose elements do not add up is
    skipped unread. Of an element that comes twice the last valid one counts (both kinds of concatenation are
    one element); a concatenation with number 0, total 0 or number beyond total is as if absent.
    """
    if not octets or 1 + octets[0] > len(octets):
        return UserDataHeader(0)
    end = 1 + octets[0]
    elements = _elements(octets[1:end])
    concat: ConcatElement | None = None
    shifts = {SINGLE_SHIFT: 0, LOCKING_SHIFT: 0}
    others = []
    for element in elements:
        if element.identifier in (CONCAT_8_BIT, CONCAT_16_BIT):
            concat = _concat(element) or concat
        elif element.identifier in shifts and len(element.value) == 1:
            shifts[element.identifier] = element.value[0]
        else:
            others.append(element)
    return UserDataHeader(end, concat, shifts[SINGLE_SHIFT], shifts[LOCKING_SHIFT], tuple(others))


def _elements(octets: bytes) -> list[InformationElement]:
    elements = []
    position = 0
    while position < len(octets):
        value = position + 2
        if value > len(octets) or value + octets[position + 1] > len(octets):
            return []
        end = value + octets[position + 1]
        elements.append(InformationElement(octets[position], octets[value:end]))
        position = end
    return elements


def _concat(element: InformationElement) -> ConcatElement | None:
    width = 1 if element.identifier == CONCAT_8_BIT else 2
    if len(element.value) != width + 2:
        return None
    total, number = element.value[width:]
    if not 1 <= number <= total:
        return None
    return ConcatElement(int.from_bytes(element.value[:width], "big"), total, number, 8 * width)
