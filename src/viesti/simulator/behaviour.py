"""What the message centre does to messages, as data: outcomes, delays, faults and magic destinations.

Rule: `Carrier.treat` decides everything about one message at once and touches nothing else, so the same
seed and the same messages always give the same treatment, and the server only carries it out.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from enum import StrEnum
from random import Random

from viesti.simulator.receipt import Quirk
from viesti.simulator.treatment import ENDING_LENGTH, MAGIC_BY_ENDING, Answer, Fate, Treatment

REMEMBERED_MAGIC = 10_000  # destinations whose "first n times" is remembered; the oldest starts again


class BindRefusal(StrEnum):
    """Why every bind is refused, when it is."""

    SYSTEM_ID = "system_id"
    PASSWORD = "password"  # noqa: S105  the name of a reason
    FAILED = "failed"
    ALREADY_BOUND = "already_bound"
    SYSTEM_ERROR = "system_error"


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds: the same each time when both ends are equal, else drawn evenly between them."""

    low: float = 0.0
    high: float = 0.0

    def draw(self, random: Random) -> float:
        return self.low if self.low == self.high else random.uniform(self.low, self.high)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Every choice about how messages are treated. Shares are probabilities from 0 to 1."""

    outcomes: tuple[tuple[Fate, float], ...] = ((Fate.DELIVERED, 1.0),)  # weights, need not add up to 1
    receipts: bool = True  # False: none is made
    receipt_delay: Span = Span(1.0, 1.0)
    quirks: frozenset[Quirk] = frozenset()
    magic: bool = False  # whether the endings of MAGIC have their meaning
    throttle_above: float = 0.0  # messages a second and account; 0 is no limit
    throttled: float = 0.0
    queue_full: float = 0.0
    system_errors: float = 0.0
    lost_answers: float = 0.0  # taken, and never answered
    dropped_links: float = 0.0  # taken, and the link dies before the answer
    drop_every: int = 0  # the same, each so many messages; 0 is never
    answer_delay: Span = Span()  # a range gives answers out of order
    refused_prefixes: tuple[str, ...] = ()
    refuse_binds: BindRefusal | None = None


@dataclass(slots=True)
class _Bucket:
    """Tokens of one account: a second's worth at most."""

    tokens: float
    at: float

    def take(self, rate: float, now: float) -> bool:
        self.tokens = min(max(rate, 1.0), self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1.0:
            return False
        self.tokens -= 1.0
        return True


@dataclass(slots=True)
class Carrier:
    """Treats messages by a `Behaviour`, which may be replaced while running."""

    behaviour: Behaviour
    random: Random
    _taken: int = 0
    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _magic_uses: OrderedDict[str, int] = field(default_factory=OrderedDict)

    def treat(self, account: str, destination: str, now: float) -> Treatment:
        """Decide one submit of `account` to `destination` at `now` (seconds of any steady clock)."""
        behaviour = self.behaviour
        treatment = self._magic(destination) if behaviour.magic else None
        if treatment is None:
            refusal = self._refusal(account, destination, now)
            if refusal is not Answer.OK:
                return Treatment(answer=refusal, answer_delay=self.answer_delay())
            treatment = self._taking()
        if not treatment.answer_delay and behaviour.answer_delay.high:
            treatment = replace(treatment, answer_delay=self.answer_delay())
        return treatment

    def answer_delay(self) -> float:
        """Seconds an answer waits."""
        return self.behaviour.answer_delay.draw(self.random)

    def receipt_delay(self, treatment: Treatment) -> float:
        """Seconds from taking the message to its (final) receipt."""
        if treatment.receipt_delay is not None:
            return treatment.receipt_delay
        return self.behaviour.receipt_delay.draw(self.random)

    def _magic(self, destination: str) -> Treatment | None:
        magic = MAGIC_BY_ENDING.get(destination[-ENDING_LENGTH:])
        if magic is None or len(destination) <= ENDING_LENGTH:
            return None
        if magic.times:
            uses = self._magic_uses.pop(destination, 0) + 1
            self._magic_uses[destination] = uses
            if len(self._magic_uses) > REMEMBERED_MAGIC:
                self._magic_uses.popitem(last=False)
            if uses > magic.times:
                return None
        return magic.treatment

    def _refusal(self, account: str, destination: str, now: float) -> Answer:
        behaviour = self.behaviour
        if behaviour.refused_prefixes and destination.startswith(behaviour.refused_prefixes):
            return Answer.INVALID_DESTINATION
        if behaviour.throttle_above:
            bucket = self._buckets.get(account)
            if bucket is None:
                bucket = self._buckets[account] = _Bucket(max(behaviour.throttle_above, 1.0), now)
            if not bucket.take(behaviour.throttle_above, now):
                return Answer.THROTTLED
        shares = (behaviour.throttled, behaviour.queue_full, behaviour.system_errors)
        if any(shares):
            drawn = self.random.random()
            for share, answer in zip(shares, _SHARED_REFUSALS, strict=True):
                if drawn < share:
                    return answer
                drawn -= share
        return Answer.OK

    def _taking(self) -> Treatment:
        behaviour = self.behaviour
        self._taken += 1
        outcomes = behaviour.outcomes
        if len(outcomes) == 1:
            fate = outcomes[0][0]
        else:
            fates, weights = zip(*outcomes, strict=True)
            fate = self.random.choices(fates, weights)[0]
        drop = bool(behaviour.drop_every) and self._taken % behaviour.drop_every == 0
        if behaviour.dropped_links and not drop:
            drop = self.random.random() < behaviour.dropped_links
        lost = bool(behaviour.lost_answers) and self.random.random() < behaviour.lost_answers
        if not drop and not lost and not behaviour.quirks:
            return _PLAIN[fate]
        return Treatment(
            answered=not lost,
            drop=drop,
            fate=fate,
            receipt_first=Quirk.BEFORE_ANSWER in behaviour.quirks,
            copies=2 if Quirk.DUPLICATE in behaviour.quirks else 1,
        )


_SHARED_REFUSALS = (Answer.THROTTLED, Answer.QUEUE_FULL, Answer.SYSTEM_ERROR)
_PLAIN: dict[Fate, Treatment] = {fate: Treatment(fate=fate) for fate in Fate}  # made once: the fast path
