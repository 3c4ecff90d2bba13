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
from viesti.protocols.smpp.spec import (
    DEFAULT_MAX_PDU,
    HEADER_SIZE,
    LAYOUTS,
    RESPONSE,
    DistributionList,
    Field,
    Kind,
    SmeAddress,
    Unsuccessful,
    command_name,
)
from viesti.protocols.smpp.status import Status

_HEADER: Final = Struct(">4I")
_TLV: Final = Struct(">2H")


class _Bad(Exception):  # noqa: N818  never leaves this module
    def __init__(self, name: str, problem: str, status: Status) -> None:
        self.name = name
        self.problem = problem
        self.status = status


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
            fields[row.name], at = _READERS[row.kind](frame, at, row, lenient)
        _read_tlvs(frame, at, tlvs)
    except _Bad as bad:
        if not lenient:
            path = f"{command_name(command_id)}.{bad.name}"
            return Unreadable(frame, command_id, sequence, path, bad.problem, bad.status)
    return Pdu(command_id, status, sequence, fields, tuple(tlvs))


def _read_tlvs(frame: bytes, at: int, into: list[tuple[int, bytes]]) -> None:
    while at < len(frame):
        if len(frame) - at < _TLV.size:
            raise _Bad("tlv", "ends inside a TLV header", Status.RINVOPTPARSTREAM)
        tag, length = _TLV.unpack_from(frame, at)
        at += _TLV.size
        if length > len(frame) - at:
            raise _Bad(f"tlv[{tag:04X}]", f"{length} octets declared, fewer are left", Status.RINVPARLEN)
        into.append((tag, frame[at : at + length]))
        at += length


