"""GET /system/report: money, what is held back, and the contacts of the caller's customer alone."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import OTHER_KEY, OTHER_SECRET, Api

from viesti.services.contacts.book_report import GOOD_SECONDS, BookReport, ReportBook

pytestmark = pytest.mark.integration


def ratings(**contacts: int) -> list[dict[str, int]]:
    """The distribution: `_50=3` are three with ratings from 50 on."""
    return [
        {
            "from": lowest,
            "to": 100 if lowest == 90 else lowest + 9,
            "totalContacts": contacts.get(f"_{lowest}", 0),
        }
        for lowest in range(0, 100, 10)
    ]


EMPTY: dict[str, Any] = {
    "currencyCode": "EUR",
    "balanceLocal": 0,
    "balanceGBP": 0,
    "spentLocal": 0,
    "limited": False,
    "leftLocal": 0,
    "leftGBP": 0,
    "totalFrozenOutboundMessages": 0,
    "frozenForBalance": 0,
    "frozenCostLocal": 0,
    "totalContacts": 0,
    "optedIn": 0,
    "optedOut": 0,
    "contactRatingDistribution": ratings(),
}


async def run(api: Api, statement: str) -> None:
    connection = await asyncpg.connect(api.store.dsn)
    await connection.execute(statement)
    await connection.close()


async def contacts(api: Api, first: int, count: int) -> None:
    await run(
        api,
        "insert into contacts (id, bucket, customer_id, phone, created_at)"
        " select 9000 + n, 1, 100, 35840::text || n, now()"
        f" from generate_series({first}, {first + count - 1}) n",
    )


async def test_nothing_is_all_zeros(api: Api) -> None:
    status, report, _ = await api.call("GET", "/system/report")
    assert (status, report) == (200, EMPTY)


async def test_everything_that_there_is(api: Api) -> None:
    await contacts(api, 1, 5)
    await run(
        api,
        """
        insert into opt_outs (customer_id, bucket, address, scope, since)
        values (100, 1, '358401', 'all', now()), (100, 1, '358402', 'marketing', now()),
               (100, 1, '358409999', 'all', now()), (101, 2, '358403', 'all', now());
        insert into contact_counters (contact_id, bucket, inbound, outbound, failed, distinct_clicks)
        values (9001, 1, 0, 100, 100, 0), (9002, 1, 900, 900, 0, 900), (9003, 1, 0, 20, 0, 0),
               (9999, 2, 0, 9, 9, 0);
        insert into balances (customer_id, bucket, currency, paid, cap, spent, since)
        values (100, 1, 'EUR', 10, 5, 4, now());
        insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, cost, since)
        values (1, 1, 100, 'balance', 300, 0, 1, 0.05, now()), (2, 1, 100, 'balance', 300, 0, 1, 0.1, now()),
               (3, 1, 100, 'repeated', 300, 0, 1, 0.05, now()),
               (4, 2, 101, 'balance', 300, 0, 1, 0.05, now());
        """,
    )
    _, report, _ = await api.call("GET", "/system/report")
    assert report == {
        "currencyCode": "EUR",
        "balanceLocal": 6,
        "balanceGBP": 5.16,  # as the prices have it: 0.043 pounds for 0.05 euros
        "spentLocal": 4,
        "limited": True,
        "leftLocal": 11,
        "leftGBP": 9.46,
        "totalFrozenOutboundMessages": 3,
        "frozenForBalance": 2,
        "frozenCostLocal": 0.15,
        "totalContacts": 5,
        "optedIn": 4,
        "optedOut": 1,
        "contactRatingDistribution": ratings(_0=2, _50=2, _90=1),
    }
    _, others, _ = await api.call("GET", "/system/report", key=OTHER_KEY, secret=OTHER_SECRET)
    assert others == EMPTY | {
        "totalFrozenOutboundMessages": 1,
        "frozenForBalance": 1,
        "frozenCostLocal": 0.05,
    }


def book(contacts: int) -> BookReport:
    """New contacts, whom nothing is known of."""
    return BookReport(contacts, 0, (0, 0, 0, 0, 0, contacts, 0, 0, 0, 0))


async def test_books_are_counted_once_a_minute(api: Api) -> None:
    clock = [1_000.0]
    count = ReportBook(api.store, lambda: clock[0])
    await contacts(api, 1, 2)
    assert await asyncio.gather(*(count(100) for _ in range(5))) == [book(2)] * 5
    await contacts(api, 3, 1)
    clock[0] += GOOD_SECONDS - 1
    assert await count(100) == book(2)
    assert await count(101) == book(0)
    clock[0] += 1
    assert await count(100) == book(3)
