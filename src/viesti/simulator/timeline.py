"""Things to do at a later time, without a clock.

Rule: what is due is done in order of time, and of asking when the times are equal.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable


class Timeline:
    """Things to do at a time, in order of time and then of asking."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = itertools.count()

    def at(self, due: float, action: Callable[[float], None]) -> None:
        """Call `action(now)` once `due` has come."""
        heapq.heappush(self._heap, (due, next(self._order), action))

    def next_due(self) -> float | None:
        """When something is due next."""
        return self._heap[0][0] if self._heap else None

    def run(self, now: float) -> None:
        """Do all that is due."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            heapq.heappop(heap)[2](now)
