"""(e) A long queue: the memory of API and engine with a million recipients waiting, and while they leave.

Rule: what left is accounted by number at the message centre and in the store, and what did not leave must
still be queued. The stand is given up with its queue, so this scenario has one of its own.
"""

from __future__ import annotations

import asyncio
import base64
import time
import zlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, NamedTuple

from bench import cpu
from bench.ledger import DIGITS
from bench.measure import Amount, Outcome, settled
from bench.stand import KEY, SECRET, Stand

SAMPLE_SECONDS = 0.5
SLOW_ANSWER = 2.0  # seconds: the two windows of 100 then take 100 messages a second
NEVER = 3600.0
RECONNECT_SECONDS = 90.0  # the channel waits up to a minute between its tries
LOOK_SECONDS = 10.0  # each state is looked at for so long
CONNECTIONS = 8
WATCHED = ("api", "engine")

STANDING = f"""
select right(r.address, {DIGITS})::int as number, r.status, r.doubts, o.id is not null as queued,
       o.claim is not null as claimed
from recipients r left join outbox o on o.id = r.id
"""
CLAIMED = "select count(*) from outbox where claim is not null"
RECEIPTS = "select (select count(*) from receipts) + (select count(*) from waiting_receipts)"


class Row(NamedTuple):
    """What the store says of a number."""

    number: int
    status: int
    doubts: int
    queued: bool
    claimed: bool


class _Memory:
    """The most that API and engine held together, by what was going on."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.figures: dict[str, float] = {}

    @asynccontextmanager
    async def during(self, what: str) -> AsyncIterator[None]:
        """Look every half second while the block runs."""
        looking = asyncio.create_task(self._look(what))
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            self._note(what)

    async def _look(self, what: str) -> None:
        while True:
            self._note(what)
            await asyncio.sleep(SAMPLE_SECONDS)

    def _note(self, what: str) -> None:
        pids = [pid for name in WATCHED for pid in self._stand.groups[name]]
        for kind, octets in (("PSS", cpu.proportional(pids)), ("RSS", cpu.resident(pids))):
            name = f"{kind} MiB, {what}"
            self.figures[name] = max(self.figures.get(name, 0.0), octets / 2**20)


async def queued(stand: Stand, amount: Amount) -> Outcome:
    """Queue half while the carrier takes little, half while it is away; then let it take all it can."""
    outcome = Outcome("queued")
    async with Stand(replace(stand.options, own_postgres=False, database_url="")) as own:
        memory = _Memory(own)
        await own.centre.ask("reset", delay=amount.delay, by_destination=True)
        async with memory.during("nothing queued"):
            await asyncio.sleep(2 * SAMPLE_SECONDS)
        half = amount.queued // 2 // amount.per_request * amount.per_request
        await own.centre.ask("hold", answer_delay=SLOW_ANSWER)
        async with memory.during("queueing, window full"):
            first = await _queue(own, 0, half, amount)
        await own.centre.ask("hold", closed=True, answer_delay=SLOW_ANSWER)
        async with memory.during("queueing, link down"):
            second = await _queue(own, half, amount.queued - half, amount)
        look = min(LOOK_SECONDS, amount.drain_seconds)
        async with memory.during("all queued, link down"):
            await asyncio.sleep(look)
        await own.centre.ask("hold", answer_delay=SLOW_ANSWER)
        async with memory.during("all queued, window full"):
            await own.until(own.bound, "its sessions are not bound again", RECONNECT_SECONDS)
            await asyncio.sleep(look)
        await own.centre.ask("hold")
        before, began = await _at_centre(own), time.monotonic()
        async with memory.during("draining"):
            await asyncio.sleep(amount.drain_seconds)
        drained, seconds = await _at_centre(own) - before, time.monotonic() - began
        await own.centre.ask("hold", answer_delay=NEVER)
        outcome.figures = {
            "recipients queued": float(_accepted(first) + _accepted(second)),
            "accepted/s, window full": _rate(first),
            "accepted/s, link down": _rate(second),
            "drained/s": drained / seconds,
            **memory.figures,
        }
        await _account(own, outcome, (first, second))
    return outcome


async def _queue(stand: Stand, first: int, count: int, amount: Amount) -> dict[str, Any]:
    return await stand.generator.ask(
        "run",
        port=stand.api_port,
        key=KEY,
        secret=SECRET,
        connections=CONNECTIONS,
        per_request=amount.per_request,
        first=first,
        count=count,
    )


def _accepted(sent: dict[str, Any]) -> int:
    return int(sent["end"] - sent["first"] - len(sent["absent"]))


def _rate(sent: dict[str, Any]) -> float:
    return float(_accepted(sent) / (sent["last_answered_at"] - sent["first_sent_at"]))


async def _at_centre(stand: Stand) -> int:
    return int((await stand.centre.ask("stats"))["submits"]["total"])


async def _account(stand: Stand, outcome: Outcome, sent: Iterable[dict[str, Any]]) -> None:
    connection = await stand.connect()
    try:

        async def still() -> tuple[Any, bool]:
            centre = await stand.centre.ask("stats")
            stored = await connection.fetchval(RECEIPTS)
            claimed = await connection.fetchval(CLAIMED)
            return (centre["submits"]["total"], centre["owed"], stored, claimed), centre["owed"] == 0

        await settled(still)
        await asyncio.sleep(2 * SAMPLE_SECONDS)  # for the last answers to be settled
        rows = [Row(*row) for row in await connection.fetch(STANDING)]
        stored = await connection.fetchval(RECEIPTS)
    finally:
        await connection.close()
    dump = await stand.centre.ask("ledger")
    seen = zlib.decompress(base64.b64decode(dump["counts"]))
    accepted: set[int] = set()
    for run in sent:
        accepted |= set(range(run["first"], run["end"])).difference(run["absent"])
    outcome.ledger["recipients"] = account(accepted, seen, rows)
    acknowledged = (await stand.centre.ask("stats"))["acknowledged"]
    outcome.ledger["receipts"] = {
        "expected": acknowledged,
        "seen": stored,
        "lost": max(0, acknowledged - stored),
        "doubled": max(0, stored - acknowledged),
    }


def account(accepted: Iterable[int], seen: bytes, rows: Iterable[Row]) -> dict[str, int]:
    """What became of the accepted numbers. `seen`: how often each came to the message centre. Lost: neither
    there nor queued. Doubled: there twice, or there and queued still, without a mark of doubt."""
    stored = {row.number: row for row in rows}
    counts = {"expected": 0, "queued": 0, "seen": 0, "lost": 0, "doubled": 0, "marked": 0}
    for number in accepted:
        row, copies = stored.get(number), seen[number]
        counts["expected"] += 1
        counts["seen"] += copies > 0
        if row is None or not (copies or row.queued):
            counts["lost"] += 1
            continue
        counts["queued"] += row.queued
        again = copies > 1 or (copies > 0 and row.queued and not row.claimed)
        if again:
            counts["marked" if row.doubts else "doubled"] += 1
    return counts
