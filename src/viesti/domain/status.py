"""Every status a recipient can have, and the allowed moves, as one table.

Rule: a status's number is its rank. A status moves only to a higher rank, so an early, late, repeated or
disordered report can never turn it back; SQL keeps the same rule by writing `where status < $new`. One that
waits and is in nobody's hands may be frozen, in the transaction that takes it from the queue, or put off to
another send time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from viesti.domain.failure import Failure


class Status(IntEnum):
    """A recipient's status; the value is stored, and is the rank."""

    FROZEN = 3  # accepted and held back, for a reason kept beside it
    SCHEDULED = 5  # waits for its send time
    QUEUED = 10  # waits for a channel, or is being sent
    UNKNOWN = 20  # in doubt: may have been sent; held for the operator or a late receipt
    SENT = 30  # the carrier took every part
    EXPIRED = 50  # the carrier's validity ended, or no receipt came in time
    UNDELIVERED = 55  # the carrier took it and could not deliver it
    CANCELLED = 58  # called back before it was sent
    FAILED = 60  # the carrier, or we, refused it
    DELIVERED = 70  # on the handset, says the carrier

    @property
    def word(self) -> str:
        """The lower-case word shown to callers."""
        return self.name.lower()

    @property
    def final(self) -> bool:
        """Whether no more is expected. A late `delivered` may still supersede another final status."""
        return self >= Status.EXPIRED


class PartState(IntEnum):
    """SMPP message_state (3.4, 5.2.28), used for receipts of every kind."""

    SCHEDULED = 0
    ENROUTE = 1
    DELIVERED = 2
    EXPIRED = 3
    DELETED = 4
    UNDELIVERABLE = 5
    ACCEPTED = 6
    UNKNOWN = 7
    REJECTED = 8
    SKIPPED = 9


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a receipt's state says of its part: the status the recipient gets if this part decides, and
    why."""

    status: Status
    failure: Failure | None


# SMPP 3.4, 5.2.28: 0, 1, 6 are not final; 2 is success; 3 expired; the rest failed.
VERDICTS: dict[PartState, Verdict] = {
    PartState.SCHEDULED: Verdict(Status.SENT, None),
    PartState.ENROUTE: Verdict(Status.SENT, None),
    PartState.ACCEPTED: Verdict(Status.SENT, None),
    PartState.DELIVERED: Verdict(Status.DELIVERED, None),
    PartState.EXPIRED: Verdict(Status.EXPIRED, Failure.EXPIRED),
    PartState.DELETED: Verdict(Status.UNDELIVERED, Failure.DELETED),
    PartState.UNDELIVERABLE: Verdict(Status.UNDELIVERED, Failure.UNREACHABLE),
    PartState.UNKNOWN: Verdict(Status.UNDELIVERED, Failure.UNSPECIFIED),
    PartState.REJECTED: Verdict(Status.UNDELIVERED, Failure.CARRIER_REJECTED),
    PartState.SKIPPED: Verdict(Status.UNDELIVERED, Failure.UNSPECIFIED),
}


def recipient_status(parts: list[Status]) -> Status:
    """The recipient's status made from its parts': delivered when all are, failed when any finally failed."""
    failed = [part for part in parts if part.final and part is not Status.DELIVERED]
    if failed:
        return max(failed)
    return min(parts)
