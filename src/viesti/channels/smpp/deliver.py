"""A deliver_sm or data_sm as what it is to us: a carrier's receipt, or a part of a message from a handset.

Rule: nothing a carrier sends is thrown away. What can't be read as text is kept as octets.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from viesti.channels.smpp.options import CarrierAlphabet, SmppOptions
from viesti.domain.channel import AddressKind, CarrierReceipt, Concatenation, InboundPart
from viesti.domain.status import PartState
from viesti.domain.text import GSM7, MAX_PARTS, Coding, UserDataHeader, decode, parse_udh
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.receipt import parse_receipt
from viesti.protocols.smpp.spec import ESM_UDHI, Tag

_TON_ALPHANUMERIC: Final = 5
_TON_INTERNATIONAL: Final = 1
_LONGEST_SHORT_CODE: Final = 8
_STATES: Final = tuple(PartState)  # 0 to 9
_NO_HEADER: Final = UserDataHeader(0)

# data_coding (5.2.19) by number, where SMPP gives it a meaning of its own; values are codecs of Python or
# ours.
_OCTETS: Final = "octets"
_DEFAULT: Final = "default"
_UCS2: Final = "ucs2"
_CODINGS: Final[dict[int, str]] = {
    0x00: _DEFAULT,
    0x01: "ascii",
    0x02: _OCTETS,
    0x03: "latin-1",
    0x04: _OCTETS,
    0x05: "shift_jis",
    0x06: "iso8859-5",
    0x07: "iso8859-8",
    0x08: _UCS2,
    0x0A: "iso2022_jp",
    0x0D: "shift_jis",
    0x0E: "euc_kr",
}
# Bits 2-3 of the coding groups of TS 23.038, section 4.
_GENERAL: Final = (_DEFAULT, _OCTETS, _UCS2, _DEFAULT)


def deliver(
    pdu: Pdu, channel_id: int, options: SmppOptions, received_at: datetime
) -> CarrierReceipt | InboundPart:
    """Reads what the carrier delivered."""
    found = parse_receipt(pdu, options.receipts)
    if found is not None:
        return CarrierReceipt(
            channel_id=channel_id,
            references=found.references,
            state=_STATES[found.state],
            error=found.error,
            done_at=found.done_at,
            received_at=received_at,
            source=pdu.text("source_addr"),
            destination=pdu.text("destination_addr"),
            raw=found.raw,
        )
    return _inbound(pdu, channel_id, options, received_at)


def _inbound(pdu: Pdu, channel_id: int, options: SmppOptions, received_at: datetime) -> InboundPart:
    octets = pdu.message()
    header = parse_udh(octets) if pdu.number("esm_class") & ESM_UDHI else _NO_HEADER
    body = octets[header.octets :]
    text = _text(body, pdu.number("data_coding"), header, options)
    source, source_kind = _address(pdu.text("source_addr"), pdu.number("source_addr_ton"))
    destination, _ = _address(pdu.text("destination_addr"), pdu.number("dest_addr_ton"))
    return InboundPart(
        channel_id=channel_id,
        source=source,
        source_kind=source_kind,
        destination=destination,
        text=text or "",
        concatenation=_concatenation(pdu, header),
        received_at=received_at,
        payload=body if text is None else None,
    )


def _text(body: bytes, data_coding: int, header: UserDataHeader, options: SmppOptions) -> str | None:
    # What the carrier takes its alphabet under it also sends it under, whatever the number says elsewhere.
    coding = _DEFAULT if data_coding == options.data_coding else _coding(data_coding)
    if coding == _OCTETS:
        return None
    if coding == _UCS2:
        return decode(body, header.encoding(Coding.UCS2))
    if coding == _DEFAULT:
        if options.alphabet is CarrierAlphabet.GSM7:
            return decode(body, header.encoding(GSM7.coding))
        coding = options.alphabet.value
    return body.decode(coding, "replace").replace("\0", "\ufffd")  # PostgreSQL keeps no U+0000


def _coding(data_coding: int) -> str:
    known = _CODINGS.get(data_coding)
    if known is not None:
        return known
    group = data_coding >> 4
    if group < 0x4:  # general data coding, flash messages among it
        return _GENERAL[data_coding >> 2 & 3]
    if group == 0xF:  # data coding and message class
        return _OCTETS if data_coding & 0x04 else _DEFAULT
    if group == 0xE:  # message waiting, UCS-2
        return _UCS2
    return _DEFAULT if group in (0xC, 0xD) else _OCTETS


def _address(address: str, ton: int) -> tuple[str, AddressKind]:
    digits = address.removeprefix("+")
    if ton == _TON_INTERNATIONAL:
        digits = digits.removeprefix("00")
    if ton == _TON_ALPHANUMERIC or not (digits.isascii() and digits.isdigit()):
        return address, AddressKind.ALPHANUMERIC
    if ton != _TON_INTERNATIONAL and len(digits) <= _LONGEST_SHORT_CODE:
        return digits, AddressKind.SHORT_CODE
    return digits, AddressKind.INTERNATIONAL


def _concatenation(pdu: Pdu, header: UserDataHeader) -> Concatenation | None:
    if header.concat is not None:
        element = header.concat
        # A sender counts 8-bit, 16-bit and TLV references apart: the same number is another message.
        return Concatenation(element.bits << 16 | element.reference, element.total, element.number)
    reference = pdu.tlv_number(Tag.SAR_MSG_REF_NUM)
    total = pdu.tlv_number(Tag.SAR_TOTAL_SEGMENTS)
    number = pdu.tlv_number(Tag.SAR_SEGMENT_SEQNUM)
    if reference is None or total is None or number is None or not 1 <= number <= total <= MAX_PARTS:
        return None
    return Concatenation(reference, total, number)
