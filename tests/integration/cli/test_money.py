"""`viesti balance` and `viesti held` as commands on a database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.integration.cli.test_access import Commands

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
FIRST, SECOND, THIRD = 6400 + 1, 6464 + 1, 6528 + 1


@pytest.fixture
async def acme(database_url: str, tmp_path: Path) -> Commands:
    commands = Commands(database_url, tmp_path)
    await commands.said("apply", str(commands.file), "--yes")
    return commands


async def freeze(database_url: str, *ids: int, reason: str = "repeated") -> None:
    db = await asyncpg.connect(database_url)
    customer = await db.fetchval("select id from customers")
    for number in ids:
        values: dict[str, Any] = {"id": number, "bucket": 1, "customer_id": customer}
        await db.execute(
            "insert into messages (id, bucket, customer_id, dialect, sender, sender_kind, text, lane,"
            " recipient_count, part_count, currency, created_at)"
            " values ($1, $2, $3, 'native', 'Acme', 'alphanumeric', 'Hi', 0, 1, 1, 'EUR', $4)",
            number - 64 * 50,
            *list(values.values())[1:],
            NOW,
        )
        await db.execute(
            "insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding,"
            " parts, status, channel_id, reports, cost, created_at)"
            " values ($1, $2, $3, $4, '358401234567', 'international', 'gsm7', 1, 3, 31, false, 0.05, $5)",
            number,
            1,
            number - 64 * 50,
            customer,
            NOW,
        )
        await db.execute(
            "insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, cost, since)"
            " values ($1, $2, $3, $4, 31, 0, 1, 0.05, $5)",
            *values.values(),
            reason,
            NOW,
        )
    await db.close()


async def test_a_balance_from_nothing_to_no_limit(acme: Commands) -> None:
    assert "No balance is kept" in await acme.said("balance", "acme")
    said = await acme.said("balance", "acme", "add", "100.50", "--note", "invoice 7")
    assert "balance    100.50 EUR" in said
    assert "left       100.50 EUR" in said
    assert "invoice 7" in said
    said = await acme.said("balance", "acme", "add", "-0.50")
    assert "balance    100.00 EUR" in said
    said = await acme.said("balance", "acme", "cap", "20")
    assert "cap        20.00 EUR" in said
    assert "left       120.00 EUR" in said
    said = await acme.said("balance", "acme", "none")
    assert "cap        none" in said
    assert "left" not in said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody",), "There is no customer nobody."),
        (("acme", "spend", "5"), "one of add, cap, none"),
        (("acme", "add"), "add needs an amount"),
        (("acme", "add", "much"), "add needs an amount"),
        (("acme", "none", "5"), "none takes no amount"),
        (("acme", "cap", "-5"), "zero or more"),
        (("acme", "add", "-5"), "0 at most can be taken out"),
    ],
)
async def test_what_is_refused(acme: Commands, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in await acme.refused("balance", *words)


async def test_what_is_held_is_listed_released_and_cancelled(acme: Commands, database_url: str) -> None:
    assert "Nothing is held back." in await acme.said("held", "list")
    await freeze(database_url, FIRST, SECOND, THIRD)
    await acme.said("balance", "acme", "add", "0.05")
    for words in (("held", "list"), ("messages", "--held"), ("held", "list", "--customer", "acme")):
        said = await acme.said(*words)
        assert [str(number) in said for number in (FIRST, SECOND, THIRD)] == [True] * 3
        assert "repeated" in said
    assert await acme.said("held", "cancel", str(SECOND)) == "1 cancelled.\n"
    said = await acme.said("held", "release", "--customer", "acme", "--reason", "repeated")
    assert said == "1 released.\n1 wait for their customer's balance.\n"
    assert str(THIRD) in await acme.said("held", "list", "--reason", "balance")
    db = await asyncpg.connect(database_url)
    rows = await db.fetch("select status, cost, charged from recipients order by id")
    assert [row["status"] for row in rows] == [10, 58, 3]
    assert [row["charged"] for row in rows] == [True, None, None]
    await db.close()


async def test_many_are_decided_on_by_name_only(acme: Commands, database_url: str) -> None:
    await freeze(database_url, FIRST, reason="paused")
    assert "Name them" in await acme.refused("held", "release")
    assert "Name them" in await acme.refused("held", "cancel", "--customer", "acme")
    assert "resume or cancel" in await acme.refused(
        "held", "cancel", "--customer", "acme", "--reason", "paused"
    )
    assert "--reason is one of" in await acme.refused("held", "list", "--reason", "weather")
