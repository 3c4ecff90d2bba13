"""Connections that die in the middle: who used one hears that the store was not there, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from viesti.storage import database
from viesti.storage.store import Store, StoreUnavailable

pytestmark = pytest.mark.integration


async def test_a_connection_that_can_be_neither_rolled_back_nor_reset(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        async with database.transaction(store._pool) as connection:
            busy = asyncio.ensure_future(connection.execute("select pg_sleep(60)"))
            await asyncio.sleep(0)  # it is on its way
            raise ConnectionResetError
    with pytest.raises(Exception, match="connection"):
        await busy
    async with database.transaction(store._pool) as connection:  # another is there
        assert await connection.fetchval("select 1") == 1


async def test_a_connection_that_is_cut_off(store: Store) -> None:
    with pytest.raises(StoreUnavailable):
        async with database.transaction(store._pool) as connection:
            await connection.execute("select pg_terminate_backend(pg_backend_pid())")


async def test_ids_are_there_when_every_connection_waits_for_some(database_url: str) -> None:
    """Who takes ids inside his transaction keeps the connection that they could have come by."""
    store = await Store.open(database_url, size=2, monotonic=lambda: 0.0)
    inside = asyncio.Barrier(2)

    async def take() -> list[int]:
        async with store.transaction():
            await inside.wait()
            return await store.ids.take([3] * 5)

    try:
        async with asyncio.timeout(20):
            first, second = await asyncio.gather(take(), take())
    finally:
        await store.close()
    assert len({*first, *second}) == 10
