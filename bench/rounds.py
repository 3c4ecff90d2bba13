"""Crash rounds: kill something at a random instant while everything flows, again and again, then account.

    python bench/rounds.py --kind engine --rounds 10
    python bench/rounds.py --kind all --rounds 50 --seed 7
    python bench/rounds.py --kind mixed --rounds 5        one of each, for CI
    python bench/rounds.py --kind whatsapp --rounds 4     by WhatsApp, and by SMS to who is not reached

Everybody written to is a contact, every text has a link that is followed, and every message is paid from a
balance: what was counted and taken must agree with what was stored.

Rule: nothing is believed but the far ends: each accepted message is looked for by its number at the message
centre, at the callback receiver and in the store. A broken promise is an exit code.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import dataclasses
import random
import sys
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import asyncpg  # noqa: E402  the path comes first

from bench import report, whatsapp_rounds  # noqa: E402
from bench.account import PROMISED, Account, InStore, Witnesses, account, broken  # noqa: E402
from bench.agent import Agent  # noqa: E402
from bench.ending import run_to_end  # noqa: E402
from bench.ledger import DIGITS  # noqa: E402
from bench.mixed import MULTIPART_EVERY, MixedLoad  # noqa: E402
from bench.shop import accounts, open_shop  # noqa: E402
from bench.stand import Stand, StandOptions  # noqa: E402

KINDS = ("api", "engine", "link", "postgres", "everything")
MIXED = "mixed"
WHATSAPP_RATE = 50.0  # recipients a second at most: a number sends 80
KIND_HELP = (
    "What is killed: all (each kind on a stand of its own), mixed (one kind after the other), or one;"
    " whatsapp: one kind after the other, while WhatsApp messages go out."
)
SETTLE_SECONDS = 60.0  # for what a kill left behind to be taken up again
STALL_SECONDS = 60.0  # what a killed engine had claimed is free again after a lease
POLL_SECONDS = 0.2
BOOK = 30_000  # contacts; every number of a long run is one of them
UNSETTLED = """
select count(*) from outbox
where attempt > 1 or (attempt = 1 and (claimed_at is null or claimed_at <= $1))
"""
OWED = "select (select count(*) from outbox) + (select count(*) from callbacks where parked_at is null)"
OWED += " + (select count(*) from inbound_parts)"


@dataclasses.dataclass(frozen=True, slots=True)
class RoundOptions:
    """`rate`: recipients a second; `inbound`: handsets' messages a second; `least` and `most`: seconds
    of load before a kill; `answer_delay`: of the message centre, so that something is in flight."""

    rounds: int
    rate: float = 150.0
    inbound: float = 30.0
    least: float = 0.5
    most: float = 3.0
    answer_delay: float = 0.05
    sessions: int = 2
    window: int = 20
    keep: bool = False

    @property
    def limit(self) -> int:
        """Messages that the carrier may have and that are not settled, at most: the windows."""
        return self.sessions * self.window


@dataclasses.dataclass(slots=True)
class Result:
    """What the rounds of one kind showed. `limit`: of messages written and not settled at a kill."""

    kind: str
    limit: int
    rounds: int = 0
    accepted: int = 0
    inbound: int = 0
    seconds: float = 0.0
    drain_seconds: float = 0.0
    recovery_seconds: list[float] = dataclasses.field(default_factory=list)
    doubled_per_kill: list[int] = dataclasses.field(default_factory=list)
    account: Account = dataclasses.field(default_factory=Account)
    waiting_receipts: int = 0
    answers: dict[str, int] = dataclasses.field(default_factory=dict)
    shop: dict[str, Any] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)

    @property
    def broken(self) -> dict[str, int]:
        """Promises not kept."""
        over = max(self.doubled_per_kill, default=0) - self.limit
        wrong = broken(self.account) | ({"more doubled than in flight": over} if over > 0 else {})
        if self.shop.get("miscounted"):
            wrong["contacts miscounted"] = self.shop["miscounted"]
        if self.shop.get("costs") != self.shop.get("spent"):
            wrong["costs that are not what was taken"] = 1
        return wrong


async def run(kind: str, chance: random.Random, options: RoundOptions) -> Result:
    """The rounds of one kind on a stand of their own."""
    result = Result(kind, options.limit)
    stand_options = StandOptions(options.sessions, options.window, own_postgres=True, keep=options.keep)
    async with Stand(stand_options) as stand:
        began = time.monotonic()
        await stand.centre.ask(
            "reset",
            by_destination=True,
            witness=True,
            answer_delay=options.answer_delay,
            multipart_every=MULTIPART_EVERY,
        )
        await _open_shop(stand)
        load = MixedLoad(stand, random.Random(chance.random()), options.rate, options.inbound)
        await load.start()
        try:
            for number in range(options.rounds):
                await asyncio.sleep(chance.uniform(options.least, options.most))
                await _round(stand, KINDS[number % len(KINDS)] if kind == MIXED else kind, result)
        finally:
            await load.stop()
        draining = time.monotonic()
        await _drain(stand, result)
        result.drain_seconds = time.monotonic() - draining
        await _account(stand, load, result)
        result.seconds = time.monotonic() - began
        if result.broken and options.keep:
            result.problems.append(f"kept: {stand.folder}")
    return result


async def _open_shop(stand: Stand) -> None:
    connection = await stand.connect()
    try:
        await open_shop(stand, connection, BOOK)
    finally:
        await connection.close()


async def _round(stand: Stand, kind: str, result: Result) -> None:
    before = await _doubled(stand)
    killed, at = time.monotonic(), datetime.now(UTC)
    if kind == "link":
        await stand.centre.ask("cut")
    else:
        await stand.kill(kind)
    if kind == "everything":
        await stand.serve()
    await asyncio.sleep(POLL_SECONDS)  # for the far end to notice
    while not await _settled(stand, at):
        if time.monotonic() - killed > SETTLE_SECONDS:
            result.problems.append(f"round {result.rounds + 1}: not settled in {SETTLE_SECONDS:g} s")
            break
        await asyncio.sleep(POLL_SECONDS)
    result.recovery_seconds.append(time.monotonic() - killed)
    await asyncio.sleep(POLL_SECONDS)
    result.doubled_per_kill.append(await _doubled(stand) - before)
    result.rounds += 1


async def _settled(stand: Stand, killed_at: datetime) -> bool:
    """Whether everything runs again and nothing waits that was in somebody's hands at the kill."""
    if not await stand.whole():
        return False
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        connection = await stand.connect()
        try:
            return not await connection.fetchval(UNSETTLED, killed_at)
        finally:
            await connection.close()
    return False


