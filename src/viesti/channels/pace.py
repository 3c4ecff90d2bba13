"""How fast one session or number may send: the configured rate, and the slower one that throttling leaves.

Rule: the rate is kept exactly over time (a slot missed by a late timer is caught up, up to `CATCH_UP`
seconds), and time comes in as `now`.
"""

from __future__ import annotations

from typing import Final

CATCH_UP: Final = 0.02  # seconds of slots that may be sent at once; 2 % of a second's worth
_CUT: Final = 0.7  # of the rate, when the carrier says it is too fast
_RECOVERY: Final = 0.1  # of the rate, gained in each second without it
_PATIENCE: Final = 4  # seconds; after so many each gains more than the one before: the trouble is over
_LEAST: Final = 1.0  # parts a second; no throttling cuts deeper (a lower rate of its own is left as it is)
_BRIEF: Final = 0.1  # seconds; a shorter burst says little of the rate
_NO_LIMIT: Final = 1 << 30


class Pace:
    """Spaces parts 1/rate apart. `throttled` cuts the rate, and it grows back by itself."""

    def __init__(self, rate: float | None, now: float) -> None:
        self._configured = rate
        self._rate = rate
        self._ceiling = rate or 0.0  # the full rate: what is configured, or what was too much
        self._next = now  # when the next part is due
        self._counted_from = now
        self._counted = 0
        self._measured = 0.0
        self._throttled_at = now
        self._quiet = 0  # seconds since then that the rate has grown for

    @property
    def rate(self) -> float | None:
        """Parts a second now; None when nothing limits it."""
        return self._rate

    def room(self, now: float, ahead: float = 0.0) -> int:
        """How many parts may be sent by `now + ahead`."""
        self._grow(now)
        if self._rate is None:
            return _NO_LIMIT
        behind = now + ahead - max(self._next, now - CATCH_UP)
        return int(behind * self._rate + 1 + 1e-9) if behind >= -1e-9 else 0

    def sent(self, now: float) -> None:
        """One part went out."""
        self._counted += 1
        if now - self._counted_from >= 1.0:
            self._measured = self._counted / (now - self._counted_from)
            self._counted, self._counted_from = 0, now
        if self._rate is not None:
            self._next = max(self._next, now - CATCH_UP) + 1.0 / self._rate

    def ready_at(self) -> float:
        """When the next part may go."""
        return self._next

    def throttled(self, now: float) -> None:
        """The carrier said it is too fast."""
        rate = self._rate or max(self._measured, self._counted / max(now - self._counted_from, _BRIEF))
        self._ceiling = self._configured or max(rate, self._ceiling)
        self._rate = max(min(_LEAST, rate), rate * _CUT)
        self._throttled_at, self._quiet = now, 0

    def _grow(self, now: float) -> None:
        if self._rate is None or self._rate == self._configured:
            return
        while now - self._throttled_at >= self._quiet + 1:
            self._quiet += 1
            self._rate *= 1 + _RECOVERY * max(1, self._quiet - _PATIENCE + 1)
            if self._configured is not None:
                self._rate = min(self._rate, self._configured)
                if self._rate == self._configured:
                    return
            elif self._rate > 2 * self._ceiling:
                self._rate = None
                return
