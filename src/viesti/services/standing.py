"""Where a recipient stands, in plain words.

Rule: it says what is known and no more; a reason that is known is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from viesti.domain.failure import SENTENCES, Failure
from viesti.domain.message import HELD_SENTENCES, HeldReason
from viesti.domain.status import Status

_WORDS: Mapping[Status, str] = {
    Status.FROZEN: "It is held back.",
    Status.SCHEDULED: "It waits for its send time.",
    Status.QUEUED: "It waits for the carrier, or is being sent.",
    Status.UNKNOWN: "It may have been sent: the carrier did not answer.",
    Status.SENT: "The carrier took it and has not said yet whether it was delivered.",
    Status.EXPIRED: "It was not delivered in time.",
    Status.UNDELIVERED: "The carrier could not deliver it.",
    Status.CANCELLED: "It was cancelled before it was sent.",
    Status.FAILED: "It was not sent.",
    Status.DELIVERED: "It is on the handset, says the carrier.",
}
_AGAIN = "It waits for another try, or is being sent."
_READ = "It was read."


def status_text(
    status: Status,
    failure: Failure | None = None,
    held_for: HeldReason | None = None,
    *,
    tried: bool = False,
    read: bool = False,
) -> str:
    """A sentence or two. `tried`: there was an attempt already."""
    if status is Status.QUEUED and tried:
        return _AGAIN
    if status is Status.DELIVERED and read:
        return _READ
    why = HELD_SENTENCES[held_for] if held_for else SENTENCES[failure] if failure else ""
    words = _WORDS[status]
    return f"{words} {why}" if why and failure is not Failure.CANCELLED else words


def summary(counts: Mapping[Status, int]) -> str:
    """Where recipients stand, as '3 delivered, 1 scheduled.', the furthest first."""
    return ", ".join(f"{counts[status]} {status.word}" for status in sorted(counts, reverse=True)) + "."
