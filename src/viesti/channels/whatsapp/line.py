"""What waits to be written: in the order given, urgent ones first, and those whose person was written to just
now until they may be written to again.

Rule: who waits for his own pair holds up nobody else. Time comes in as `now`.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from viesti.domain.channel import Outgoing
from viesti.domain.whatsapp_content import Content


class Item(NamedTuple):
    """A message and what it says, with its files sent up. `held`: it has waited for its pair."""

    outgoing: Outgoing
    content: Content
    held: bool = False


class Line:
    """Messages until they are taken; each is in here once."""

    def __init__(self) -> None:
        self._lines: dict[bool, deque[Item]] = {True: deque(), False: deque()}
        self._held: list[tuple[float, int, Item]] = []  # due, order of holding
        self._order = 0

    def __len__(self) -> int:
        return sum(map(len, self._lines.values())) + len(self._held)

    @property
    def held(self) -> int:
        """How many are held aside."""
        return len(self._held)

    def put(self, item: Item) -> None:
        """At the end of its kind."""
        self._lines[item.outgoing.urgent].append(item)

    def hold(self, item: Item, until: float) -> None:
        """Aside, until then."""
        self._order += 1
        insort(self._held, (until, self._order, item._replace(held=True)), key=lambda held: held[:2])

    def take(self, now: float) -> Item | None:
        """The next that may be looked at: those that have waited long enough before others of their kind."""
        due = self._held and self._held[0][0] <= now
        if due and (self._held[0][2].outgoing.urgent or not self._lines[True]):
            return self._held.pop(0)[2]
        for urgent in (True, False):
            if self._lines[urgent]:
                return self._lines[urgent].popleft()
        return None

    def opens_at(self, now: float) -> float | None:
        """When there is something to take: now, later, or None when nothing waits."""
        if any(self._lines.values()):
            return now
        return max(now, self._held[0][0]) if self._held else None

    def take_all(self) -> Iterator[Item]:
        """Everything; none is left."""
        for line in self._lines.values():
            while line:
                yield line.popleft()
        while self._held:
            yield self._held.pop(0)[2]
