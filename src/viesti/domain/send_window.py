"""The hours and days of the week, in UTC, in which a message may begin to be sent.

Rule: a moment inside the window stays as it is; any other moves to the next beginning of the window, a week
away at most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = {written: number for number, day in enumerate(DAYS) for written in (day.lower(), str(number + 1))}
_EVERY_DAY = frozenset(range(7))
_TIME = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?")


@dataclass(frozen=True, slots=True)
class SendWindow:
    """From `start` to `end`, both included, on `days` (0 is Monday). Times are of UTC and have no zone."""

    start: time = time.min
    end: time = time.max
    days: frozenset[int] = _EVERY_DAY

    def next(self, at: datetime) -> datetime:
        """`at`, or the first moment after it that is allowed; in UTC."""
        at = at.astimezone(UTC)
        clock = at.time()
        if at.weekday() in self.days and self.start <= clock <= self.end:
            return at
        first = 0 if clock < self.start else 1  # today's beginning is still to come, or is over
        ahead = next(n for n in range(first, first + 7) if (at.weekday() + n) % 7 in self.days)
        return datetime.combine(at.date() + timedelta(days=ahead), self.start, UTC)


@dataclass(frozen=True, slots=True)
class WindowProblem:
    """What is wrong with a window: which of `start`, `end` and `days`, and a sentence."""

    field: str
    sentence: str


def read_window(start: str, end: str, days: Sequence[str]) -> SendWindow | WindowProblem | None:
    """The window as a caller writes it: times such as `08:30:00` or `08:30`, days as `Monday` or `1` to `7`.
    What is left out does not limit; None when nothing is said at all."""
    if not (start or end or days):
        return None
    begins = _time(start) if start else time.min
    ends = _time(end) if end else time.max
    if begins is None or ends is None:
        field = "start" if begins is None else "end"
        return WindowProblem(field, "It is not a time of day such as 08:30:00.")
    if begins > ends:
        return WindowProblem("end", f"It is before the start, {begins}.")
    numbers = frozenset(_NUMBERS.get(day.strip().lower(), -1) for day in days)
    if -1 in numbers:
        unknown = next(day for day in days if day.strip().lower() not in _NUMBERS)
        return WindowProblem("days", f"'{unknown[:40]}' is not a day such as Monday, or 1 to 7.")
    return SendWindow(begins, ends, numbers or _EVERY_DAY)


def _time(written: str) -> time | None:
    found = _TIME.fullmatch(written.strip())
    if found is None:
        return None
    hour, minute, second = (int(number or 0) for number in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        return None
