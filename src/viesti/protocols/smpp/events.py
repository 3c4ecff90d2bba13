"""What a session tells its shell.

Rule: events are facts already true when read; the only thing asked in return is `Session.respond` for each
`RequestReceived` that has a response.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from viesti.protocols.smpp.pdu import Pdu, Unreadable

# The two that come by the thousand are not frozen: that costs 0.5 us each.


@dataclass(slots=True)
class Answered:
    """The response to a request: its own, or a generic_nack."""

    context: Any
    response: Pdu


@dataclass(slots=True)
class RequestReceived:
    """A request the matrix allows here and now. Binds too, when we are the SMSC."""

    pdu: Pdu


@dataclass(frozen=True, slots=True)
class Bound:
    """Our bind was accepted."""

    system_id: str
    interface_version: int | None


@dataclass(frozen=True, slots=True)
class BindRefused:
    """Our bind was refused; `needs_person`: trying again as we are can't help."""

    status: int
    needs_person: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No response in time: the peer may or may not have done it."""

    context: Any
    command_id: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A response to nothing outstanding, late perhaps."""

    response: Pdu


@dataclass(frozen=True, slots=True)
class Rejected:
    """Octets that could not be read, or a request out of place; the peer has been told."""

    problem: Unreadable | Pdu
    status: int


@dataclass(frozen=True, slots=True)
class PeerUnbound:
    """The peer said goodbye; `Closed` follows."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over: write what `outgoing` still holds, then close. `lost`: contexts never answered."""

    reason: str
    lost: list[Any] = field(default_factory=list)


Event = (
    Answered | RequestReceived | Bound | BindRefused | TimedOut | Unmatched | Rejected | PeerUnbound | Closed
)
