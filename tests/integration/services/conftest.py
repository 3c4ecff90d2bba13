"""The world that the tests of the services live in: see `world`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.integration.services.world import ESTATE, Clock, World, insert_rows, start_process

_numbers = count(1)

# Deleting the few rows of a test is much faster than truncating every table.
EMPTY = """
do $$
declare name text;
begin
    set local session_replication_role = replica;  -- in any order, whatever refers to what
    for name in select relname from pg_class
        where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
          and relname not in ('periods', 'schema_migrations')
    loop
        execute format('delete from %I', name);
    end loop;
end $$
"""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
async def shared_database(postgres: str, template: str) -> AsyncIterator[str]:
    """One database for all tests that only write rows; each finds it empty."""
    admin = await asyncpg.connect(postgres)
    name = f"world_{next(_numbers)}"
    await admin.execute(f"create database {name} template {template}")
    parts = urlsplit(postgres)
    yield urlunsplit(parts._replace(path=f"/{name}"))
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


@pytest.fixture
async def world(shared_database: str, clock: Clock) -> AsyncIterator[World]:
    """The small estate in an empty database, and one process."""
    async with _world(shared_database, clock) as one:
        yield one


@pytest.fixture
async def own_world(database_url: str, clock: Clock) -> AsyncIterator[World]:
    """The same in a database of the test's own, for those that change more than rows."""
    async with _world(database_url, clock) as one:
        yield one


@asynccontextmanager
async def _world(url: str, clock: Clock) -> AsyncIterator[World]:
    db = await asyncpg.connect(url)
    await db.execute(EMPTY)
    for table, records in ESTATE.items():
        await insert_rows(db, table, records)
    process = await start_process(url, clock)
    yield World(url, clock, db, process)
    await process.stop()
    await db.close()
