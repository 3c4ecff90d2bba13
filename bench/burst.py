"""Every receipt at once: what a carrier sends when a link comes back after a long night.

Rule: a receipt counts as kept when it was acknowledged and its recipient, looked up by number, is delivered.
"""

from __future__ import annotations

import base64
import zlib
from typing import Any

from bench import cpu
from bench.agent import Agent
from bench.ledger import DIGITS, among_others, compare
from bench.measure import DELIVERED, Amount, Gauge, Outcome, ask_store, by_number, latencies, settled
from bench.stand import KEY, SECRET, Stand

SINGLES_FROM = 9_000_000
INTERVAL = 0.05
SENT = "select count(*) from recipients where created_at >= $1 and status = 30"
KEPT = "select address from recipients where created_at >= $1 and status = $2"


async def burst(stand: Stand, amount: Amount) -> Outcome:
    """Messages are sent, their receipts withheld; the sessions are cut; on rebind all come at once."""
    outcome = Outcome("burst")
    await stand.centre.ask(
        "reset", delay=amount.delay, by_destination=True, witness=True, window=amount.unanswered
    )
    await stand.centre.ask("behave", withhold=True, watch_from=SINGLES_FROM)
    engine = stand.pids("engine")[0]
    singles = Agent("singles")
    await singles.start()
    try:
        async with Gauge(stand) as gauge:
            sent = await _send(stand, amount, gauge)
            calm = await _call(stand, singles, SINGLES_FROM, amount.singles)
            outcome.figures["engine MiB before"] = cpu.resident([engine]) / 2**20
            cpu.forget_peak(engine)
            first = SINGLES_FROM + amount.singles
            withheld = (await stand.centre.ask("release"))["withheld"]
            await _start(stand, singles, first)

            async def all_taken() -> tuple[Any, bool]:
                taken = (await stand.centre.ask("stats"))["acknowledged"]
                return taken, taken >= withheld

            await settled(all_taken)
            outcome.figures["engine MiB at most"] = cpu.peak(engine) / 2**20
            outcome.figures["engine MiB after"] = cpu.resident([engine]) / 2**20
            centre = await stand.centre.ask("stats")
            during = await singles.ask("finish", stop=True)
            expected = sent["end"] - len(sent["absent"]) + amount.singles - len(calm["absent"])
            expected += len(during["answered_at"])

            async def all_done() -> tuple[Any, bool]:
                stats = await stand.centre.ask("stats")
                state = (stats["submits"]["total"], stats["acknowledged"])
                return state, min(state) >= expected

            await settled(all_done)
            outcome.messages = expected
            await gauge.read(outcome)
            span = centre["last_acknowledged_at"] - centre["first_sent_at"]
            outcome.figures["receipts at once"] = withheld
            outcome.figures["stored in s"] = span
            outcome.figures["receipts/s"] = centre["acknowledged"] / span
            outcome.figures["offered again"] = centre["refused"]
            seen = by_number((await stand.centre.ask("told"))["seen_at"])
            latencies(outcome, "single before", by_number(calm["sent_at"]), seen)
            while_it_lasts = {
                number: at
                for number, at in by_number(during["sent_at"]).items()
                if centre["first_sent_at"] <= at <= centre["last_acknowledged_at"]
            }
            outcome.figures["singles during"] = len(while_it_lasts)
            latencies(outcome, "single during", while_it_lasts, seen)
            submits = await stand.centre.ask("ledger")
            outcome.ledger["submit_sm of bulk"] = among_others(
                compare(submits, 0, sent["end"], sent["absent"])
            )
            last = first + len(during["sent_at"])
            outcome.ledger["submit_sm of singles"] = among_others(
                compare(submits, SINGLES_FROM, last, [*calm["absent"], *during["absent"]])
            )
            await ask_store(gauge, outcome, expected)
            outcome.ledger["receipts by number"] = await _kept(stand, gauge)
    finally:
        await singles.stop()
    return outcome


async def _send(stand: Stand, amount: Amount, gauge: Gauge) -> dict[str, Any]:
    """The messages whose receipts are withheld, to the last of them noted as sent."""
    sent = await stand.generator.ask(
        "run",
        port=stand.api_port,
        key=KEY,
        secret=SECRET,
        connections=8,
        count=amount.withheld,
        per_request=min(amount.per_request, amount.withheld),
    )
    expected = sent["end"] - len(sent["absent"])

    async def progress() -> tuple[Any, bool]:
        noted = await gauge.connection.fetchval(SENT, gauge.began_at)
        return noted, noted >= expected

    await settled(progress)
    return sent


async def _start(stand: Stand, singles: Agent, first: int, **more: int) -> None:
    clients = [(KEY, SECRET)]
    await singles.ask("start", port=stand.api_port, clients=clients, first=first, interval=INTERVAL, **more)


async def _call(stand: Stand, singles: Agent, first: int, count: int) -> dict[str, Any]:
    """Single messages in calm, all at the centre when it returns, so that the cut leaves none in doubt."""
    await _start(stand, singles, first, count=count)
    sent = await singles.ask("finish")

    async def progress() -> tuple[Any, bool]:
        (seen,) = (await stand.centre.ask("seen", ranges=[(first, first + count)]))["seen"]
        return seen, seen >= count - len(sent["absent"])

    await settled(progress)
    return sent


async def _kept(stand: Stand, gauge: Gauge) -> dict[str, int]:
    """Each number whose receipt was acknowledged, looked up in the store."""
    taken = await stand.centre.ask("ledger", name="taken_receipts")
    counts = zlib.decompress(base64.b64decode(taken["counts"]))
    rows = await gauge.connection.fetch(KEPT, gauge.began_at, DELIVERED)
    kept = {int(row["address"][-DIGITS:]) for row in rows}
    acknowledged = {number for number, times in enumerate(counts) if times}
    return {
        "expected": len(acknowledged),
        "seen": len(acknowledged & kept),
        "lost": len(acknowledged - kept),
        "doubled": 0,
    }