def _read_text(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[str, int]:
    nul = frame.find(0, at)
    if nul < 0:
        if lenient and at < len(frame):  # some carriers leave out the NUL of message_id
            return frame[at:].decode("latin-1"), len(frame)
        raise _Bad(row.name, "no NUL before the end", row.status)
    if nul - at >= row.size and not lenient:
        raise _Bad(row.name, f"longer than {row.size - 1} octets", row.status)
    return frame[at:nul].decode("latin-1"), nul + 1


def _read_number(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[int, int]:
    end = at + row.size
    if end > len(frame):
        raise _Bad(row.name, "missing", row.status)
    return int.from_bytes(frame[at:end], "big"), end


def _read_message(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[bytes, int]:
    length, at = _read_number(frame, at, _COUNT, lenient)
    if at + length > len(frame):
        raise _Bad(row.name, f"sm_length {length}, {len(frame) - at} octets are left", row.status)
    return frame[at : at + length], at + length


def _read_destinations(
    frame: bytes, at: int, row: Field, lenient: bool
) -> tuple[tuple[SmeAddress | DistributionList, ...], int]:
    count, at = _read_number(frame, at, _COUNT, lenient)
    found: list[SmeAddress | DistributionList] = []
    for index in range(count):
        flag, at = _read_number(frame, at, _flag_row(row, index), lenient)
        if flag == 1:
            ton, at = _read_number(frame, at, _COUNT, lenient)
            npi, at = _read_number(frame, at, _COUNT, lenient)
            address, at = _read_text(frame, at, _DEST_ADDRESS, lenient)
            found.append(SmeAddress(ton, npi, address))
        elif flag == 2:
            name, at = _read_text(frame, at, _DL_NAME, lenient)
            found.append(DistributionList(name))
        else:
            raise _Bad(f"{row.name}[{index}].dest_flag", f"{flag} is neither 1 nor 2", Status.RINVDESTFLAG)
    return tuple(found), at


def _read_unsuccessful(
    frame: bytes, at: int, row: Field, lenient: bool
) -> tuple[tuple[Unsuccessful, ...], int]:
    count, at = _read_number(frame, at, _COUNT, lenient)
    found: list[Unsuccessful] = []
    for _ in range(count):
        ton, at = _read_number(frame, at, _COUNT, lenient)
        npi, at = _read_number(frame, at, _COUNT, lenient)
        address, at = _read_text(frame, at, _DEST_ADDRESS, lenient)
        status, at = _read_number(frame, at, _ERROR_STATUS, lenient)
        found.append(Unsuccessful(ton, npi, address, status))
    return tuple(found), at


_COUNT: Final = Field("length", Kind.NUMBER, 1)
_ERROR_STATUS: Final = Field("error_status_code", Kind.NUMBER, 4)
_DEST_ADDRESS: Final = Field("destination_addr", Kind.TEXT, 21, Status.RINVDSTADR)
_DL_NAME: Final = Field("dl_name", Kind.TEXT, 21, Status.RINVDLNAME)


def _flag_row(row: Field, index: int) -> Field:
    return Field(f"{row.name}[{index}].dest_flag", Kind.NUMBER, 1, row.status)


_READERS: Final[dict[Kind, Any]] = {
    Kind.TEXT: _read_text,
    Kind.NUMBER: _read_number,
    Kind.MESSAGE: _read_message,
    Kind.DESTINATIONS: _read_destinations,
    Kind.UNSUCCESSFUL: _read_unsuccessful,
}


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
            _WRITERS[row.kind](out, pdu.fields.get(row.name), row, f"{name}.{row.name}")
    for tag, value in pdu.tlvs:
        if len(value) > 0xFFFF:
            raise BuildError(f"{name}.tlv[{tag:04X}]", "longer than 65535 octets", Status.RINVPARLEN)
        out += _TLV.pack(tag, len(value))
        out += value
    _HEADER.pack_into(out, 0, len(out), pdu.command_id, pdu.status, pdu.sequence)
    return bytes(out)


def _write_text(out: bytearray, value: str | None, row: Field, path: str) -> None:
    try:
        octets = (value or "").encode("latin-1")
    except UnicodeEncodeError as error:
        raise BuildError(path, "holds a character outside Latin-1", row.status) from error
    if len(octets) >= row.size:
        raise BuildError(path, f"longer than {row.size - 1} octets", row.status)
    if 0 in octets:
        raise BuildError(path, "holds a NUL", row.status)
    out += octets
    out.append(0)


def _write_number(out: bytearray, value: int | None, row: Field, path: str) -> None:
    try:
        out += (value or 0).to_bytes(row.size, "big")
    except OverflowError as error:
        raise BuildError(path, f"{value} does not fit {row.size} octets", row.status) from error


def _write_message(out: bytearray, value: bytes | None, row: Field, path: str) -> None:
    octets = value or b""
    if len(octets) > row.size:
        raise BuildError(path, f"longer than {row.size} octets", row.status)
    out.append(len(octets))
    out += octets


def _write_destinations(
    out: bytearray, value: tuple[SmeAddress | DistributionList, ...] | None, row: Field, path: str
) -> None:
    destinations = value or ()
    if not 1 <= len(destinations) <= row.size:
        raise BuildError(path, f"{len(destinations)} destinations, 1 to {row.size} are allowed", row.status)
    out.append(len(destinations))
    for index, one in enumerate(destinations):
        if isinstance(one, SmeAddress):
            out.append(1)
            _write_address(out, one.ton, one.npi, one.address, f"{path}[{index}]")
        else:
            out.append(2)
            _write_text(out, one.name, _DL_NAME, f"{path}[{index}].dl_name")


def _write_unsuccessful(
    out: bytearray, value: tuple[Unsuccessful, ...] | None, row: Field, path: str
) -> None:
    failures = value or ()
    if len(failures) > row.size:
        raise BuildError(path, f"more than {row.size}", row.status)
    out.append(len(failures))
    for index, one in enumerate(failures):
        _write_address(out, one.ton, one.npi, one.address, f"{path}[{index}]")
        _write_number(out, one.status, _ERROR_STATUS, f"{path}[{index}].error_status_code")


def _write_address(out: bytearray, ton: int, npi: int, address: str, path: str) -> None:
    _write_number(out, ton, _COUNT, f"{path}.dest_addr_ton")
    _write_number(out, npi, _COUNT, f"{path}.dest_addr_npi")
    _write_text(out, address, _DEST_ADDRESS, f"{path}.destination_addr")


_WRITERS: Final[dict[Kind, Any]] = {
    Kind.TEXT: _write_text,
    Kind.NUMBER: _write_number,
    Kind.MESSAGE: _write_message,
    Kind.DESTINATIONS: _write_destinations,
    Kind.UNSUCCESSFUL: _write_unsuccessful,
}
