"""The bounded memory of parts whose answer did not come in time."""

from __future__ import annotations

import pytest

from viesti.channels.smpp.flight import Flight, Part
from viesti.channels.smpp.late import LatePart, LateParts
from viesti.domain.channel import AddressKind, Outgoing
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.spec import RESPONSE, Command

ANSWER = Command.SUBMIT_SM | RESPONSE


def part(sequence: int) -> Part:
    outgoing = Outgoing(
        sequence << 6, 2, "358401234567", AddressKind.INTERNATIONAL, "Viesti", AddressKind.ALPHANUMERIC, "x"
    )
    pdu = Pdu(Command.SUBMIT_SM)
    pdu.sequence = sequence
    return Part(Flight(outgoing, 3, 3), 2, pdu, 0)


@pytest.mark.parametrize(
    ("command", "sequence", "found"),
    [
        (ANSWER, 7, True),
        (Command.GENERIC_NACK, 7, True),
        (ANSWER, 8, False),
        (Command.ENQUIRE_LINK | RESPONSE, 7, False),
        (Command.DATA_SM | RESPONSE, 7, False),
    ],
)
def test_what_answers_a_part(command: int, sequence: int, found: bool) -> None:
    late = LateParts()
    late.add(part(7))
    assert late.take(Pdu(command, 0, sequence)) == (LatePart(7 << 6, 2, 2, 3) if found else None)


def test_is_told_once() -> None:
    late = LateParts()
    late.add(part(7))
    assert late.take(Pdu(ANSWER, 0, 7)) is not None
    assert late.take(Pdu(ANSWER, 0, 7)) is None


def test_the_oldest_are_forgotten() -> None:
    late = LateParts(size=2)
    for sequence in (1, 2, 3):
        late.add(part(sequence))
    assert [late.take(Pdu(ANSWER, 0, sequence)) is not None for sequence in (1, 2, 3)] == [False, True, True]
