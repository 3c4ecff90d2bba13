"""The world that the tests of the services live in: see `world`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from tests.integration.services.world import ESTATE, Clock, World, insert_rows, start_process


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(database_url: str, clock: Clock) -> AsyncIterator[World]:
    """The small estate in an empty database, and one process."""
    async with _world(database_url, clock) as one:
        yield one


@pytest.fixture
async def own_world(own_database_url: str, clock: Clock) -> AsyncIterator[World]:
    """The same in a database of the test's own, for those that change more than rows."""
    async with _world(own_database_url, clock) as one:
        yield one


@asynccontextmanager
async def _world(url: str, clock: Clock) -> AsyncIterator[World]:
    db = await asyncpg.connect(url)
    for table, records in ESTATE.items():
        await insert_rows(db, table, records)
    process = await start_process(url, clock)
    yield World(url, clock, db, process)
    await process.stop()
    await db.close()
