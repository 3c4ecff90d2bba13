"""What a process knows of the estate: whenever it changes, the newest is read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from viesti.services.estate import TOPIC, EstateCache
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

HEARD = "told_after_the_estate"
CUSTOMER = """
insert into customers (id, bucket, key, name, currency, created_at)
values (100, 1, 'acme', 'Old', 'EUR', now())
"""


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    await connection.execute(CUSTOMER)
    yield connection
    await connection.close()


@pytest.fixture
async def lock(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Holds up every reading of the estate after the customers have been read."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("begin; lock table services in access exclusive mode")
    yield connection
    await connection.close()


async def held_up(db: asyncpg.Connection) -> None:
    """Wait until somebody reads the estate, and waits for the lock."""
    waiting = "select count(*) from pg_locks where not granted and relation = 'services'::regclass"
    async with asyncio.timeout(10):
        while not await db.fetchval(waiting):
            pass


async def test_a_change_during_a_reading_is_read(
    store: Store, db: asyncpg.Connection, lock: asyncpg.Connection
) -> None:
    estate = EstateCache(store)
    named: asyncio.Queue[str] = asyncio.Queue()
    estate.on_change(lambda snapshot: named.put_nowait(snapshot.estate.customers[100].name))
    heard = asyncio.Event()
    store.listener.on(HEARD, lambda _: heard.set())
    estate.watch()
    await store.listener.start()
    await db.execute(f"notify {TOPIC}")
    await held_up(db)
    await db.execute("update customers set name = 'New'")
    await db.execute(f"notify {TOPIC}")
    await db.execute(f"notify {HEARD}")
    await asyncio.wait_for(heard.wait(), 10)
    await lock.execute("commit")
    assert await asyncio.wait_for(named.get(), 10) == "Old"
    assert await asyncio.wait_for(named.get(), 10) == "New"
    assert estate.current.estate.customers[100].name == "New"
