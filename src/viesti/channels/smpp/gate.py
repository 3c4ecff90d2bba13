"""Whether one session may send now: its rate, a pause the carrier asked for, and what must go first after
it.

Rule: a part the carrier was too busy for is sent again before any newer one of its kind, so throttling never
changes the order; urgent ones go before the others.
"""

from __future__ import annotations

from bisect import insort
from typing import Final

from viesti.channels.pace import Pace
from viesti.channels.smpp.flight import Part

_HORIZON: Final = 1.0  # seconds of a limited rate that may be taken ahead


class Gate:
    """The rate and the pause of one session. `free` is always the room its window has."""

    def __init__(self, rate: float | None, pause: float, now: float) -> None:
        self._configured = rate
        self._pause = pause
        self._pace = Pace(rate, now)
        self._held: list[Part] = []
        self._paused_until = now

    def reset(self, now: float) -> None:
        """A new session begins: what throttled the last one says nothing of it."""
        self._pace = Pace(self._configured, now)
        self._paused_until = now

    @property
    def holds(self) -> bool:
        """Whether parts are held back."""
        return bool(self._held)

    def capacity(self, free: int, now: float) -> int:
        """Parts that may be taken now; those a limited rate lets out within a second count."""
        if now < self._paused_until:
            return 0
        return max(0, min(free, self._pace.room(now, _HORIZON)) - len(self._held))

    def most(self, window: int) -> int:
        """Parts that may be taken at best, when all is answered."""
        rate = self._pace.rate
        return window if rate is None else min(window, max(1, int(rate * _HORIZON)))

    def room(self, free: int, now: float, urgent: bool) -> int:
        """New parts of a kind that may be written this instant: none before those held, but urgent ones
        before held ones that are not."""
        if now < self._paused_until or (self._held and (not urgent or self._held[0].flight.urgent)):
            return 0
        return min(free, self._pace.room(now))

    def sent(self, part: Part, now: float) -> None:
        """A part was written."""
        self._pace.sent(now)
        if part.first_try is None:
            part.first_try = now

    def hold(self, part: Part, now: float) -> None:
        """The carrier said 'too fast' to this part: silence for a while, then it goes first."""
        insort(self._held, part, key=lambda held: (not held.flight.urgent, held.order))
        if now >= self._paused_until:  # one cut for all the answers of one burst
            self._pace.throttled(now)
            self._paused_until = now + self._pause

    def take_ready(self, free: int, now: float, urgent: bool) -> list[Part]:
        """The held parts that may be written now, in order; only urgent ones, or any."""
        if not self._held or now < self._paused_until:
            return []
        count = sum(part.flight.urgent for part in self._held) if urgent else len(self._held)
        count = min(count, free, self._pace.room(now))
        ready, self._held = self._held[:count], self._held[count:]
        return ready

    def take_held(self) -> list[Part]:
        """All held parts."""
        held, self._held = self._held, []
        return held

    def opens_at(self, waiting: bool, now: float) -> float | None:
        """When it may send again, if time alone holds it back; `waiting`: there is something new to send."""
        if now < self._paused_until:
            return self._paused_until
        if self._pace.rate is not None and (self._held or waiting):
            return max(now, self._pace.ready_at())
        return None

    def takes_at(self, now: float) -> float | None:
        """When there is capacity again, if time alone is in the way: at less than one part a second."""
        if self._pace.rate is None:
            return None
        at = self._pace.ready_at() - _HORIZON
        return at if at > now else None
