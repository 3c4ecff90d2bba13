"""Remembers the parts whose answer did not come in time, for the case that it comes after all.

Rule: bounded, and only for one connection: sequence numbers mean nothing on the next.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from viesti.channels.smpp.flight import Part
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import RESPONSE, Command

LATE_PARTS: Final = 1000  # of a session; a carrier that owes more answers than this is not late but broken


class LatePart(NamedTuple):
    """What is needed of a part when nothing else of it is kept."""

    recipient_id: int
    attempt: int
    number: int
    total: int


class LateParts:
    """The parts of a connection that timed out, the last `size` of them."""

    def __init__(self, size: int = LATE_PARTS) -> None:
        self._size = size
        self._parts: dict[int, LatePart] = {}  # by sequence number, oldest first

    def add(self, part: Part) -> None:
        """Its answer did not come in time."""
        flight = part.flight
        self._parts[part.pdu.sequence] = LatePart(
            flight.recipient_id, flight.attempt, part.number, flight.total
        )
        if len(self._parts) > self._size:
            del self._parts[next(iter(self._parts))]

    def take(self, response: Pdu) -> LatePart | None:
        """The part this answers; None when it answers none we remember."""
        if response.command_id not in (Command.SUBMIT_SM | RESPONSE, Command.GENERIC_NACK):
            return None
        return self._parts.pop(response.sequence, None)
