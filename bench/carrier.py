"""What a carrier does that makes life hard: takes slowly, answers late, refuses for a while, keeps receipts.

Rule: everything is counted when it comes, before it is answered; what was refused was not taken, and the
ledger of what was taken does not have it.
"""

from __future__ import annotations

import base64
import random
from array import array
from typing import Any


class Carrier:
    """The conduct of a message centre towards submit_sm; `on` is False while it is the plain one."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Take everything at once again, and forget what was seen."""
        self.seen_at: dict[int, float] = {}
        self.arrivals = array("d")
        self.refused = 0
        self.withheld: list[bytes] = []
        self._chance = random.Random(20)
        self.behave()

    def behave(
        self,
        rate: float = 0.0,
        least_delay: float = 0.0,
        most_delay: float = 0.0,
        status: int = 0,
        share: float = 0.0,
        limit: float = 0.0,
        withhold: bool = False,
        watch_from: int | None = None,
        timed: bool = False,
    ) -> None:
        """From now on: `rate`: answers a second; delays of an answer in seconds; `share` of the submits, or
        those above `limit` a second, refused with `status`; `withhold` receipts; note the moment of each
        number from `watch_from` on; note all moments (`timed`)."""
        self.on = bool(rate or most_delay or status or withhold or timed or watch_from is not None)
        self.withhold = withhold
        self._rate, self._delays = rate, (least_delay, most_delay)
        self._status, self._share, self._limit = status, share, limit
        self._watch_from, self._timed = watch_from, timed
        self._next_answer = 0.0
        self._credit_at = 0.0

    def look(self, digits: bytes, now: float) -> int:
        """A submit_sm came to the number with these last digits; gives the command_status it is answered
        with."""
        if self._timed:
            self.arrivals.append(now)
        status = self._verdict(now)
        if status:
            self.refused += 1
        elif self._watch_from is not None and (number := int(digits)) >= self._watch_from:
            self.seen_at.setdefault(number, now)
        return status

    def _verdict(self, now: float) -> int:
        if self._share and self._chance.random() < self._share:
            return self._status
        if self._limit:  # a bucket of a tenth of a second
            self._credit_at = max(self._credit_at, now - 0.1)
            if self._credit_at > now:
                return self._status
            self._credit_at += 1 / self._limit
        return 0

    def answer_in(self, now: float) -> float:
        """Seconds until the next answer goes out."""
        at = now + self._chance.uniform(*self._delays) if self._delays[1] else now
        if self._rate:
            self._next_answer = max(self._next_answer + 1 / self._rate, now)
            at = max(at, self._next_answer)
        return at - now

    def told(self) -> dict[str, Any]:
        """What was seen."""
        return {
            "refused": self.refused,
            "seen_at": self.seen_at,
            "arrivals": base64.b64encode(self.arrivals.tobytes()).decode(),
        }


def moments(told: dict[str, Any]) -> list[float]:
    """The arrivals of `Carrier.told`, in order."""
    found = array("d")
    found.frombytes(base64.b64decode(told["arrivals"]))
    return found.tolist()
