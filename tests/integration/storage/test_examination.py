"""What the doctor's look at a database finds of callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from viesti.storage.examination import CallbacksSeen, examine

pytestmark = pytest.mark.integration

NOON, LATER = datetime(2030, 1, 1, 12, tzinfo=UTC), datetime(2030, 1, 1, 13, tzinfo=UTC)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_callbacks_given_up_and_due(db: asyncpg.Connection[Any], database_url: str) -> None:
    assert (await examine(database_url)).callbacks == CallbacksSeen()
    await db.executemany(
        "insert into callbacks (id, bucket, customer_id, subject_id, kind, method, url, due_at, claim,"
        " claimed_until, parked_at, created_at)"
        " values ($1, 3, 1, 1, 'delivery_report', 'GET', 'https://shop.example/', $2, $3,"
        " case when $3::bigint is not null then now() end, $4, now())",
        [
            (6403, LATER, None, None),
            (6467, NOON, None, None),
            (6531, datetime(2029, 1, 1, tzinfo=UTC), 7, None),  # in somebody's hands
            (6595, datetime(2029, 1, 1, tzinfo=UTC), None, NOON),
            (6659, datetime(2029, 1, 1, tzinfo=UTC), None, NOON),
        ],
    )
    assert (await examine(database_url)).callbacks == CallbacksSeen(2, NOON)


async def test_a_database_of_before(empty_database_url: str) -> None:
    assert (await examine(empty_database_url)).callbacks == CallbacksSeen()
