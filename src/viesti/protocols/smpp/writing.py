"""A PDU's body built by the rows of `spec`, one function for each kind of field.

Rule: each appends its field, or raises `BuildError` with the path given to it; nothing is cut to fit.
"""

from __future__ import annotations

from struct import Struct
from typing import Any, Final

from viesti.protocols.smpp.pdu import BuildError
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


def write_tlv(out: bytearray, tag: int, value: bytes, path: str) -> None:
    """Appends a TLV."""
    if len(value) > 0xFFFF:
        raise BuildError(path, "longer than 65535 octets", Status.RINVPARLEN)
    out += _TLV.pack(tag, len(value))
    out += value


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
            _write_text(out, one.name, DL_NAME, f"{path}[{index}].dl_name")


def _write_unsuccessful(
    out: bytearray, value: tuple[Unsuccessful, ...] | None, row: Field, path: str
) -> None:
    failures = value or ()
    if len(failures) > row.size:
        raise BuildError(path, f"more than {row.size}", row.status)
    out.append(len(failures))
    for index, one in enumerate(failures):
        _write_address(out, one.ton, one.npi, one.address, f"{path}[{index}]")
        _write_number(out, one.status, ERROR_STATUS, f"{path}[{index}].error_status_code")


def _write_address(out: bytearray, ton: int, npi: int, address: str, path: str) -> None:
    _write_number(out, ton, OCTET, f"{path}.dest_addr_ton")
    _write_number(out, npi, OCTET, f"{path}.dest_addr_npi")
    _write_text(out, address, DESTINATION, f"{path}.destination_addr")


WRITERS: Final[dict[Kind, Any]] = {
    Kind.TEXT: _write_text,
    Kind.NUMBER: _write_number,
    Kind.MESSAGE: _write_message,
    Kind.DESTINATIONS: _write_destinations,
    Kind.UNSUCCESSFUL: _write_unsuccessful,
}
