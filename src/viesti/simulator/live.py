"""Tells the open pages what changed, without letting them slow the message centre.

Rule: a change costs one set update for each page that is open and nothing when none is; a page reads what
has gathered when it is ready.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

GATHERED = 200  # numbers a page is told one by one; beyond, it is told that many changed
METER_SECONDS = 3.0


@dataclass(slots=True, eq=False)
class Watcher:
    """One open page: the handsets that changed since it last looked (None: too many to name)."""

    numbers: set[str] | None = field(default_factory=set)
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self) -> list[str] | None:
        """What gathered, and begin anew."""
        numbers, self.numbers = self.numbers, set()
        self.stirred.clear()
        return None if numbers is None else sorted(numbers)


class Live:
    """All open pages."""

    def __init__(self) -> None:
        self.closed = False
        self._watchers: set[Watcher] = set()

    def watch(self) -> Watcher:
        """A page opened."""
        watcher = Watcher()
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """A page closed."""
        self._watchers.discard(watcher)

    def changed(self, number: str) -> None:
        """A handset's conversation changed."""
        for watcher in self._watchers:
            if watcher.numbers is not None:
                watcher.numbers.add(number)
                if len(watcher.numbers) > GATHERED:
                    watcher.numbers = None
            watcher.stirred.set()

    def close(self) -> None:
        """The simulator ends: every page's stream ends by itself."""
        self.closed = True
        for watcher in self._watchers:
            watcher.stirred.set()


@dataclass(slots=True)
class Meter:
    """Messages a second over the last few seconds, made from totals looked at now and then."""

    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def rate(self, total: int, now: float) -> float:
        """The rate when the total is `total` at `now`; 0 at the first look."""
        samples = self._samples
        samples.append((now, total))
        while len(samples) > 2 and now - samples[1][0] >= METER_SECONDS:
            samples.popleft()
        at, before = samples[0]
        return (total - before) / (now - at) if now > at else 0.0
