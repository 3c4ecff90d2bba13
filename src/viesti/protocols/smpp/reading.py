"""A PDU's body read by the rows of `spec`, one function for each kind of field.

Rule: each reads its field at an offset and gives the value and the offset after it, or raises `Bad` with
the field's path and the status to answer. `lenient` is for responses.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

from viesti.protocols.smpp.spec import (
    DESTINATION,
    DL_NAME,
    ERROR_STATUS,
    OCTET,
    DistributionList,
    Field,
    Kind,
    SmeAddress,
    Unsuccessful,
)
from viesti.protocols.smpp.status import Status

_TLV: Final = Struct(">2H")


class Bad(Exception):  # noqa: N818  what the octets are; it never leaves the codec
    """The field `name` can't be read."""

    def __init__(self, name: str, problem: str, status: Status) -> None:
        self.name = name
        self.problem = problem
        self.status = status


def read_tlvs(frame: bytes, at: int, into: list[tuple[int, bytes]]) -> None:
    """Appends the TLVs from `at` to the end; those before a bad one are kept."""
    while at < len(frame):
        if len(frame) - at < _TLV.size:
            raise Bad("tlv", "ends inside a TLV header", Status.RINVOPTPARSTREAM)
        tag, length = _TLV.unpack_from(frame, at)
        at += _TLV.size
        if length > len(frame) - at:
            raise Bad(f"tlv[{tag:04X}]", f"{length} octets declared, fewer are left", Status.RINVPARLEN)
        into.append((tag, frame[at : at + length]))
        at += length


def _read_text(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[str, int]:
    nul = frame.find(0, at)
    if nul < 0:
        if lenient and at < len(frame):  # some carriers leave out the NUL of message_id
            return frame[at:].decode("latin-1"), len(frame)
        raise Bad(row.name, "no NUL before the end", row.status)
    if nul - at >= row.size and not lenient:
        raise Bad(row.name, f"longer than {row.size - 1} octets", row.status)
    return frame[at:nul].decode("latin-1"), nul + 1


def _read_number(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[int, int]:
    end = at + row.size
    if end > len(frame):
        raise Bad(row.name, "missing", row.status)
    return int.from_bytes(frame[at:end], "big"), end


def _read_message(frame: bytes, at: int, row: Field, lenient: bool) -> tuple[bytes, int]:
    length, at = _read_number(frame, at, OCTET, lenient)  # 255 is read, too: 5.0 allows it
    if at + length > len(frame):
        raise Bad(row.name, f"sm_length {length}, {len(frame) - at} octets are left", row.status)
    return frame[at : at + length], at + length


def _read_destinations(
    frame: bytes, at: int, row: Field, lenient: bool
) -> tuple[tuple[SmeAddress | DistributionList, ...], int]:
    count, at = _read_number(frame, at, OCTET, lenient)
    if not 1 <= count <= row.size:
        raise Bad(row.name, f"{count} destinations, 1 to {row.size} are allowed", row.status)
    found: list[SmeAddress | DistributionList] = []
    for index in range(count):
        flag, at = _read_number(frame, at, _flag_row(row, index), lenient)
        if flag == 1:
            ton, at = _read_number(frame, at, OCTET, lenient)
            npi, at = _read_number(frame, at, OCTET, lenient)
            address, at = _read_text(frame, at, DESTINATION, lenient)
            found.append(SmeAddress(ton, npi, address))
        elif flag == 2:
            name, at = _read_text(frame, at, DL_NAME, lenient)
            found.append(DistributionList(name))
        else:
            raise Bad(f"{row.name}[{index}].dest_flag", f"{flag} is neither 1 nor 2", Status.RINVDESTFLAG)
    return tuple(found), at


def _read_unsuccessful(
    frame: bytes, at: int, row: Field, lenient: bool
) -> tuple[tuple[Unsuccessful, ...], int]:
    count, at = _read_number(frame, at, OCTET, lenient)
    found: list[Unsuccessful] = []
    for _ in range(count):
        ton, at = _read_number(frame, at, OCTET, lenient)
        npi, at = _read_number(frame, at, OCTET, lenient)
        address, at = _read_text(frame, at, DESTINATION, lenient)
        status, at = _read_number(frame, at, ERROR_STATUS, lenient)
        found.append(Unsuccessful(ton, npi, address, status))
    return tuple(found), at


def _flag_row(row: Field, index: int) -> Field:
    return Field(f"{row.name}[{index}].dest_flag", Kind.NUMBER, 1, row.status)


READERS: Final[dict[Kind, Any]] = {
    Kind.TEXT: _read_text,
    Kind.NUMBER: _read_number,
    Kind.MESSAGE: _read_message,
    Kind.DESTINATIONS: _read_destinations,
    Kind.UNSUCCESSFUL: _read_unsuccessful,
}
