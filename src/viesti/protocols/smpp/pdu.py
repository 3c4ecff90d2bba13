"""What the codec gives and takes: a readable PDU, or an unreadable one kept as a value.

Rule: a PDU here is only numbers, text and octets by the standard's names; it means nothing yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from viesti.protocols.smpp.spec import RESPONSE, Tag, command_name
from viesti.protocols.smpp.status import Status, status_name


@dataclass(slots=True)
class Pdu:
    """One PDU. `fields` by the standard's names: C-octet strings as str (Latin-1), integers, octet strings as
    bytes; a field left out is built empty or 0. `tlvs` are (tag, value) in wire order, known or not.

    Not frozen: the session writes the sequence number, and a frozen one costs a microsecond more.
    """

    command_id: int
    status: int = 0
    sequence: int = 0
    fields: dict[str, Any] = field(default_factory=dict)
    tlvs: tuple[tuple[int, bytes], ...] = ()

    @property
    def is_response(self) -> bool:
        """Whether it answers something (generic_nack included)."""
        return self.command_id >= RESPONSE

    def text(self, name: str) -> str:
        """A C-octet string, '' when absent."""
        value: str = self.fields.get(name, "")
        return value

    def number(self, name: str) -> int:
        """An integer field, 0 when absent."""
        value: int = self.fields.get(name, 0)
        return value

    def tlv(self, tag: int) -> bytes | None:
        """The first TLV with this tag."""
        for found, value in self.tlvs:
            if found == tag:
                return value
        return None

    def tlv_number(self, tag: int) -> int | None:
        """The first TLV with this tag, read as a big-endian integer; None when absent or empty."""
        value = self.tlv(tag)
        return int.from_bytes(value, "big") if value else None

    def message(self) -> bytes:
        """The user data: short_message, or message_payload when that is empty (3.4, 5.3.2.32)."""
        short: bytes = self.fields.get("short_message", b"")
        return short or self.tlv(Tag.MESSAGE_PAYLOAD) or b""

    def __str__(self) -> str:
        """For logs: never the content."""
        return f"{command_name(self.command_id)} {status_name(self.status)} #{self.sequence}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Octets that are no PDU we can read: where it went wrong, and what to answer.

    `fatal`: the frame's own length can't be trusted, so nothing after it can be read either.
    """

    raw: bytes
    command_id: int
    sequence: int
    path: str  # e.g. 'submit_sm.source_addr'
    problem: str
    status: Status
    fatal: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.problem} ({status_name(self.status)})"


class BuildError(ValueError):
    """A PDU of ours that can't be put on the wire; `path` names the field, `status` is what a peer would
    answer to it."""

    def __init__(self, path: str, problem: str, status: Status = Status.RUNKNOWNERR) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem
        self.status = status
