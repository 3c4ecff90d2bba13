"""(a) with everything of TxtSync on: whoever is written to is a contact and counted, the link in the text is
short and followed, the cost is taken from a balance with a cap.

Rule: beside `single` it shows what all that costs; at the end the accounts must agree with what was sent.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import time
from contextlib import closing
from typing import Any

import asyncpg

from bench.generator import MARK
from bench.ledger import DIGITS
from bench.measure import Amount, Outcome, settled
from bench.scenarios import outbound
from bench.stand import SHOP_KEY, SHOP_SECRET, Stand

PAID = "1000000"
BLOCK = 1000  # counters of one value of the sequence
# $1: how many. Blocks of counters are taken as the platform takes them.
FILL = f"""
insert into contacts (id, bucket, customer_id, phone, external_reference, source, first_name, last_name,
                      email, created_at)
select (b.first + n % {BLOCK}) * 64 + c.bucket, c.bucket, c.id, '35840' || lpad(n::text, {DIGITS}, '0'),
       'crm-' || n, 'api', 'First', 'Last ' || n, 'person' || n || '@shop.example', now()
from (select k, nextval('viesti_ids') as first from generate_series(0, ($1::int - 1) / {BLOCK}) k) b,
     lateral generate_series(b.k * {BLOCK}, least((b.k + 1) * {BLOCK}, $1::int) - 1) n, customers c
where c.key = 'shop'
"""
KNOWN = "select count(*) from contacts c join customers u on u.id = c.customer_id where u.key = 'shop'"
COUNTED = """
select coalesce(sum(n.outbound), 0) as outbound, coalesce(sum(n.links_sent), 0) as links
from contact_counters n join contacts c on c.id = n.contact_id join customers u on u.id = c.customer_id
where u.key = 'shop'
"""
MONEY = """
select (select sum(r.cost) from recipients r where r.customer_id = u.id) as costs, b.spent
from customers u join balances b on b.customer_id = u.id where u.key = 'shop'
"""


UNFOLDED = "select (select count(*) from contact_counts) + (select count(*) from balance_changes)"
# Contacts of whom something else was counted than was sent; a link is in each message.
MISCOUNTED = """
select count(*) from (
    select coalesce(n.outbound, 0) as outbound, coalesce(n.links_sent, 0) as links,
           (select count(*) from recipients r
            where r.customer_id = c.customer_id and r.address = c.phone) as sent
    from contacts c join customers u on u.id = c.customer_id
    left join contact_counters n on n.contact_id = c.id
    where u.key = 'shop') k
where k.outbound <> k.sent or k.links <> k.sent
"""


async def open_shop(stand: Stand, connection: asyncpg.Connection[Any], book: int) -> None:
    """Its contacts and its balance, once."""
    if not await connection.fetchval(KNOWN):
        await connection.execute(FILL, book)
        await connection.execute("vacuum analyze contacts")
        await stand.viesti("balance", "shop", "add", PAID)
        await stand.viesti("balance", "shop", "cap", "0")


async def accounts(connection: asyncpg.Connection[Any]) -> dict[str, Any]:
    """When all is folded: the contacts that were miscounted, and what was taken beside what it should be."""

    async def folded() -> tuple[Any, bool]:
        left = await connection.fetchval(UNFOLDED)
        return left, not left

    await settled(folded)
    [money] = await connection.fetch(MONEY)
    told = {name: str(amount) for name, amount in money.items()}
    return {"miscounted": await connection.fetchval(MISCOUNTED), **told}


async def txtsync(stand: Stand, amount: Amount) -> Outcome:
    """`single`, with contacts, counters, short links, and a balance with a cap."""
    connection = await stand.connect()
    try:
        await open_shop(stand, connection, amount.book)
        await asyncio.to_thread(_sign_in, stand.api_port)
        [before] = await connection.fetch(COUNTED)
        # Another text in each run: the same one again would be looked at as a loop.
        text = f"Parcel: https://shop.example/parcels/{int(time.time()) % 100_000}?to={MARK} good bye #{MARK}"
        outcome = await outbound(stand, amount, "txtsync", caller=(SHOP_KEY, SHOP_SECRET), text=text)
        expected = min(outcome.messages, amount.book)

        async def counted() -> tuple[Any, bool]:
            [now] = await connection.fetch(COUNTED)
            seen = (now["outbound"] - before["outbound"], now["links"] - before["links"])
            return seen, min(seen) >= expected

        await settled(counted)
        seen, _ = await counted()
        outcome.ledger["counted"] = _account(expected, seen[0])
        outcome.ledger["links counted"] = _account(expected, seen[1])
        [money] = await connection.fetch(MONEY)
        if money["costs"] != money["spent"]:
            outcome.problems.append(f"the recipients cost {money['costs']}, {money['spent']} were taken")
    finally:
        await connection.close()
    return outcome


def _sign_in(port: int) -> None:
    """One call, so that its secret has been compared as it has been in a server that runs for a while."""
    credentials = base64.b64encode(f"{SHOP_KEY}:{SHOP_SECRET}".encode()).decode()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/messages?limit=1", headers={"Authorization": f"Basic {credentials}"})
        connection.getresponse().read()


def _account(expected: int, seen: int) -> dict[str, int]:
    return {
        "expected": expected,
        "seen": seen,
        "lost": max(0, expected - seen),
        "doubled": max(0, seen - expected),
    }
