"""Counts what the message centre took, by a key in the text, so that a test can say what was lost or doubled.

Rule: one dictionary update per message and no judgement; what should have come is known to the asker.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    """Messages that look alike to the ledger."""

    source: str
    destination: str
    key: str


@dataclass(slots=True)
class Ledger:
    """What was taken. `pattern` finds the key: its first group or whole match ('' without one)."""

    pattern: re.Pattern[str] | None = None
    total: int = 0
    refused: int = 0
    _counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def take(self, source: str, destination: str, text: str) -> None:
        """Count a message (one part) that was taken, answered or not."""
        key = ""
        if self.pattern is not None:
            match = self.pattern.search(text)
            if match is not None:
                key = match.group(1) if self.pattern.groups else match.group()
        self.total += 1
        self._counts[source, destination, key] += 1

    def refuse(self) -> None:
        """Count a message that was refused."""
        self.refused += 1

    def entries(self) -> dict[Entry, int]:
        """How often each came."""
        return {Entry(*entry): count for entry, count in self._counts.items()}

    def keys(self) -> Counter[str]:
        """How often each key came, whoever it was for."""
        keys: Counter[str] = Counter()
        for (_, _, key), count in self._counts.items():
            keys[key] += count
        return keys

    def doubled(self) -> dict[str, int]:
        """Keys that came more than once."""
        return {key: count for key, count in self.keys().items() if count > 1}

    def lost(self, expected: Iterable[str]) -> list[str]:
        """Those of `expected` that never came, in its order."""
        keys = self.keys()
        return [key for key in expected if key not in keys]

    def reset(self) -> None:
        """Start again from nothing."""
        self.total = self.refused = 0
        self._counts.clear()
