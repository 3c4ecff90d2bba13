"""What the whole suite shares: one embedded PostgreSQL, and a migrated database that each test finds empty.

Rule: it is the product's own embedded PostgreSQL and its own migrations; nothing of the store is imitated. A
test that changes more than rows asks for a database of its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from viesti.storage.embedded import EmbeddedPostgres
from viesti.storage.migrate import migrate
from viesti.storage.store import Store

# Workers that share the tests have a server each, or share the one that is given by TEST_DATABASE_URL.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
_TEMPLATE = f"viesti_template{_WORKER}"
# How fast a machine is, or how busy, is no property of the code.
settings.register_profile("viesti", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("viesti")
_numbers = itertools.count(1)

# Deleting the few rows of a test is much faster than truncating every table, or making a database.
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


def _with_database(dsn: str, name: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the run, or of the one in
    TEST_DATABASE_URL."""
    if "TEST_DATABASE_URL" in os.environ:
        yield os.environ["TEST_DATABASE_URL"]
        return
    folder = Path(tempfile.mkdtemp(prefix="viesti-test-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
    server = EmbeddedPostgres(folder)
    yield server.start()
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def template(postgres: str) -> AsyncIterator[str]:
    """A migrated database that others are copied from."""
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"create database {_TEMPLATE}")
    await migrate(_with_database(postgres, _TEMPLATE))
    yield _TEMPLATE
    await connection.execute(f"drop database {_TEMPLATE} with (force)")
    await connection.close()


@pytest.fixture
async def empty_database_url(postgres: str) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    async for url in _database(postgres, "template1"):
        yield url


@pytest.fixture
async def own_database_url(postgres: str, template: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database, for tests that change more than rows."""
    async for url in _database(postgres, template):
        yield url


@pytest.fixture(scope="session")
async def shared_database(postgres: str, template: str) -> AsyncIterator[str]:
    """One database for all tests that only write rows; see `database_url`."""
    async for url in _database(postgres, template):
        yield url


@pytest.fixture
async def database_url(shared_database: str) -> str:
    """The address of a migrated database without a row."""
    connection = await asyncpg.connect(shared_database)
    await connection.execute(EMPTY)
    await connection.close()
    return shared_database


async def _database(postgres: str, template: str) -> AsyncIterator[str]:
    name = f"test_{_WORKER}{next(_numbers)}"
    connection = await asyncpg.connect(postgres)
    try:
        await connection.execute(f"create database {name} template {template}")
        yield _with_database(postgres, name)
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store without a row."""
    opened = await Store.open(database_url, size=10, monotonic=time.monotonic)
    yield opened
    await opened.close()
