"""What is measured: each scenario as one function that loads the platform, waits for the end and accounts.

Rule: a scenario ends when the far end has everything, or when nothing has moved for `STALL_SECONDS`; what is
missing then is lost, and said so.
"""

from __future__ import annotations

import asyncio
from typing import Any

from bench.ledger import compare
from bench.measure import Amount, Gauge, Outcome, Scenario, ask_store, settled
from bench.stand import KEY, SECRET, Stand

REST_SECONDS = 12.0  # in PostgreSQL a process that has become idle tells its counts after ten
VACUUMS = "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'"


async def outbound(
    stand: Stand,
    amount: Amount,
    name: str,
    *,
    callbacks: bool = False,
    per_request: int = 1,
    smartdialog: dict[str, str] | None = None,
    caller: tuple[str, str] = (KEY, SECRET),
    text: str = "",
) -> Outcome:
    """Send, to the last receipt and the last callback."""
    outcome = Outcome(name)
    await stand.centre.ask("reset", delay=amount.delay, by_destination=per_request > 1)
    await stand.receiver.ask("reset")
    load: dict[str, Any] = {"connections": amount.connections, "per_request": per_request}
    if smartdialog:
        load["smartdialog"] = smartdialog
    if text:
        load["text"] = text
    key, secret = caller
    if per_request > 1:
        load |= {"connections": min(8, amount.connections), "count": amount.bulk_requests * per_request}
    elif amount.count is not None:
        load["count"] = amount.count
    else:
        load["seconds"] = amount.seconds
    if callbacks:
        load["dlr_url"] = f"http://127.0.0.1:{stand.receiver.hello['port']}/dlr"
    async with Gauge(stand) as gauge:
        sent = await stand.generator.ask("run", port=stand.api_port, key=key, secret=secret, **load)
        expected = sent["end"] - sent["first"] - len(sent["absent"])

        async def progress() -> tuple[Any, bool]:
            centre = await stand.centre.ask("stats")
            called = (await stand.receiver.ask("stats"))["total"] if callbacks else expected
            state = (centre["submits"]["total"], centre["acknowledged"], called)
            return state, all(part >= expected for part in state)

        await settled(progress)
        await gauge.read(outcome)
        await _account(stand, outcome, sent, callbacks)
        await ask_store(gauge, outcome, expected)
    return outcome


async def _account(stand: Stand, outcome: Outcome, sent: dict[str, Any], callbacks: bool) -> None:
    centre = await stand.centre.ask("stats")
    submits = await stand.centre.ask("ledger")
    first, end, absent = sent["first"], sent["end"], sent["absent"]
    outcome.ledger["submit_sm"] = compare(submits, first, end, absent)
    expected = outcome.messages = outcome.ledger["submit_sm"]["expected"]
    began = sent["first_sent_at"]
    outcome.figures |= {
        "accepted/s": expected / (sent["last_answered_at"] - began),
        "submitted/s": centre["submits"]["total"] / (submits["last_at"] - began),
        "recorded/s": centre["acknowledged"] / (centre["last_acknowledged_at"] - began),
        "accept p50 ms": sent["p50"] * 1000,
        "accept p95 ms": sent["p95"] * 1000,
        "accept p99 ms": sent["p99"] * 1000,
        "accept max ms": sent["max"] * 1000,
        "to last submit_sm s": submits["last_at"] - began,
        "to last receipt s": centre["last_acknowledged_at"] - began,
    }
    outcome.ledger["receipts"] = {
        "expected": centre["submits"]["total"],
        "seen": centre["acknowledged"],
        "lost": centre["submits"]["total"] - centre["acknowledged"],
        "doubled": 0,
    }
    if callbacks:
        called = await stand.receiver.ask("ledger")
        outcome.ledger["callbacks"] = compare(called, first, end, absent)
        outcome.figures["callbacks/s"] = called["total"] / (called["last_at"] - began)
        outcome.figures["to last callback s"] = called["last_at"] - began
    for status, times in sent["statuses"].items():
        if status != "200":
            outcome.problems.append(f"{times} requests answered {status}: {sent['example']!r}")
    if centre["refused"]:
        outcome.problems.append(f"{centre['refused']} receipts were refused at first")