async def _doubled(stand: Stand) -> int:
    """How many messages came to the message centre twice so far, whole or in part."""
    return int((await stand.centre.ask("stats"))["doubled"])


async def _drain(stand: Stand, result: Result) -> None:
    """Wait until nothing is owed anywhere, or nothing moves."""
    last: Any = None
    moved = time.monotonic()
    while True:
        connection = await stand.connect()
        try:
            owed = await connection.fetchval(OWED)
        finally:
            await connection.close()
        state = (owed, (await stand.centre.ask("stats"))["owed"])
        if state == (0, 0):
            return
        if state != last:
            last, moved = state, time.monotonic()
        elif time.monotonic() - moved > STALL_SECONDS:
            result.problems.append(f"still owed: {state[0]} in the store, {state[1]} at the message centre")
            return
        await asyncio.sleep(POLL_SECONDS)


async def _account(stand: Stand, load: MixedLoad, result: Result) -> None:
    connection = await stand.connect()
    try:
        rows = await connection.fetch(
            "select right(address, $1)::int as number, status, doubts from recipients", DIGITS
        )
        inbound = await connection.fetch("select right(source, $1)::int from inbound_messages", DIGITS)
        result.shop = await accounts(connection)
        result.waiting_receipts = await connection.fetchval("select count(*) from waiting_receipts")
    finally:
        await connection.close()
    result.inbound = (await stand.centre.ask("stats"))["inbound"]
    result.accepted = len(load.accepted)
    result.answers = dict(load.answers)
    twice = len(rows) - len({row["number"] for row in rows})
    if twice:
        result.problems.append(f"{twice} recipients are in the store twice")
    result.account = account(
        Witnesses(
            accepted=load.accepted,
            of_two_parts=load.of_two_parts,
            submits=await _counts(stand.centre, name="submits"),
            later_parts=await _counts(stand.centre, name="later_parts"),
            receipts=await _counts(stand.centre, name="taken_receipts"),
            reports=await _counts(stand.receiver, method="GET"),
            recipients={row["number"]: InStore(row["status"], row["doubts"]) for row in rows},
            inbound=result.inbound,
            multipart_every=MULTIPART_EVERY,
            inbound_taken=await _counts(stand.centre, name="taken_inbound"),
            webhooks=await _counts(stand.receiver, method="POST"),
            stored_inbound={row[0] for row in inbound},
        )
    )


async def _counts(agent: Agent, **which: str) -> bytes:
    return zlib.decompress(base64.b64decode((await agent.ask("ledger", **which))["counts"]))


