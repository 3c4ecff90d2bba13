"""What every scenario needs: how much to do, what came of it, CPU and memory in between, waiting for the end.

Rule: who waits, waits for progress: it ends when all is there, or when nothing has moved for `STALL_SECONDS`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench import cpu
from bench.generator import percentile
from bench.stand import Stand

STALL_SECONDS = 20.0
POLL_SECONDS = 0.1
OWED = "select (select count(*) from outbox) + (select count(*) from callbacks)"
STATUSES = "select status, count(*) from recipients where created_at >= $1 group by status order by status"
WAITING = "select count(*) from waiting_receipts"
DELIVERED = 70


@dataclass(frozen=True, slots=True)
class Amount:
    """How much of a scenario: for so many seconds, or so many messages. `delay`: seconds to a receipt."""

    seconds: float | None = 20.0
    count: int | None = None
    connections: int = 32
    delay: float = 0.5
    idle_seconds: float = 20.0
    inbound: int = 40_000
    singles: int = 100
    single_interval: float = 0.2
    carrier_rate: float = 1000.0
    share_seconds: float = 10.0
    withheld: int = 100_000
    unanswered: int = 500
    rate_seconds: float = 20.0
    rate_cases: tuple[str, ...] = ()
    bulk_requests: int = 100
    per_request: int = 1000
    queued: int = 1_000_000
    drain_seconds: float = 30.0
    history: int = 10_000_000
    history_runs: int = 3
    contacts: int = 1_000_000
    written_to: int = 100_000
    links: int = 20_000
    link_rate: float = 500.0
    link_seconds: float = 20.0
    book: int = 500_000
    whatsapp_seconds: float = 60.0
    pair_messages: int = 12
    webhook_rate: float = 1000.0
    webhook_seconds: float = 20.0
    webhooks: int = 40_000


@dataclass(slots=True)
class Outcome:
    """What one run of a scenario showed. Rates are per second, times in seconds, `cpu` by process."""

    scenario: str
    messages: int = 0
    figures: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    postgres: dict[str, float] = field(default_factory=dict)
    ledger: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return sum(one["lost"] for one in self.ledger.values())

    @property
    def doubled(self) -> int:
        return sum(one["doubled"] for one in self.ledger.values())


Scenario = Callable[[Stand, Amount], Awaitable[Outcome]]


class Gauge:
    """CPU, transactions and memory between two moments."""

    def __init__(self, stand: Stand) -> None:
        self._stand = stand

    async def __aenter__(self) -> Gauge:
        self.connection = await self._stand.connect()
        self.began_at: datetime = await self.connection.fetchval("select clock_timestamp()")
        self._postgres = await self._read()
        self._cpu = cpu.used(self._stand.groups)
        self._busy = cpu.machine_busy()
        self._at = time.monotonic()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.connection.close()

    async def _read(self) -> dict[str, float]:
        await self.connection.execute("select pg_stat_force_next_flush()")
        row = await self.connection.fetchrow(
            "select xact_commit as commits, tup_inserted as inserted, tup_updated as updated, "
            "tup_deleted as deleted, (select wal_bytes from pg_stat_wal) as wal_octets "
            "from pg_stat_database where datname = current_database()"
        )
        assert row is not None
        return {name: float(value) for name, value in row.items()}

    async def read(self, outcome: Outcome) -> None:
        """Note the differences."""
        after = cpu.used(self._stand.groups)
        busy = cpu.machine_busy() - self._busy
        span = time.monotonic() - self._at
        outcome.cpu = {name: after[name] - before for name, before in self._cpu.items()}
        outcome.figures["cores busy with this"] = sum(outcome.cpu.values()) / span
        outcome.figures["cores busy with all"] = busy / span
        stat = await self._read()
        outcome.postgres = {name: stat[name] - before for name, before in self._postgres.items()}
        for name in ("api", "engine"):
            outcome.figures[f"{name} MiB"] = cpu.resident(self._stand.groups[name]) / 2**20


async def settled(progress: Callable[[], Awaitable[tuple[Any, bool]]]) -> bool:
    """Wait until `progress()` says it is done; gives False when it stalls."""
    last: Any = None
    moved_at = time.monotonic()
    while True:
        state, done = await progress()
        if done:
            return True
        now = time.monotonic()
        if state != last:
            last, moved_at = state, now
        elif now - moved_at > STALL_SECONDS:
            return False
        await asyncio.sleep(POLL_SECONDS)


async def ask_store(gauge: Gauge, outcome: Outcome, expected: int) -> None:
    """The third witness: what the store says of the recipients."""

    async def progress() -> tuple[
        Any, bool
    ]:  # receipts that met the settling of their part are matched later
        left = [await gauge.connection.fetchval(query) for query in (OWED, WAITING)]
        return left, not any(left)

    await settled(progress)
    counts = {row[0]: row[1] for row in await gauge.connection.fetch(STATUSES, gauge.began_at)}
    delivered = counts.get(DELIVERED, 0)
    outcome.ledger["store"] = {
        "expected": expected,
        "seen": delivered,
        "lost": max(0, expected - delivered),
        "doubled": max(0, delivered - expected),
    }
    if set(counts) != {DELIVERED}:
        outcome.problems.append(f"recipients by status: {counts}")
    waiting = await gauge.connection.fetchval(WAITING)
    if waiting:
        outcome.problems.append(f"{waiting} receipts have not found their part")


def latencies(outcome: Outcome, name: str, begin: Mapping[int, float], end: Mapping[int, float]) -> None:
    """Note the percentiles of the times from one to the other, in milliseconds, of numbers that have both."""
    ordered = sorted((end[number] - at) * 1000 for number, at in begin.items() if number in end)
    for part in (50, 99):
        outcome.figures[f"{name} p{part} ms"] = percentile(ordered, part / 100)
    outcome.figures[f"{name} max ms"] = ordered[-1] if ordered else 0.0


def by_number(moments: Mapping[str, float]) -> dict[int, float]:
    """Moments by number, as they were before JSON."""
    return {int(number): at for number, at in moments.items()}
