"""The session's timers (SMPP 3.4, 7.2) as comparisons with `now`.

Rule: nothing here reads a clock or waits; the shell asks when to look again and comes back with the time. The
response timer lives with the requests it is about, in `window`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TimerOptions:
    """Seconds; None switches a timer off."""

    init: float | None = 30.0  # from the connection to the bind
    enquire_link: float | None = 30.0  # silence from the peer before we ask whether it lives
    inactivity: float | None = None  # no request but enquire_link either way: unbind
    response: float = 60.0  # from a request to its response


class Timers:
    """What happened when, and what is therefore due."""

    def __init__(self, options: TimerOptions, now: float) -> None:
        self._options = options
        self._opened = now
        self._heard = now
        self._active = now
        self.bound = False

    def heard(self, now: float) -> None:
        """Something arrived from the peer."""
        self._heard = now

    def active(self, now: float) -> None:
        """A request other than enquire_link went one way or the other."""
        self._active = now

    def init_due(self) -> float | None:
        """When an unbound session is given up."""
        return None if self.bound else _after(self._opened, self._options.init)

    def enquire_due(self) -> float | None:
        """When to send enquire_link."""
        return _after(self._heard, self._options.enquire_link) if self.bound else None

    def inactivity_due(self) -> float | None:
        """When to unbind for want of work."""
        return _after(self._active, self._options.inactivity) if self.bound else None


def _after(start: float, seconds: float | None) -> float | None:
    return None if seconds is None else start + seconds


def is_due(deadline: float | None, now: float) -> bool:
    """Whether a deadline there is has come."""
    return deadline is not None and now >= deadline


def earliest(*deadlines: float | None) -> float | None:
    """The first of the deadlines there are."""
    return min((deadline for deadline in deadlines if deadline is not None), default=None)
