"""What can happen to one message, and the number endings to which it always happens.

Rule: a destination's ending is enough to try an outcome; the table is what the page and `simulate endings`
show.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from viesti.domain.status import PartState


class Fate(StrEnum):
    """What becomes of a message that was taken."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DELETED = "deleted"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"  # a receipt that is not final, and nothing after it
    NONE = "none"  # delivered, and no receipt ever comes


STATES: dict[Fate, PartState] = {
    Fate.DELIVERED: PartState.DELIVERED,
    Fate.UNDELIVERED: PartState.UNDELIVERABLE,
    Fate.EXPIRED: PartState.EXPIRED,
    Fate.REJECTED: PartState.REJECTED,
    Fate.DELETED: PartState.DELETED,
    Fate.UNKNOWN: PartState.UNKNOWN,
    Fate.ACCEPTED: PartState.ACCEPTED,
    Fate.NONE: PartState.DELIVERED,
}


class Answer(StrEnum):
    """How a request is answered, in words; the server knows their command_status."""

    OK = "ok"
    THROTTLED = "throttled"
    QUEUE_FULL = "queue_full"
    SYSTEM_ERROR = "system_error"
    INVALID_DESTINATION = "invalid_destination"
    SUBMIT_FAILED = "submit_failed"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens to one message. `receipt_delay` None takes the usual one."""

    answer: Answer = Answer.OK
    answered: bool = True
    answer_delay: float = 0.0
    drop: bool = False  # the link dies once the message is taken
    fate: Fate = Fate.DELIVERED
    receipt_delay: float | None = None
    receipt_first: bool = False  # the receipt leaves before the answer
    copies: int = 1  # of the receipt
    reply: str = ""  # what the handset answers by itself

    @property
    def taken(self) -> bool:
        """Whether the message centre keeps the message (and a handset gets it, if its fate says so)."""
        return self.answer is Answer.OK


@dataclass(frozen=True, slots=True)
class Magic:
    """What a destination with this ending gets: always, or for its first `times` submits."""

    ending: str
    meaning: str
    treatment: Treatment
    times: int = 0


MAGIC: tuple[Magic, ...] = (
    Magic("0001", "not delivered (UNDELIV)", Treatment(fate=Fate.UNDELIVERED)),
    Magic("0002", "expired (EXPIRED)", Treatment(fate=Fate.EXPIRED)),
    Magic("0003", "rejected after it was taken (REJECTD)", Treatment(fate=Fate.REJECTED)),
    Magic("0004", "deleted by the carrier (DELETED)", Treatment(fate=Fate.DELETED)),
    Magic("0005", "state not known (UNKNOWN)", Treatment(fate=Fate.UNKNOWN)),
    Magic("0006", "delivered, but no receipt ever comes", Treatment(fate=Fate.NONE)),
    Magic("0007", "a receipt that is not final (ACCEPTD), then nothing", Treatment(fate=Fate.ACCEPTED)),
    Magic("0008", "delivered after 30 seconds", Treatment(receipt_delay=30.0)),
    Magic("0009", "delivered, and the receipt comes three times", Treatment(copies=3)),
    Magic("0010", "the receipt comes before the answer", Treatment(receipt_first=True)),
    Magic("0011", "refused: invalid destination", Treatment(answer=Answer.INVALID_DESTINATION)),
    Magic("0012", "refused: submit failed", Treatment(answer=Answer.SUBMIT_FAILED)),
    Magic("0013", "throttled twice, then taken", Treatment(answer=Answer.THROTTLED), times=2),
    Magic("0014", "queue full once, then taken", Treatment(answer=Answer.QUEUE_FULL), times=1),
    Magic("0015", "system error each time", Treatment(answer=Answer.SYSTEM_ERROR)),
    Magic("0016", "taken, but the answer never comes (first time)", Treatment(answered=False), times=1),
    Magic("0017", "taken, and the link drops before the answer (first time)", Treatment(drop=True), times=1),
    Magic("0018", "answered after 5 seconds", Treatment(answer_delay=5.0)),
    Magic("0020", "delivered, and the handset answers 'Yes'", Treatment(reply="Yes")),
    Magic("0021", "delivered, and the handset answers 'STOP'", Treatment(reply="STOP")),
)
MAGIC_BY_ENDING: dict[str, Magic] = {magic.ending: magic for magic in MAGIC}
ENDING_LENGTH = 4
