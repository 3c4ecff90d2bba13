"""Whether an urgent message passes a million of others, and whether customers share a busy carrier fairly.

Rule: everything that is queued is sent, reported and accounted for in the end; the latencies are of messages
that were sent while the queue was long.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bench.agent import Agent
from bench.ledger import among_others, compare
from bench.measure import Amount, Gauge, Outcome, ask_store, by_number, latencies, settled
from bench.stand import KEY, OTHER_KEY, OTHER_SECRET, OTHER_WEIGHT, SECRET, Stand

SINGLES_FROM = 9_000_000  # their numbers; below are the bulk's
RATED = ", own rate"  # the channel's own rate is the limit, not the carrier
SETTLE_SECONDS = 1.0  # after the second customer's bulk is accepted


async def lanes(stand: Stand, amount: Amount) -> Outcome:
    """One customer's bulk is queued; then single messages of both, then bulk of both; then all is sent."""
    outcome = Outcome("lanes")
    await stand.centre.ask("reset", delay=amount.delay, by_destination=True)
    await stand.centre.ask("behave", rate=amount.carrier_rate, watch_from=SINGLES_FROM)
    async with Gauge(stand) as gauge:
        queued = await _queue(stand, KEY, SECRET, 0, amount.queued, amount)
        middle = queued["end"]
        span = queued["last_answered_at"] - queued["first_sent_at"]
        outcome.figures["queued/s"] = middle / span
        absent = [await _singles(stand, outcome, amount, SINGLES_FROM, "", middle)]
        others = int(2 * amount.carrier_rate * (amount.share_seconds + 2 * SETTLE_SECONDS))
        more = await _queue(stand, OTHER_KEY, OTHER_SECRET, middle, others, amount)
        end = more["end"]
        await _shares(stand, outcome, amount, [(0, middle), (middle, end)])
        sessions, window = stand.options.sessions, stand.options.window
        await stand.configure(sessions, window, rate=amount.carrier_rate / sessions)
        await stand.centre.ask("behave", watch_from=SINGLES_FROM)  # and takes all there is
        between = SINGLES_FROM + 2 * amount.singles
        absent.append(await _singles(stand, outcome, amount, between, RATED, middle))
        await stand.configure(sessions, window)
        last = between + 2 * amount.singles
        expected = end - len(queued["absent"]) - len(more["absent"])
        expected += 4 * amount.singles - sum(map(len, absent))

        async def progress() -> tuple[Any, bool]:
            centre = await stand.centre.ask("stats")
            state = (centre["submits"]["total"], centre["acknowledged"])
            return state, min(state) >= expected

        await settled(progress)
        outcome.messages = expected
        await gauge.read(outcome)
        submits = await stand.centre.ask("ledger")
        lost = [*queued["absent"], *more["absent"]]
        outcome.ledger["submit_sm of bulk"] = among_others(compare(submits, 0, end, lost))
        outcome.ledger["submit_sm of singles"] = among_others(
            compare(submits, SINGLES_FROM, last, [number for some in absent for number in some])
        )
        await ask_store(gauge, outcome, expected)
    return outcome


async def _queue(
    stand: Stand, key: str, secret: str, first: int, count: int, amount: Amount
) -> dict[str, Any]:
    return await stand.generator.ask(
        "run",
        port=stand.api_port,
        key=key,
        secret=secret,
        connections=4,
        first=first,
        count=count,
        per_request=min(amount.per_request, count),
    )


async def _seen(stand: Stand, ranges: list[tuple[int, int]]) -> list[int]:
    found: list[int] = (await stand.centre.ask("seen", ranges=ranges))["seen"]
    return found


async def _singles(
    stand: Stand, outcome: Outcome, amount: Amount, first: int, what: str, bulk: int
) -> list[int]:
    """Numbers take turns: the even ones are the bulk's customer, the odd ones the other. Gives those that
    were not accepted."""
    agent = Agent("singles")
    await agent.start()
    (taken,) = await _seen(stand, [(0, bulk)])
    outcome.figures[f"waiting when singles begin{what}"] = bulk - taken
    try:
        await agent.ask(
            "start",
            port=stand.api_port,
            clients=[(KEY, SECRET), (OTHER_KEY, OTHER_SECRET)],
            first=first,
            interval=amount.single_interval / 2,
            count=2 * amount.singles,
        )
        singles = await agent.ask("finish")
    finally:
        await agent.stop()
    wanted = 2 * amount.singles - len(singles["absent"])

    async def progress() -> tuple[Any, bool]:
        (seen,) = await _seen(stand, [(first, first + 2 * amount.singles)])
        return seen, seen >= wanted

    await settled(progress)
    (taken,) = await _seen(stand, [(0, bulk)])
    if taken == bulk:
        outcome.problems.append(f"the bulk was gone before the singles{what}")
    seen = by_number((await stand.centre.ask("told"))["seen_at"])
    sent = by_number(singles["sent_at"])
    for turn, name in ((1, "another customer's"), (0, "the same customer's")):
        of_one = {number: at for number, at in sent.items() if number % 2 == turn}
        latencies(outcome, f"{name}{what}", of_one, seen)
    for status, times in singles["statuses"].items():
        if status != "200":
            outcome.problems.append(f"{times} single messages were answered {status}")
    absent: list[int] = singles["absent"]
    return absent


async def _shares(stand: Stand, outcome: Outcome, amount: Amount, ranges: list[tuple[int, int]]) -> None:
    """What each customer gets of the carrier while both wait."""
    await asyncio.sleep(SETTLE_SECONDS)
    before = await _seen(stand, ranges)
    await asyncio.sleep(amount.share_seconds)
    after = await _seen(stand, ranges)
    first, other = (later - sooner for later, sooner in zip(after, before, strict=True))
    if any(seen >= last - begin for seen, (begin, last) in zip(after, ranges, strict=True)):
        outcome.problems.append("a customer's queue ran dry while shares were measured")
    outcome.figures["share of the customer of weight 1, %"] = 100 * first / max(1, first + other)
    outcome.figures[f"share of the customer of weight {OTHER_WEIGHT}, %"] = (
        100 * other / max(1, first + other)
    )
    outcome.figures["both together/s"] = (first + other) / amount.share_seconds
