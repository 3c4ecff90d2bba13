"""How fast one person may be written to: one message in so many seconds over time, a few of them at once.

Rule: a person is remembered only while it matters, so memory follows from the rate and not from how many
people there are. Time comes in as `now`.
"""

from __future__ import annotations

from typing import Final

_SWEEP_FROM: Final = 1_024  # people; with fewer it is not worth looking for those who may be forgotten


class Pairs:
    """Spaces the messages from one number to each person. `address` is whatever names a person."""

    def __init__(self, seconds: float, burst: int) -> None:
        self._seconds = seconds
        self._slack = (burst - 1) * seconds  # what may be taken ahead
        # Address: when all sent so far would have gone at the steady rate. What lies behind is forgotten.
        self._due: dict[str, float] = {}
        self._promised: dict[str, float] = {}  # the first moment that nobody was sent away to come back at
        self._sweep_at = _SWEEP_FROM

    def __len__(self) -> int:
        return len(self._due) + len(self._promised)

    def wait(self, address: str, now: float) -> float:
        """Seconds until a message may go to this person; 0.0 when one may go now."""
        due = self._due.get(address)
        return 0.0 if due is None else max(0.0, due - self._slack - now)

    def sent(self, address: str, now: float) -> None:
        """One goes out."""
        self._due[address] = max(self._due.get(address, now), now) + self._seconds
        if len(self) > self._sweep_at:
            self._forget(now)

    def throttled(self, address: str, now: float) -> None:
        """It was too fast for this person: one at a time now, until there has been quiet."""
        self._due[address] = max(self._due.get(address, now), now + self._seconds + self._slack)

    def reserve(self, address: str, now: float) -> float:
        """Seconds until a message that may not go now should be looked at again. Each gets a moment of its
        own, so that a hundred to one person don't all come at the first."""
        at = max(self._promised.get(address, now), now + self.wait(address, now))
        self._promised[address] = at + self._seconds
        if len(self) > self._sweep_at:
            self._forget(now)
        return at - now

    def _forget(self, now: float) -> None:
        for kept in (self._due, self._promised):
            for address in [address for address, until in kept.items() if until <= now]:
                del kept[address]
        self._sweep_at = max(_SWEEP_FROM, 2 * len(self))
