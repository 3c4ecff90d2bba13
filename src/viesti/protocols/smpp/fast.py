"""Straight-line paths for the PDUs that fly by the thousand: submit_sm, deliver_sm and their responses.

Rule: a fast path gives exactly what the rows of `spec` give, or None, and then the rows decide; it never
rejects.
Measured on Python 3.11: submit_sm encode + decode 4 us here, 17 us by rows.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from struct import error as StructError  # noqa: N812  an exception class
from typing import Final

from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import HEADER_SIZE, MAX_SHORT_MESSAGE, Command

_HEADER: Final = Struct(">4I")
_TLV: Final = Struct(">2H")


def _tlvs(data: bytes, at: int, end: int) -> tuple[tuple[int, bytes], ...] | None:
    found = []
    while at < end:
        if end - at < 4:
            return None
        tag, length = _TLV.unpack_from(data, at)
        at += 4 + length
        if at > end:
            return None
        found.append((tag, data[at - length : at]))
    return tuple(found)


def _decode_sm(data: bytes, start: int, end: int, command_id: int, status: int, sequence: int) -> Pdu | None:
    text = data[start:end].decode("latin-1")  # once, then cut: slices of str are cheaper than decodes
    try:
        service_end = text.index("\0", 16)
        source_end = text.index("\0", service_end + 3)
        dest_end = text.index("\0", source_end + 3)
        schedule_end = text.index("\0", dest_end + 4)
        validity_end = text.index("\0", schedule_end + 1)
        message_at = validity_end + 6
        message_end = message_at + data[start + message_at - 1]
    except (ValueError, IndexError):
        return None
    if (
        service_end > 21
        or source_end - service_end > 23
        or dest_end - source_end > 23
        or schedule_end - dest_end > 20
        or validity_end - schedule_end > 17
        or message_end > len(text)
    ):
        return None
    tlvs = _tlvs(data, start + message_end, end) if message_end < len(text) else ()
    if tlvs is None:
        return None
    source = start + service_end
    dest = start + source_end
    after = start + dest_end
    last = start + validity_end
    return Pdu(
        command_id,
        status,
        sequence,
        {
            "service_type": text[16:service_end],
            "source_addr_ton": data[source + 1],
            "source_addr_npi": data[source + 2],
            "source_addr": text[service_end + 3 : source_end],
            "dest_addr_ton": data[dest + 1],
            "dest_addr_npi": data[dest + 2],
            "destination_addr": text[source_end + 3 : dest_end],
            "esm_class": data[after + 1],
            "protocol_id": data[after + 2],
            "priority_flag": data[after + 3],
            "schedule_delivery_time": text[dest_end + 4 : schedule_end],
            "validity_period": text[schedule_end + 1 : validity_end],
            "registered_delivery": data[last + 1],
            "replace_if_present_flag": data[last + 2],
            "data_coding": data[last + 3],
            "sm_default_msg_id": data[last + 4],
            "short_message": data[start + message_at : start + message_end],
        },
        tlvs,
    )


def _decode_id_response(
    data: bytes, start: int, end: int, command_id: int, status: int, sequence: int
) -> Pdu | None:
    at = start + HEADER_SIZE
    if at == end:
        return Pdu(command_id, status, sequence, {})
    nul = end - 1
    if data.find(0, at, end) != nul:  # TLVs, or no NUL
        return None
    return Pdu(command_id, status, sequence, {"message_id": data[at:nul].decode("latin-1")})


def _encode_sm(pdu: Pdu) -> bytes | None:
    get = pdu.fields.get
    service = get("service_type", "")
    source = get("source_addr", "")
    dest = get("destination_addr", "")
    schedule = get("schedule_delivery_time", "")
    validity = get("validity_period", "")
    message: bytes = get("short_message", b"")
    length = len(message)
    if (
        length > MAX_SHORT_MESSAGE
        or len(service) > 5
        or len(source) > 20
        or len(dest) > 20
        or len(schedule) > 16
        or len(validity) > 16
        or "\0" in source
        or "\0" in dest
        or "\0" in service
        or "\0" in schedule
        or "\0" in validity
    ):
        return None
    try:
        body = (  # all text and small numbers in one go, encoded once
            "%s\0%c%c%s\0%c%c%s\0%c%c%c%s\0%s\0%c%c%c%c%c"  # noqa: UP031  %c is the point
            % (
                service,
                get("source_addr_ton", 0),
                get("source_addr_npi", 0),
                source,
                get("dest_addr_ton", 0),
                get("dest_addr_npi", 0),
                dest,
                get("esm_class", 0),
                get("protocol_id", 0),
                get("priority_flag", 0),
                schedule,
                validity,
                get("registered_delivery", 0),
                get("replace_if_present_flag", 0),
                get("data_coding", 0),
                get("sm_default_msg_id", 0),
                length,
            )
        ).encode("latin-1") + message
        for tag, value in pdu.tlvs:
            body += _TLV.pack(tag, len(value)) + value
    except (UnicodeEncodeError, OverflowError, StructError):
        return None
    return _HEADER.pack(HEADER_SIZE + len(body), pdu.command_id, pdu.status, pdu.sequence) + body


def _encode_id_response(pdu: Pdu) -> bytes | None:
    if pdu.tlvs or (pdu.status and not pdu.fields):
        return None
    try:
        body: bytes = pdu.fields.get("message_id", "").encode("latin-1")
    except UnicodeEncodeError:
        return None
    size = len(body)
    if size > 64 or b"\0" in body:
        return None
    return _HEADER.pack(HEADER_SIZE + 1 + size, pdu.command_id, pdu.status, pdu.sequence) + body + b"\0"


DECODERS: Final[dict[int, Callable[[bytes, int, int, int, int, int], Pdu | None]]] = {
    int(Command.SUBMIT_SM): _decode_sm,
    int(Command.DELIVER_SM): _decode_sm,
    int(Command.SUBMIT_SM_RESP): _decode_id_response,
    int(Command.DELIVER_SM_RESP): _decode_id_response,
}
ENCODERS: Final[dict[int, Callable[[Pdu], bytes | None]]] = {
    int(Command.SUBMIT_SM): _encode_sm,
    int(Command.DELIVER_SM): _encode_sm,
    int(Command.SUBMIT_SM_RESP): _encode_id_response,
    int(Command.DELIVER_SM_RESP): _encode_id_response,
}
