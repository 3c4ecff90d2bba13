"""`viesti webhooks` as commands on a database, and what the doctor says of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.integration.cli.test_access import Commands

from viesti.storage.examination import examine

pytestmark = pytest.mark.integration

FIRST, SECOND = 6403, 6467
GOOD = '{"text": "hyvää"}'.encode()


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "insert into channels (id, bucket, key, kind, created_at) values (31, 3, 'wa', 'whatsapp', now())"
    )
    await connection.executemany(
        "insert into provider_events"
        " (id, bucket, channel_id, body, received_at, failures, last_error, due_at)"
        " values ($1, 3, 31, $2, '2030-01-01T12:00:00Z', $3, $4, $5::text::timestamptz)",
        [
            (FIRST, GOOD, 1, "its number is no channel's", "2030-01-01T13:00:00Z"),
            (SECOND, b"\xff", 5, "Broken", "infinity"),
            (SECOND + 64, b"{}", 0, "", None),
        ],
    )
    yield connection
    await connection.close()


async def test_list_show_again_and_drop(
    db: asyncpg.Connection[Any], database_url: str, tmp_path: Path
) -> None:
    commands = Commands(database_url, tmp_path)
    head, first, second = (await commands.said("webhooks", "list")).splitlines()
    assert head.split() == ["id", "channel", "received", "octets", "tries", "again", "why"]
    assert (str(FIRST) in first, "its number is no channel's" in first, "hyv" in first) == (True, True, False)
    assert ("when you say so" in second, "Broken" in second) == (True, True)
    assert await commands.said("webhooks", "show", str(FIRST)) == '{"text": "hyvää"}\n'
    assert "There is no webhook 5" in await commands.refused("webhooks", "show", "5")
    assert (await examine(database_url)).webhooks.failed == 2
    assert await commands.said("webhooks", "again") == "2 tried again.\n"
    assert await db.fetchval("select count(*) from provider_events where due_at > now()") == 0
    assert await commands.said("webhooks", "drop", str(SECOND), str(SECOND + 64)) == "1 dropped.\n"
    assert [row["id"] for row in await db.fetch("select id from provider_events order by id")] == [
        FIRST,
        SECOND + 64,
    ]  # one that never failed is not dropped
    assert await commands.said("webhooks", "drop", str(FIRST)) == "1 dropped.\n"
    assert "No webhook has failed." in await commands.said("webhooks", "list")


async def test_trying_again_wakes_the_engine(
    db: asyncpg.Connection[Any], database_url: str, tmp_path: Path
) -> None:
    told = asyncio.Event()
    await db.add_listener("viesti_provider", lambda *_: told.set())
    await Commands(database_url, tmp_path).said("webhooks", "again", str(FIRST))
    await asyncio.wait_for(told.wait(), 10)


async def test_a_database_of_before_is_looked_at(empty_database_url: str) -> None:
    assert (await examine(empty_database_url)).webhooks.failed == 0
