"""What a submitted PDU says, as a handset would show it: text, encoding, and its place in a long message.

Rule: reading never fails. What is no text is shown as octets in hex, so that a tester sees what really came.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.domain.text.encoding import GSM7, UCS2, Coding, decode
from viesti.domain.text.header import UserDataHeader, parse_udh
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import ESM_UDHI, Tag


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs. `kind` keeps references of different origin apart ('8', '16', 'sar')."""

    kind: str
    reference: int
    total: int
    number: int  # 1-based


@dataclass(frozen=True, slots=True)
class Reading:
    """One part as read. `binary`: `text` is hex."""

    text: str
    encoding: str
    place: Place | None = None
    binary: bool = False


# data_coding 0x00-0x0F (3.4, 5.2.19): how octets become text. None is binary.
_GSM = "GSM-7"
_UCS = "UCS-2"
CODINGS: dict[int, tuple[str, str | None]] = {  # (name shown, codec or '' for the domain's own)
    0x00: (_GSM, ""),
    0x01: ("ASCII", "ascii"),
    0x02: ("8-bit", None),
    0x03: ("Latin-1", "latin-1"),
    0x04: ("8-bit", None),
    0x05: ("JIS", "iso2022_jp"),
    0x06: ("Cyrillic", "iso8859-5"),
    0x07: ("Hebrew", "iso8859-8"),
    0x08: (_UCS, ""),
    0x0E: ("KS C 5601", "euc_kr"),
}
_GROUPS: tuple[tuple[str, str | None], ...] = ((_GSM, ""), ("8-bit", None), (_UCS, ""), ("8-bit", None))


def coding_of(data_coding: int) -> tuple[str, str | None]:
    """The row for any data_coding, GSM 03.38 groups included (flash, message waiting); unknown: binary."""
    if data_coding < 0x10:
        return CODINGS.get(data_coding, ("8-bit", None))
    if data_coding < 0x80:  # general group: bits 3-2 name the alphabet
        return _GROUPS[data_coding >> 2 & 3]
    if data_coding >= 0xF0:
        return _GROUPS[data_coding >> 2 & 1]
    if data_coding >= 0xC0:
        return _GROUPS[2] if data_coding >= 0xE0 else _GROUPS[0]
    return ("8-bit", None)


def read(pdu: Pdu) -> Reading:
    """Read a submit_sm, submit_multi or data_sm."""
    octets = pdu.message()
    header = parse_udh(octets) if pdu.number("esm_class") & ESM_UDHI else UserDataHeader(0)
    place = _place(pdu, header)
    octets = octets[header.octets :]
    name, codec = coding_of(pdu.number("data_coding"))
    if codec is None:
        return Reading(octets.hex(" "), name, place, binary=True)
    if codec:
        return Reading(octets.decode(codec, "replace"), name, place)
    coding = UCS2 if name == _UCS else header.encoding(Coding.GSM7)
    if coding not in (GSM7, UCS2):
        name = f"{name} national"
    return Reading(decode(octets, coding), name, place)


def starts_message(pdu: Pdu) -> bool:
    """Whether this is a whole message, or the first part of one."""
    if pdu.number("esm_class") & ESM_UDHI or pdu.tlvs:
        header = parse_udh(pdu.message()) if pdu.number("esm_class") & ESM_UDHI else UserDataHeader(0)
        place = _place(pdu, header)
        return place is None or place.number == 1
    return True


def _place(pdu: Pdu, header: UserDataHeader) -> Place | None:
    concat = header.concat
    if concat is not None:
        return Place(str(concat.bits), concat.reference, concat.total, concat.number)
    total = pdu.tlv_number(Tag.SAR_TOTAL_SEGMENTS) or 0
    number = pdu.tlv_number(Tag.SAR_SEGMENT_SEQNUM) or 0
    if not 1 <= number <= total:
        return None
    return Place("sar", pdu.tlv_number(Tag.SAR_MSG_REF_NUM) or 0, total, number)
