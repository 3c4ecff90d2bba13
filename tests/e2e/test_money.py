"""A hard cap while everything is killed: never above it, and at every moment what recipients cost is what is
spent."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from decimal import Decimal

import asyncpg
import pytest
from tests.e2e.installation import Installation

from viesti.simulator.behaviour import Behaviour

pytestmark = pytest.mark.e2e

PRICE = Decimal("0.05")
MESSAGES = 400
COVERED = 150
KILLS = ("engine", "api", "postgres", "engine")
# One statement sees one moment: what is spent, less what is on its way back, and what recipients cost.
EXACT = """
select b.paid, b.spent,
       b.spent + (select coalesce(sum(amount), 0) from balance_changes) as due,
       (select coalesce(sum(cost), 0) from recipients where charged) as taken,
       (select count(*) from recipients where status = 3) as frozen,
       (select count(*) from held) as held,
       (select count(*) from recipients where status in (5, 10)) as waiting,
       (select count(*) from balance_changes) as changes
from balances b
"""
ENDED = """
select count(*) filter (where status = 70) as delivered, count(*) filter (where status = 60) as failed,
       count(*) filter (where status = 20) as unknown,
       count(*) filter (where status = 60 and doubts > 0) as doubtful,
       count(*) filter (where status = 60 and doubts = 0 and cost > 0) as unjust, count(*) as all
from recipients
"""


async def look(installation: Installation) -> asyncpg.Record | None:
    """The balance at this moment, exact; None while PostgreSQL is being started again."""
    with suppress(OSError, asyncpg.PostgresError):
        (row,) = await installation.query(EXACT)
        assert row["due"] == row["taken"], dict(row)
        assert row["spent"] <= row["paid"], dict(row)
        assert row["frozen"] == row["held"], dict(row)
        return row
    return None


async def test_the_cap_holds_whatever_dies() -> None:
    behaviour = Behaviour(refused_prefixes=("3584000001",))  # of numbers 100 to 199
    async with Installation(behaviour, workers=2) as installation:
        await installation.command("balance", "acme", "add", str(COVERED * PRICE))
        sending = asyncio.create_task(installation.send_until(MESSAGES))
        for number, victim in enumerate(KILLS, 1):
            wanted = MESSAGES * number // (len(KILLS) + 1)

            async def reached(wanted: int = wanted, victim: str = victim) -> bool:
                await look(installation)
                return len(installation.accepted) >= wanted and installation.runs(victim)

            await installation.until(reached, 120, f"{wanted} messages")
            installation.kill(victim)
        await asyncio.wait_for(sending, 180)

        async def all_of_it_is_spent() -> bool:
            row = await look(installation)
            return bool(row and not row["waiting"] and not row["changes"] and row["spent"] == row["paid"])

        await installation.until(all_of_it_is_spent, 120, "the balance to be used up")
        row = await look(installation)
        assert row is not None and row["frozen"] > 0

        await installation.command("balance", "acme", "add", "1000")

        async def all_of_it_is_settled() -> bool:
            row = await look(installation)
            if row is None or row["waiting"] or row["frozen"] or row["changes"]:
                return False
            (ended,) = await installation.query(ENDED)
            # Who was in hand at two kills is in doubt twice, and held.
            return bool(ended["delivered"] + ended["failed"] + ended["unknown"] == ended["all"])

        await installation.until(all_of_it_is_settled, 120, "everything to be sent")
        (ended,) = await installation.query(ENDED)
        assert ended["failed"] > 0
        assert ended["unjust"] == 0
        row = await look(installation)
        paid = ended["delivered"] + ended["unknown"] + ended["doubtful"]
        assert row is not None and row["spent"] == paid * PRICE
