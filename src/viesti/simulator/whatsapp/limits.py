"""How fast a number may send: to everybody, and to one person.

Rule: a bucket fills evenly and never above its size; what finds it empty is refused and costs nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from viesti.simulator.whatsapp.behaviour import CloudBehaviour

PAIRS = 50_000  # remembered; the one unused longest is taken to be full again


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a rate."""

    tokens: float
    at: float

    def take(self, rate: float, size: float, now: float) -> bool:
        """Use one, if there is one."""
        self.tokens = min(size, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


@dataclass(slots=True)
class Limits:
    """The buckets of all numbers and pairs."""

    _numbers: dict[str, Bucket] = field(default_factory=dict)
    _pairs: OrderedDict[tuple[str, str], Bucket] = field(default_factory=OrderedDict)

    def refusal(self, behaviour: CloudBehaviour, number: str, person: str, now: float) -> int:
        """The code a send of `number` to `person` is refused with at `now`, or 0."""
        rate = behaviour.messages_per_second
        if rate:
            bucket = self._numbers.setdefault(number, Bucket(max(rate, 1.0), now))
            if not bucket.take(rate, max(rate, 1.0), now):
                return 130429
        if behaviour.pair_seconds:
            size = float(max(behaviour.pair_burst, 1))
            pair = self._pairs.pop((number, person), None) or Bucket(size, now)
            self._pairs[number, person] = pair
            if len(self._pairs) > PAIRS:
                self._pairs.popitem(last=False)
            if not pair.take(1.0 / behaviour.pair_seconds, size, now):
                return 131056
        return 0

    def incoming(self, behaviour: CloudBehaviour, number: str, now: float) -> None:
        """What comes in counts against the number too."""
        rate = behaviour.messages_per_second
        if rate:
            self._numbers.setdefault(number, Bucket(max(rate, 1.0), now)).take(rate, max(rate, 1.0), now)
