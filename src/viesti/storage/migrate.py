"""Brings a database to this version's schema: plain numbered files, one transaction each, under an advisory
lock.

Rule: a migration that has been released is never edited; its checksum is kept and a changed file stops us.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources

import asyncpg

from viesti.storage.database import Connection

MINIMUM_SERVER = 150000  # PostgreSQL 15: "unique nulls not distinct"
_LOCK = 0x76696573  # any constant; the same in every process
_FILE = re.compile(r"^(?P<number>\d{4})_[a-z0-9_]+\.sql$")


class MigrationError(Exception):
    """The database can't be brought to this version's schema; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Every migration of this version, in order; numbers have no gap."""
    found = []
    for entry in (resources.files("viesti.storage") / "migrations").iterdir():
        match = _FILE.match(entry.name)
        if match:
            found.append(Migration(int(match["number"]), entry.name, entry.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationError("The migration files are not numbered 0001, 0002, ... without a gap.")
    return found


async def migrate(dsn: str) -> list[str]:
    """Apply what is pending and return the names applied. Raises `MigrationError`."""
    connection = await asyncpg.connect(dsn)
    try:
        if connection.get_server_version().major * 10000 < MINIMUM_SERVER:
            raise MigrationError(
                f"PostgreSQL {connection.get_server_version().major} is too old; Viesti needs 15 or newer."
            )
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        try:
            return await _apply(connection)
        finally:
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)
    finally:
        await connection.close()


async def pending(dsn: str) -> list[str]:
    """The names of the migrations that are not applied yet."""
    connection = await asyncpg.connect(dsn)
    try:
        return await pending_on(connection)
    finally:
        await connection.close()


async def pending_on(connection: Connection) -> list[str]:
    """The same, on an open connection."""
    applied = await _applied(connection)
    return [migration.name for migration in migrations() if migration.number not in applied]


async def _applied(connection: Connection) -> dict[int, str]:
    exists = await connection.fetchval("select to_regclass('schema_migrations') is not null")
    if not exists:
        return {}
    rows = await connection.fetch("select number, checksum from schema_migrations")
    return {row["number"]: row["checksum"] for row in rows}


async def _apply(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    await connection.execute(
        "create table if not exists schema_migrations (number integer primary key, name text not null,"
        " checksum text not null, applied_at timestamptz not null default now())"
    )
    applied = await _applied(connection)
    known = migrations()
    newest = max(applied, default=0)
    if newest > len(known):
        raise MigrationError(
            f"The database is at migration {newest}, this version knows {len(known)}: run the newer version."
        )
    done = []
    for migration in known:
        if migration.number in applied:
            if applied[migration.number] != migration.checksum:
                raise MigrationError(
                    f"{migration.name} was changed after it was applied; restore the released file."
                )
            continue
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '10s'")
            await connection.execute(migration.text)
            await connection.execute(
                "insert into schema_migrations (number, name, checksum) values ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.checksum,
            )
        done.append(migration.name)
    return done
