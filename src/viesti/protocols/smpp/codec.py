"""Octets <-> PDUs by the rows of `spec`, one parser and one builder for every PDU (SMPP 3.4, section 4).

Rule: any octets give a `Pdu` or an `Unreadable`, never an exception. Requests are held to the standard's
limits; responses are read as far as they go, because a response thrown away puts a message in doubt. The PDUs
that fly by the thousand also have a straight-line path (`fast`), which leaves every oddity to this one.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

from viesti.protocols.smpp import fast
from viesti.protocols.smpp.pdu import BuildError, Pdu, Unreadable
from viesti.protocols.smpp.reading import READERS, Bad, read_tlvs
from viesti.protocols.smpp.spec import DEFAULT_MAX_PDU, HEADER_SIZE, LAYOUTS, RESPONSE, Field, command_name
from viesti.protocols.smpp.status import Status
from viesti.protocols.smpp.writing import WRITERS, write_tlv

_HEADER: Final = Struct(">4I")


class Decoder:
    """Cuts a stream into PDUs. Feed it whatever arrived; what is incomplete waits for the rest."""

    def __init__(self, max_pdu: int = DEFAULT_MAX_PDU) -> None:
        self._max = max_pdu
        self._pending = b""
        self._dead = False

    def feed(self, data: bytes) -> list[Pdu | Unreadable]:
        """All PDUs completed by `data`. After a fatal `Unreadable` nothing more is read."""
        if self._dead:
            return []
        if self._pending:
            data = self._pending + data
        found: list[Pdu | Unreadable] = []
        at, size = 0, len(data)
        unpack = _HEADER.unpack_from
        while size - at >= HEADER_SIZE:
            length, command_id, status, sequence = unpack(data, at)
            if length < HEADER_SIZE or length > self._max:
                found.append(self._bad_length(data[at : at + HEADER_SIZE], length, command_id, sequence))
                at = size
                break
            end = at + length
            if end > size:
                break
            found.append(decode_body(data, at, end, command_id, status, sequence))
            at = end
        self._pending = data[at:]
        return found

    @property
    def idle(self) -> bool:
        """Whether no half PDU is waiting."""
        return not self._pending

    def _bad_length(self, raw: bytes, length: int, command_id: int, sequence: int) -> Unreadable:
        self._dead = True
        return _misframed(raw, command_id, sequence, f"{length} is outside {HEADER_SIZE}..{self._max}")


def _misframed(raw: bytes, command_id: int, sequence: int, problem: str) -> Unreadable:
    return Unreadable(raw, command_id, sequence, "command_length", problem, Status.RINVCMDLEN, fatal=True)


def decode(frame: bytes) -> Pdu | Unreadable:
    """Reads exactly one whole PDU."""
    if len(frame) < HEADER_SIZE:
        return _misframed(frame, 0, 0, "shorter than a header")
    length, command_id, status, sequence = _HEADER.unpack_from(frame)
    if length != len(frame):
        return _misframed(frame, command_id, sequence, f"{length} declared, {len(frame)} octets given")
    return decode_body(frame, 0, length, command_id, status, sequence)


def decode_body(
    data: bytes, start: int, end: int, command_id: int, status: int, sequence: int
) -> Pdu | Unreadable:
    """Reads the PDU that lies in data[start:end], its header already unpacked."""
    quick = fast.DECODERS.get(command_id)
    if quick is not None:
        pdu = quick(data, start, end, command_id, status, sequence)
        if pdu is not None:
            return pdu
    layout = LAYOUTS.get(command_id)
    if layout is None:
        name = command_name(command_id)
        return Unreadable(data[start:end], command_id, sequence, name, "unknown command_id", Status.RINVCMDID)
    return _decode_by_rows(layout, data[start:end], command_id, status, sequence)


def _decode_by_rows(
    layout: tuple[Field, ...], frame: bytes, command_id: int, status: int, sequence: int
) -> Pdu | Unreadable:
    lenient = command_id >= RESPONSE
    fields: dict[str, Any] = {}
    tlvs: list[tuple[int, bytes]] = []
    at = HEADER_SIZE
    try:
        for row in layout:
            fields[row.name], at = READERS[row.kind](frame, at, row, lenient)
        read_tlvs(frame, at, tlvs)
    except Bad as bad:
        if not lenient:
            path = f"{command_name(command_id)}.{bad.name}"
            return Unreadable(frame, command_id, sequence, path, bad.problem, bad.status)
    return Pdu(command_id, status, sequence, fields, tuple(tlvs))


def encode(pdu: Pdu) -> bytes:
    """The PDU's octets. Raises `BuildError` naming the field that can't be written."""
    quick = fast.ENCODERS.get(pdu.command_id)
    if quick is not None:
        frame = quick(pdu)
        if frame is not None:
            return frame
    layout = LAYOUTS.get(pdu.command_id)
    name = command_name(pdu.command_id)
    if layout is None:
        raise BuildError(name, "unknown command_id", Status.RINVCMDID)
    out = bytearray(HEADER_SIZE)
    # A failed response may leave its body out (5.1.3).
    if pdu.fields or not (pdu.command_id >= RESPONSE and pdu.status):
        for row in layout:
            WRITERS[row.kind](out, pdu.fields.get(row.name), row, f"{name}.{row.name}")
    for tag, value in pdu.tlvs:
        write_tlv(out, tag, value, f"{name}.tlv[{tag:04X}]")
    _HEADER.pack_into(out, 0, len(out), pdu.command_id, pdu.status, pdu.sequence)
    return bytes(out)
