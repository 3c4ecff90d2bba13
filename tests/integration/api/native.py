"""Calls of the native API in tests, by an application and by people."""

from __future__ import annotations

from typing import Any

import asyncpg
from tests.integration.api.conftest import ADA_TOKEN, BO_TOKEN, Api, basic

from viesti.api.native.slice import BASE

APPLICATION = basic()  # of Acme; its service is `alerts`
BO = {"Personal-Access-Token": BO_TOKEN}  # works for Acme alone
ADA = {"Personal-Access-Token": ADA_TOKEN}  # works for Acme and Beta
ADA_FOR_BETA = ADA | {"Customer": "beta"}
BOTH = ({"headers": APPLICATION}, {"headers": BO})


async def call(
    api: Api, method: str, path: str, headers: dict[str, str] = APPLICATION, **options: Any
) -> tuple[int, Any]:
    """Status and JSON of a call."""
    status, body, _ = await api.speak(method, BASE + path, token=None, headers=headers, **options)
    return status, body


async def run(api: Api, statement: str) -> None:
    """Change what is stored; the estate is read again."""
    connection = await asyncpg.connect(api.store.dsn)
    await connection.execute(statement)
    await connection.close()
    await api.estate.load()


async def count(api: Api, table: str) -> int:
    """How many rows there are."""
    connection = await asyncpg.connect(api.store.dsn)
    found = await connection.fetchval(f"select count(*) from {table}")
    await connection.close()
    return int(found)


def named(body: Any) -> dict[str, str]:
    """What an error says of each field."""
    return {error["field"]: error["message"] for error in body["errors"]}
