"""Migrations on a real PostgreSQL."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from viesti.storage.migrate import MigrationError, migrate, migrations, pending

pytestmark = pytest.mark.integration


async def test_a_fresh_database_gets_every_migration_once(empty_database_url: str) -> None:
    names = [migration.name for migration in migrations()]
    assert await pending(empty_database_url) == names
    assert await migrate(empty_database_url) == names
    assert await migrate(empty_database_url) == []
    assert await pending(empty_database_url) == []


async def test_two_processes_at_once_apply_each_migration_once(empty_database_url: str) -> None:
    applied = await asyncio.gather(migrate(empty_database_url), migrate(empty_database_url))
    assert sorted(applied[0] + applied[1]) == [migration.name for migration in migrations()]


async def test_a_changed_file_stops_us(own_database_url: str) -> None:
    connection = await asyncpg.connect(own_database_url)
    await connection.execute("update schema_migrations set checksum = 'other' where number = 1")
    await connection.close()
    with pytest.raises(MigrationError, match=r"0001_estate.sql was changed"):
        await migrate(own_database_url)


async def test_a_newer_database_stops_us(own_database_url: str) -> None:
    connection = await asyncpg.connect(own_database_url)
    await connection.execute(
        "insert into schema_migrations (number, name, checksum) values (9999, 'later', '')"
    )
    await connection.close()
    with pytest.raises(MigrationError, match="run the newer version"):
        await migrate(own_database_url)


async def test_every_period_takes_a_frozen_recipient(own_database_url: str) -> None:
    """A partition's checks are its own as well as its parent's, so each must have been changed."""
    connection = await asyncpg.connect(own_database_url)
    try:
        await connection.execute("select viesti_open_period(2)")
        for period in range(3):
            await connection.execute(
                "insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding,"
                " parts, status, reports, created_at)"
                " values ($1, 0, 1, 1, '1', 'international', 'gsm7', 1, 3, false, now())",
                (period << 36) + 64,
            )
            with pytest.raises(asyncpg.CheckViolationError, match="status"):
                await connection.execute(
                    "update recipients set status = 4 where id = $1", (period << 36) + 64
                )
    finally:
        await connection.close()