# Showing


def show(results: list[Result]) -> None:
    """A table, a column for each kind."""
    lines: dict[str, list[object]] = {
        "rounds": [one.rounds for one in results],
        "accepted messages": [one.accepted for one in results],
        "messages from handsets": [one.inbound for one in results],
    }
    for name in PROMISED:
        lines[name.replace("_", " ")] = [len(getattr(one.account, name)) for one in results]
    lines |= {
        "doubled, per kill at most": [max(one.doubled_per_kill, default=0) for one in results],
        "the windows (limit)": [one.limit for one in results],
        "doubled, in all": [len(one.account.doubled) for one in results],
        "extra copies of parts": [one.account.extra_copies for one in results],
        "held for the operator": [len(one.account.held) for one in results],
        "extra delivery reports": [one.account.extra_reports for one in results],
        "extra webhooks": [one.account.extra_webhooks for one in results],
        "never told, yet sent": [one.account.unasked for one in results],
        "receipts without their part": [one.waiting_receipts for one in results],
        "contacts miscounted": [one.shop.get("miscounted") for one in results],
        "cost of all": [one.shop.get("costs") for one in results],
        "taken from the balance": [one.shop.get("spent") for one in results],
        "seconds to recover, at most": [f"{max(one.recovery_seconds, default=0):.1f}" for one in results],
        "seconds to drain": [f"{one.drain_seconds:.1f}" for one in results],
    }
    print(f"\n{'':<32}" + "".join(f"{one.kind:>12}" for one in results))
    for name, values in lines.items():
        print(f"{name:<32}" + "".join(f"{value!s:>12}" for value in values))
    for one in results:
        for problem in one.problems:
            print(f"note ({one.kind}): {problem}")
        for name, count in one.broken.items():
            numbers = getattr(one.account, name, [])[:10]
            print(f"BROKEN ({one.kind}): {name}: {count}: {PROMISED.get(name, '')} {numbers}")


def as_json(results: list[Result], about: dict[str, Any]) -> dict[str, Any]:
    """Everything."""
    kinds = [{**dataclasses.asdict(one), "broken": one.broken} for one in results]
    return {"about": about, "promised": PROMISED, "kinds": kinds}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rounds", description="Crash rounds: kill, recover, account.")
    parser.add_argument(
        "--kind", choices=(*KINDS, "all", MIXED, whatsapp_rounds.KIND), default="all", help=KIND_HELP
    )
    parser.add_argument("--rounds", type=int, default=10, help="Kills of each kind (10).")
    parser.add_argument("--seed", type=int, help="Of the load and the instants; told when it is chosen.")
    parser.add_argument("--rate", type=float, default=150.0, help="Recipients a second (150).")
    parser.add_argument("--inbound", type=float, default=30.0, help="Handsets' messages a second (30).")
    parser.add_argument("--window", type=int, default=20, help="Window of each of the two sessions (20).")
    parser.add_argument("--keep", action="store_true", help="Keep the folder with the database and the log.")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results", help="Where JSON goes.")
    return parser.parse_args()


async def rounds(given: argparse.Namespace) -> int:
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    options = RoundOptions(
        given.rounds, rate=given.rate, inbound=given.inbound, window=given.window, keep=given.keep
    )
    at = time.strftime("%Y%m%d-%H%M%S")
    about: dict[str, Any] = {"at": at, "machine": report.machine(), "seed": seed}
    about |= {"options": dataclasses.asdict(options)}
    print(", ".join(f"{name} {value}" for name, value in about["machine"].items()) + f", seed {seed}")
    if given.kind == whatsapp_rounds.KIND:
        chance = random.Random(f"{seed} {given.kind}")
        rate, inbound = min(given.rate, WHATSAPP_RATE), given.inbound
        result = await whatsapp_rounds.run(chance, given.rounds, rate, inbound, given.keep)
        whatsapp_rounds.show(result)
        kinds = {"about": about, "kinds": [whatsapp_rounds.as_json(result)]}
        print(f"\n{report.save(given.results, f'rounds-{at}', kinds)}")
        return 1 if result.broken else 0
    results = []
    for kind in KINDS if given.kind == "all" else (given.kind,):
        print(f"... {kind}", flush=True)
        results.append(await run(kind, random.Random(f"{seed} {kind}"), options))
    show(results)
    print(f"\n{report.save(given.results, f'rounds-{at}', as_json(results, about))}")
    return 1 if any(one.broken for one in results) else 0


def main() -> int:
    return run_to_end(rounds(arguments()))


if __name__ == "__main__":
    sys.exit(main())
