"""Whether a channel keeps its rate, and what it does when the carrier says "too fast" or takes its time.

Rule: all moments are those of submit_sm at the message centre, refused ones too; figures come from them
alone, and every message is accounted for after the trouble.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.carrier import moments
from bench.ledger import compare
from bench.measure import Amount, Gauge, Outcome, ask_store, settled
from bench.stand import KEY, SECRET, Stand

THROTTLED, QUEUE_FULL = 0x58, 0x14
CALM = 0.25  # of the seconds of the trouble, before it
RECOVERY = 1.5  # the same, of messages for the time until the rate is back
BACK = 0.98  # of the rate: then it is back
RECEIPT_DELAY = 3.0  # after the latest answer
ALLOWED = 0.02


@dataclass(frozen=True, slots=True)
class Case:
    """One rate, and the trouble there is for a while (none: the rate alone)."""

    rate: float
    trouble: dict[str, float] = field(default_factory=dict)

    def messages(self, seconds: float) -> int:
        """For `seconds` of each phase."""
        if not self.trouble:
            return int(self.rate * seconds)
        return int(self.rate * seconds * (CALM + 1 + RECOVERY + 1))


CASES = {
    "50": Case(50),
    "200": Case(200),
    "1000": Case(1000),
    "200 throttled": Case(200, {"status": THROTTLED, "share": 0.02}),
    "200 queue full": Case(200, {"status": QUEUE_FULL, "share": 0.02}),
    "200 to a carrier of 100": Case(200, {"status": THROTTLED, "limit": 100}),
    "200 slow": Case(200, {"least_delay": 1.0, "most_delay": 2.0}),
    "1000 throttled": Case(1000, {"status": THROTTLED, "share": 0.02}),
    "1000 slow": Case(1000, {"least_delay": 1.0, "most_delay": 2.0}),
}


async def rates(stand: Stand, amount: Amount) -> Outcome:
    """Each case on a channel of one session with that rate, and a window that does not limit it."""
    outcome = Outcome("rates")
    try:
        async with Gauge(stand) as gauge:
            first = 0
            for name in amount.rate_cases or CASES:
                first = await _case(stand, outcome, amount, name, first)
            await gauge.read(outcome)
            await ask_store(gauge, outcome, outcome.messages)
    finally:
        await stand.configure(stand.options.sessions, stand.options.window)
    return outcome


async def _case(stand: Stand, outcome: Outcome, amount: Amount, name: str, first: int) -> int:
    """One case; gives the first number of the next."""
    case = CASES[name]
    await stand.configure(1, int(case.rate * 3), rate=case.rate)
    await stand.centre.ask("reset", delay=RECEIPT_DELAY, by_destination=True)
    await stand.centre.ask("behave", timed=True)
    sending = asyncio.create_task(
        stand.generator.ask(
            "run",
            port=stand.api_port,
            key=KEY,
            secret=SECRET,
            connections=2,
            first=first,
            count=case.messages(amount.rate_seconds),
            per_request=100,
        )
    )
    trouble = (0.0, 0.0)
    if case.trouble:
        await asyncio.sleep(CALM * amount.rate_seconds)
        trouble = await _trouble(stand, case, amount.rate_seconds)
    sent = await sending
    expected = sent["end"] - first - len(sent["absent"])

    async def progress() -> tuple[Any, bool]:
        stats = await stand.centre.ask("stats")
        state = (stats["submits"]["total"], stats["acknowledged"])
        return state, min(state) >= expected

    await settled(progress)
    outcome.messages += expected
    outcome.ledger[name] = compare(await stand.centre.ask("ledger"), first, sent["end"], sent["absent"])
    told = await stand.centre.ask("told")
    _figures(outcome, name, case, moments(told), trouble)
    if case.trouble.get("status"):
        outcome.figures[f"{name}: refused"] = told["refused"]
    return int(sent["end"])


async def _trouble(stand: Stand, case: Case, seconds: float) -> tuple[float, float]:
    """Have the trouble; gives its begin and end by the centre's clock, which is the machine's."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await stand.centre.ask("behave", timed=True, **case.trouble)
    await asyncio.sleep(seconds)
    await stand.centre.ask("behave", timed=True)
    return begin, loop.time()


def _figures(
    outcome: Outcome, name: str, case: Case, times: Sequence[float], trouble: tuple[float, float]
) -> None:
    figures = outcome.figures
    begin = times[0]
    if case.trouble:
        figures[f"{name}: in trouble/s"] = mean(times, *trouble)
        back = back_at(times, trouble[1], case.rate)
        figures[f"{name}: rate is back after s"] = back - trouble[1]
        begin = back
    kept(outcome, name, case.rate, times, begin, "after it" if case.trouble else "measured")


def kept(
    outcome: Outcome,
    name: str,
    rate: float,
    times: Sequence[float],
    begin: float,
    word: str = "measured",
    jitter: float = 0.0,
) -> None:
    """Note how well the rate was kept from `begin` on. `jitter`: seconds that one may be longer on its way
    than another."""
    figures, end = outcome.figures, times[-1]
    measured = mean(times, begin, end)
    deviation = 100 * (measured / rate - 1)
    worst = worst_second(times)
    figures[f"{name}: {word}/s"] = measured
    figures[f"{name}: deviation %"] = deviation
    figures[f"{name}: over s"] = end - begin
    figures[f"{name}: most in a second"] = worst
    if abs(deviation) > 100 * ALLOWED:
        outcome.problems.append(f"{name}: the rate is off by {deviation:.1f} %")
    if worst > rate * (1 + ALLOWED + jitter) + 1:
        outcome.problems.append(
            f"{name}: {worst} in one second are more than {ALLOWED + jitter:.1%} and one too many"
        )


def mean(times: Sequence[float], begin: float, end: float) -> float:
    """Per second, of those from one to the other."""
    first, last = bisect_left(times, begin), bisect_left(times, end)
    return (last - first) / (end - begin) if end > begin else 0.0


def back_at(times: Sequence[float], since: float, rate: float) -> float:
    """The begin of the first second since then with the rate; the last moment when there is none."""
    for at in range(bisect_left(times, since), len(times)):
        if bisect_left(times, times[at] + 1.0) - at >= rate * BACK:
            return times[at]
    return times[-1]


def worst_second(times: Sequence[float]) -> int:
    """The most of them within any second."""
    return max(bisect_left(times, at + 1.0, index) - index for index, at in enumerate(times))
