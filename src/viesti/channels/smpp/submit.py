"""A message of ours as submit_sm PDUs.

Rule: the same message always becomes the same PDUs. The concatenation reference comes from the recipient's
id, so a part sent again joins those a handset already has.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from viesti.channels.smpp.options import CarrierAlphabet, SmppOptions, SourceRule, TonNpi
from viesti.domain.channel import AddressKind, Outgoing
from viesti.domain.failure import Failure
from viesti.domain.outcome import Refused
from viesti.domain.text import (
    GSM7,
    UCS2,
    Coding,
    ConcatMethod,
    Encoding,
    TextPart,
    choose_encoding,
    count_parts,
    encode,
    split,
    udh,
)
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import ESM_UDHI, MAX_SHORT_MESSAGE, Command, Tag

_SUBMIT_SM: Final = int(Command.SUBMIT_SM)
_UCS2_CODING: Final = 0x08
_FLASH: Final = 0x10  # message class 0 beside either alphabet (TS 23.038, section 4)
_PYTHON_CODEC: Final = {CarrierAlphabet.LATIN1: "latin-1", CarrierAlphabet.ASCII: "ascii"}
_BUCKET_BITS: Final = 6  # the low bits of an id are the customer's bucket, the rest is a counter
_TEXTS: Final = 64  # divided last: a text to many recipients is divided once
_PREFIXED: Final = frozenset({AddressKind.INTERNATIONAL})


class Submit(NamedTuple):
    """One PDU to send, and the part (1-based) it is."""

    number: int
    pdu: Pdu


class SubmitMapper:
    """Makes PDUs by one channel's options."""

    def __init__(self, options: SmppOptions) -> None:
        self._options = options
        self._method = options.concatenation
        self._codec = _PYTHON_CODEC.get(options.alphabet)
        self._headers: dict[tuple[str, AddressKind, AddressKind], dict[str, Any]] = {}
        self._divided = lru_cache(_TEXTS)(self._divide)

    def parts_of(self, outgoing: Outgoing) -> int:
        """How many submit_sm the message is: one when the carrier is left to divide it."""
        if self._method is ConcatMethod.PAYLOAD:
            return 1
        return count_parts(outgoing.text, self._encoding(outgoing.text, outgoing.languages), self._method)

    def submits(self, outgoing: Outgoing) -> tuple[int, list[Submit]] | Refused:
        """How many parts the message has, and a PDU for each the carrier has not taken yet."""
        try:
            encoding, parts = self._divided(outgoing.text, outgoing.languages)
        except ValueError as error:
            return Refused(Failure.INVALID_CONTENT, detail=str(error))
        total = len(parts)
        done = outgoing.parts_done
        return total, [
            Submit(number, self._pdu(outgoing, encoding, part, number, total))
            for number, part in enumerate(parts, 1)
            if number not in done
        ]

    def _divide(self, text: str, languages: tuple[str, ...]) -> tuple[Encoding, tuple[TextPart, ...]]:
        """How a text is written, and what of it goes into each submit_sm. Raises ValueError."""
        encoding = self._encoding(text, languages)
        parts = split(text, encoding, self._method)
        if len(parts) > 1 and self._method is ConcatMethod.PAYLOAD:
            parts = (TextPart(text, encode(text, encoding), 0),)
        return encoding, parts

    def _encoding(self, text: str, languages: tuple[str, ...]) -> Encoding:
        if self._codec is None:
            return choose_encoding(text, languages, self._method)
        encoding = choose_encoding(text, (), self._method)
        if encoding == GSM7:
            try:  # no table of the carrier's has the Greek capitals or the euro sign
                text.encode(self._codec)
            except UnicodeEncodeError:
                return UCS2
        return encoding

    def _pdu(self, outgoing: Outgoing, encoding: Encoding, part: TextPart, number: int, total: int) -> Pdu:
        gsm7 = encoding.coding is Coding.GSM7
        octets = part.text.encode(self._codec) if gsm7 and self._codec else part.octets
        reference = outgoing.recipient_id >> _BUCKET_BITS
        header = b""
        if total > 1 or encoding.single_shift or encoding.locking_shift:
            header = udh(encoding, self._method, reference, total, number)
        coding = self._options.data_coding if gsm7 else _UCS2_CODING
        key = (outgoing.sender, outgoing.sender_kind, outgoing.destination_kind)
        fields = (self._headers.get(key) or self._new_header(key)).copy()
        fields["destination_addr"] = (
            self._options.international_prefix + outgoing.destination
            if outgoing.destination_kind in _PREFIXED
            else outgoing.destination
        )
        fields["esm_class"] = ESM_UDHI if header else 0
        fields["data_coding"] = coding | _FLASH if outgoing.flash else coding
        if outgoing.validity_seconds is not None:
            fields["validity_period"] = relative_time(outgoing.validity_seconds)
        fields["short_message"] = content = header + octets
        tlvs: tuple[tuple[int, bytes], ...] = ()
        if total > 1 and self._method is ConcatMethod.SAR:
            tlvs = _sar(reference, total, number)
        if len(content) > MAX_SHORT_MESSAGE:
            fields["short_message"] = b""
            tlvs = (*tlvs, (int(Tag.MESSAGE_PAYLOAD), content))
        return Pdu(_SUBMIT_SM, 0, 0, fields, tlvs)

    def _new_header(self, key: tuple[str, AddressKind, AddressKind]) -> dict[str, Any]:
        sender, sender_kind, destination_kind = key
        options = self._options
        rule = options.source_rules.get(sender_kind) if sender else options.default_sender
        source = rule or SourceRule(sender, sender_kind)
        source_numbers = TonNpi(0, 0)
        address = source.sender
        if address:
            source_numbers = options.source_forced or options.ton_npi[source.kind]
            if source.kind in _PREFIXED:
                address = options.international_prefix + address
        destination = options.destination_forced or options.ton_npi[destination_kind]
        header: dict[str, Any] = {
            "service_type": options.service_type,
            "source_addr_ton": source_numbers.ton,
            "source_addr_npi": source_numbers.npi,
            "source_addr": address,
            "dest_addr_ton": destination.ton,
            "dest_addr_npi": destination.npi,
            "registered_delivery": options.registered_delivery,
        }
        if options.validity is not None:
            header["validity_period"] = relative_time(options.validity)
        if len(self._headers) > 10_000:  # senders are few; a flood of them must not fill the memory
            self._headers.clear()
        self._headers[key] = header
        return header


def relative_time(seconds: int) -> str:
    """A relative validity_period, YYMMDDhhmmss000R (7.1.1.2), at most 30 days."""
    minutes, second = divmod(min(max(seconds, 1), 30 * 86_400), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"0000{days:02}{hour:02}{minute:02}{second:02}000R"


def _sar(reference: int, total: int, number: int) -> tuple[tuple[int, bytes], ...]:
    return (
        (int(Tag.SAR_MSG_REF_NUM), (reference & 0xFFFF).to_bytes(2, "big")),
        (int(Tag.SAR_TOTAL_SEGMENTS), bytes((total,))),
        (int(Tag.SAR_SEGMENT_SEQNUM), bytes((number,))),
    )
