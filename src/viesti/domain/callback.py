"""What an endpoint's answer to a callback means, as a table.

Rule: only an answer that can't change by waiting ends a callback. No answer at all, an overload and a
redirect (which we never follow) are tried again by `retry.next_callback`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, what is needed of the body (bytes), and `Retry-After` in seconds."""

    status: int
    body: bytes = b""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came back; `for_good` when our own rules forbid the call, as they do for a private address."""

    detail: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again, not before `retry_after` seconds when given."""

    reason: str
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class RefusedForGood:
    """The same call would be refused again; keep it for a person to see."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The endpoint says that it is not there. It may come back: try again until `Patience` ends."""

    reason: str
    retry_after: float | None = None


CallbackResult = Delivered | Retry | RefusedForGood | Gone


@dataclass(frozen=True, slots=True)
class Patience:
    """How often, and for how long, an endpoint says that it is gone before it is believed: a flow that is
    being saved or moved is gone for minutes."""

    tries: int = 5
    time: timedelta = timedelta(hours=3)

    def ends(self, refusals: int, since: datetime, now: datetime) -> bool:
        """Whether it ends with this many refusals in a row, the first of them at `since`."""
        return refusals >= self.tries and now - since >= self.time


class _Meaning(Enum):
    DELIVERED = auto()
    RETRY = auto()
    REFUSED = auto()
    GONE = auto()


_BY_STATUS: dict[int, _Meaning] = {
    404: _Meaning.GONE,
    408: _Meaning.RETRY,
    410: _Meaning.GONE,
    425: _Meaning.RETRY,
    429: _Meaning.RETRY,
}
_BY_HUNDRED: dict[int, _Meaning] = {
    1: _Meaning.RETRY,
    2: _Meaning.DELIVERED,
    3: _Meaning.RETRY,
    4: _Meaning.REFUSED,
    5: _Meaning.RETRY,
}
# A Power Automate flow that was switched off or deleted answers 400 with this error.code.
_GONE_CODES = frozenset({"WorkflowTriggerIsNotEnabled"})


def judge(answer: Answer | NoAnswer) -> CallbackResult:
    """What the answer to a call means."""
    if isinstance(answer, NoAnswer):
        return RefusedForGood(answer.detail) if answer.for_good else Retry(answer.detail)
    reason = f"HTTP {answer.status}"
    match _meaning(answer):
        case _Meaning.DELIVERED:
            return Delivered()
        case _Meaning.RETRY:
            return Retry(reason, answer.retry_after)
        case _Meaning.REFUSED:
            return RefusedForGood(reason)
        case _Meaning.GONE:
            return Gone(reason, answer.retry_after)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """The seconds a `Retry-After` asks for, by number or date (RFC 9110, 10.2.3); None if unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])  # more digits than a time has, and within a float
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError, OverflowError):  # not a date, one without a zone, one beyond the calendar
        return None


def _meaning(answer: Answer) -> _Meaning:
    if answer.status == 400 and _error_code(answer.body) in _GONE_CODES:
        return _Meaning.GONE
    return _BY_STATUS.get(answer.status) or _BY_HUNDRED.get(answer.status // 100, _Meaning.RETRY)


def _error_code(body: bytes) -> str | None:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else None
