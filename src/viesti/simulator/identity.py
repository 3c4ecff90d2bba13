"""Who may bind, and how the message centre names messages.

Rule: a message id is never given twice in one run, and the first one is an argument, so that a centre
started again need not repeat the ids of its last life.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random
from uuid import UUID

from viesti.protocols.smpp.status import Status
from viesti.simulator.behaviour import BindRefusal


@dataclass(frozen=True, slots=True)
class Account:
    """A system id that may bind. Messages from handsets to its `addresses` go to it."""

    system_id: str
    password: str
    addresses: tuple[str, ...] = ()


_REFUSALS: dict[BindRefusal, Status] = {
    BindRefusal.SYSTEM_ID: Status.RINVSYSID,
    BindRefusal.PASSWORD: Status.RINVPASWD,
    BindRefusal.FAILED: Status.RBINDFAIL,
    BindRefusal.ALREADY_BOUND: Status.RALYBND,
    BindRefusal.SYSTEM_ERROR: Status.RSYSERR,
}


def bind_status(
    accounts: tuple[Account, ...], refuse: BindRefusal | None, system_id: str, password: str
) -> Status:
    """The answer to a bind. Without accounts, any system id and password may bind."""
    if refuse is not None:
        return _REFUSALS[refuse]
    if not accounts:
        return Status.ROK
    for account in accounts:
        if account.system_id == system_id:
            return Status.ROK if account.password == password else Status.RINVPASWD
    return Status.RINVSYSID


class IdForm(StrEnum):
    """How message ids are written."""

    DECIMAL = "decimal"
    HEX = "hex"
    UUID = "uuid"


@dataclass(slots=True)
class MessageIds:
    """Gives message ids one after the other; `width` pads numbers with zeros."""

    form: IdForm
    next_number: int
    width: int
    random: Random

    def next(self) -> str:
        if self.form is IdForm.UUID:
            return str(UUID(int=self.random.getrandbits(128), version=4))
        number = self.next_number
        self.next_number = number + 1
        text = f"{number:X}" if self.form is IdForm.HEX else str(number)
        return text.rjust(self.width, "0") if self.width else text
