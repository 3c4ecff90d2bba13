"""One API for the suite of the native API, with a customer who has one of everything."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.contract.native.calls import Native, seeded
from tests.integration.api.conftest import make_estate, running

from viesti.storage.store import Store


@pytest.fixture(scope="session")
async def native(postgres: str, template: str) -> AsyncIterator[Native]:
    """The API on a database of the suite's own."""
    async with serving(postgres, template, "contract_native") as made:
        yield made


@pytest.fixture
async def untouched(postgres: str, template: str) -> AsyncIterator[Native]:
    """Another one, in which no test has done anything yet."""
    async with serving(postgres, template, "untouched_native") as made:
        yield made


@asynccontextmanager
async def serving(postgres: str, template: str, name: str) -> AsyncIterator[Native]:
    """The API on a new database, seeded."""
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database {name} template {template}")
    url = urlunsplit(urlsplit(postgres)._replace(path=f"/{name}"))
    await make_estate(url)
    store = await Store.open(url, size=4, monotonic=time.monotonic)
    async with running(store, throttle_calls=1_000_000) as api:
        yield await seeded(api)
    await store.close()
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()
