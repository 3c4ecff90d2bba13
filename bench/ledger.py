"""Counts how often each sequence number was seen.

Rule: a number is counted where it arrives, by the number the sender put into the message; nothing is derived
from totals.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection
from typing import Any

DIGITS = 7
SIZE = 10**DIGITS
MOST = 255  # counted of one number


class Ledger:
    """Counts of sequence numbers from 0 below `SIZE`, and when the first and the last came (monotonic)."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.counts = bytearray(SIZE)
        self.total = 0
        self.repeated: set[int] = set()  # numbers seen more than once
        self.stray = 0  # without a number we could read
        self.first_at = 0.0
        self.last_at = 0.0

    def note(self, digits: bytes, now: float) -> None:
        """Count the number these octets show."""
        if not self.total:
            self.first_at = now
        self.total += 1
        self.last_at = now
        try:
            number = int(digits)
            count = self.counts[number]
            if count:
                self.repeated.add(number)
            if count < MOST:
                self.counts[number] = count + 1
        except (ValueError, IndexError):
            self.stray += 1

    def summary(self) -> dict[str, Any]:
        """Totals and times, cheap enough to be asked for while counting."""
        return {
            "total": self.total,
            "stray": self.stray,
            "first_at": self.first_at,
            "last_at": self.last_at,
        }

    def dump(self) -> dict[str, Any]:
        """Everything, for `compare`."""
        packed = zlib.compress(bytes(self.counts), 1)
        return {**self.summary(), "counts": base64.b64encode(packed).decode()}


def compare(dump: dict[str, Any], first: int, end: int, absent: Collection[int]) -> dict[str, int]:
    """What became of the numbers from `first` below `end`, of which `absent` were never accepted.

    `unasked`: numbers that came without having been accepted (a caller whose connection broke cannot know).
    """
    counts = zlib.decompress(base64.b64decode(dump["counts"]))
    span = counts[first:end]
    missing = span.count(0)
    missing_absent = sum(1 for number in absent if not counts[number])
    return {
        "expected": end - first - len(absent),
        "seen": dump["total"],
        "lost": missing - missing_absent,
        "doubled": sum(span) - (len(span) - missing),
        "unasked": len(absent) - missing_absent,
        "stray": dump["total"] - sum(span),
    }


def among_others(compared: dict[str, int]) -> dict[str, int]:
    """A comparison of one range of several: what belongs to the others is no stray."""
    found = {**compared, "seen": compared["seen"] - compared["stray"]}
    del found["stray"]
    return found