async def single(stand: Stand, amount: Amount) -> Outcome:
    """(a) 1-recipient requests, receipts on."""
    return await outbound(stand, amount, "single")


async def smartdialog(stand: Stand, amount: Amount) -> Outcome:
    """(a) through SmartDialog's SendMessage."""
    return await outbound(stand, amount, "smartdialog", smartdialog=await stand.smartdialog())


async def callback(stand: Stand, amount: Amount) -> Outcome:
    """(b) the same with a DLR callback (GET) each."""
    return await outbound(stand, amount, "callback", callbacks=True)


async def bulk(stand: Stand, amount: Amount) -> Outcome:
    """(c) requests of many recipients, receipts on."""
    return await outbound(stand, amount, "bulk", per_request=amount.per_request)


async def inbound(stand: Stand, amount: Amount) -> Outcome:
    """(d) messages from handsets to a webhook (POST) each."""
    outcome = Outcome("inbound", messages=amount.inbound)
    await stand.centre.ask("reset")
    await stand.receiver.ask("reset")
    async with Gauge(stand) as gauge:
        await stand.centre.ask("deliver", count=amount.inbound)

        async def progress() -> tuple[Any, bool]:
            called = (await stand.receiver.ask("stats", method="POST"))["total"]
            acknowledged = (await stand.centre.ask("stats"))["acknowledged"]
            return (called, acknowledged), min(called, acknowledged) >= amount.inbound

        await settled(progress)
        await gauge.read(outcome)
    centre = await stand.centre.ask("stats")
    called = await stand.receiver.ask("ledger", method="POST")
    began = centre["first_sent_at"]
    outcome.ledger["webhooks"] = compare(called, 0, amount.inbound, ())
    outcome.figures |= {
        "acknowledged/s": centre["acknowledged"] / (centre["last_acknowledged_at"] - began),
        "webhooks/s": called["total"] / (called["last_at"] - began),
        "to last webhook s": called["last_at"] - began,
    }
    if centre["refused"]:
        outcome.problems.append(f"{centre['refused']} messages were refused at first")
    return outcome


async def idle(stand: Stand, amount: Amount) -> Outcome:
    """(g) nothing to do."""
    outcome = Outcome("idle")
    async with Gauge(stand) as before:
        await _rest(before, amount.idle_seconds)
    async with Gauge(stand) as gauge:
        await asyncio.sleep(amount.idle_seconds)
        await gauge.read(outcome)
        if await gauge.connection.fetchval(VACUUMS):
            outcome.problems.append("autovacuum is at work")
    groups = [name for name in ("api", "engine", "postgres", "supervisor") if name in outcome.cpu]
    for name in groups:
        outcome.figures[f"{name} % of a core"] = outcome.cpu[name] / amount.idle_seconds * 100
    outcome.figures["all % of a core"] = sum(outcome.cpu[name] for name in groups) / amount.idle_seconds * 100
    outcome.figures["commits/s"] = outcome.postgres["commits"] / amount.idle_seconds
    return outcome


async def _rest(gauge: Gauge, idle_seconds: float) -> None:
    """Let what the scenario before left be done."""
    await asyncio.sleep(min(REST_SECONDS, idle_seconds))

    async def progress() -> tuple[Any, bool]:
        vacuums = await gauge.connection.fetchval(VACUUMS)
        return vacuums, vacuums == 0

    await settled(progress)


async def warm_up(stand: Stand, seconds: float) -> None:
    """Connections, statements and caches as in a server that has run for a while."""
    await outbound(stand, Amount(seconds=seconds, delay=0.1), "warm-up", callbacks=True)


SCENARIOS: dict[str, Scenario] = {
    "single": single,
    "smartdialog": smartdialog,
    "callback": callback,
    "bulk": bulk,
    "inbound": inbound,
    "idle": idle,
}
