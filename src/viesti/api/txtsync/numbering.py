"""The contract's numbers of what it leaves open: directions, and where an SMS stands.

Rule: numbers are published (docs/api/txtsync.md) and never change; the words are those of our other faces.
"""

from __future__ import annotations

from viesti.domain.delivery_report import STATUS_CODES
from viesti.domain.status import Status

OUTBOUND, INBOUND = 0, 1
RECEIVED = 7  # the status of what came in; those of what is sent are STATUS_CODES

WORDS = {"received": RECEIVED} | {status.word: number for status, number in STATUS_CODES.items()}


def statuses(number: int) -> list[Status]:
    """Ours that have this number."""
    return [status for status, code in STATUS_CODES.items() if code == number]


def read_status(written: str) -> list[Status] | None:
    """The statuses that a number or a word stands for; none for what came in; None: it is no status."""
    word = written.strip().lower()
    if word.isascii() and word.isdigit() and len(word) == 1 and int(word) in WORDS.values():
        return statuses(int(word))
    if word == "received":
        return []
    return next(([status] for status in Status if status.word == word), None)
