"""(f) A long past: single and bulk on a fresh store, and again with ten million finished recipients in it.

Rule: both halves are the same runs on the same stand, each after a warm-up; their medians are compared.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import replace
from statistics import median

from bench.measure import Amount, Outcome
from bench.past import fill
from bench.scenarios import bulk, single, warm_up
from bench.stand import Stand

WARM_UP_SECONDS = 3.0

OTHERS = "cores of others"  # busy meanwhile: halves at different loads can't be compared by their rates
RATES = {"single": ("accepted/s", "recorded/s"), "bulk": ("submitted/s", "recorded/s")}

SIZE = "select pg_database_size(current_database())"
COUNT = "select count(*) from recipients where status >= 50"


async def history(stand: Stand, amount: Amount) -> Outcome:
    """Measure, write the past, measure again."""
    outcome = Outcome("history")
    async with Stand(replace(stand.options, own_postgres=False, database_url="")) as own:
        without = await _measure(own, amount, outcome)
        before = await _ask(own, COUNT)
        began = time.monotonic()
        await fill(own, amount.history)
        outcome.figures["recipients of history"] = float(await _ask(own, COUNT) - before)
        outcome.figures["written in s"] = time.monotonic() - began
        outcome.figures["database GiB"] = await _ask(own, SIZE) / 2**30
        await own.restart()
        having = await _measure(own, amount, outcome)
        if own.options.keep:
            outcome.problems.append(f"kept: {own.folder}")
    for name, values in without.items():
        a, b = median(values), median(having[name])
        outcome.figures |= {f"{name}, without": a, f"{name}, with": b}
        if not name.endswith(OTHERS):
            outcome.figures[f"{name}, with/without %"] = b / a * 100
    return outcome


async def _measure(stand: Stand, amount: Amount, outcome: Outcome) -> dict[str, list[float]]:
    """The rates of some runs of each scenario; their ledgers are added to the outcome's."""
    await warm_up(stand, WARM_UP_SECONDS)
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(amount.history_runs):
        for scenario in (single, bulk):
            run = await scenario(stand, amount)
            for rate in RATES[run.scenario]:
                found[f"{run.scenario} {rate}"].append(run.figures[rate])
            cpu = sum(run.cpu[name] for name in ("api", "engine", "postgres"))
            found[f"{run.scenario} CPU us/message"].append(cpu * 1e6 / run.messages)
            others = run.figures["cores busy with all"] - run.figures["cores busy with this"]
            found[f"{run.scenario} {OTHERS}"].append(max(0.0, others))
            outcome.problems += run.problems
            for witness, counts in run.ledger.items():
                total = outcome.ledger.setdefault(f"{run.scenario}, {witness}", dict.fromkeys(counts, 0))
                for name, count in counts.items():
                    total[name] += count
    return found


async def _ask(stand: Stand, question: str) -> int:
    connection = await stand.connect()
    try:
        return int(await connection.fetchval(question))
    finally:
        await connection.close()
