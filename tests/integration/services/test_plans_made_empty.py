"""Plans that were made while the tables were empty, and live on while they fill.

Rule: a connection plans a statement once, for whatever is in the tables then; so each hot look-up must read
by its index even if nothing was there to tell the indexes apart.
"""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest
from tests.integration.services.test_plans import nodes_of

from viesti.storage.sql import queries

pytestmark = pytest.mark.integration

ROWS = 20_000
ASKED = 300
FILL = f"""
insert into contacts (id, bucket, customer_id, phone, source, created_at)
select n * 64 + 5, 5, 1, (358400000000 + n)::text, 'inbound', now() from generate_series(1, {ROWS}) n;
insert into contact_counts (id, bucket, customer_id, address, kind, amount, at)
select n * 64 + 5, 5, 1, (358400000000 + n)::text, 'inbound', 1, now() from generate_series(1, {ROWS}) n;
insert into opt_outs (customer_id, bucket, address, since)
select 1, 5, (358400000000 + n)::text, now() from generate_series(1, {ROWS}) n;
insert into messages (id, bucket, customer_id, dialect, sender, sender_kind, text, lane, recipient_count,
                      part_count, created_at)
select n * 64 + 5, 5, 1, 'native', 'Acme', 'alphanumeric', 'Hello', 0, 1, 1, now()
from generate_series(1, {ROWS}) n;
insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding, parts, status,
                        channel_id, reports, created_at, sent_at)
select ({ROWS} + n) * 64 + 5, 5, n * 64 + 5, 1, (358400000000 + n)::text, 'international', 'gsm7', 1, 30, 31,
       false, now(), now() from generate_series(1, {ROWS}) n;
update recipients set cost = 0.05, charged = true;
insert into balances (customer_id, bucket, currency, spent, paid, since)
select n, 5, 'EUR', 5, 6, now() from generate_series(1, {ASKED}) n;
insert into balance_changes (recipient_id, bucket, customer_id, amount)
select n * 64 + 5, 5, 1, -0.0001 from generate_series(1, {ROWS}) n;
insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, cost, since, campaign_id)
select ({ROWS} + n) * 64 + 5, 5, n % {ASKED} + 1, case when n % 2 = 0 then 'balance' else 'paused' end, 31,
       0, 1, 0.05, '2020-01-01 12:00Z', n % {ASKED} + 1 from generate_series(1, {ROWS}) n;
"""
RECIPIENTS = "'{" + ",".join(str((ROWS + n) * 64 + 5) for n in range(1, ASKED + 1)) + "}'"
NUMBERS = "'{" + ",".join(str(358400000001 + n) for n in range(ASKED)) + "}'"


def _all(value: object) -> str:
    return "'{" + ",".join([str(value)] * ASKED) + "}'"


@pytest.mark.parametrize(
    ("noun", "name", "arguments"),
    [
        ("contacts", "at", ("'{1}'", NUMBERS)),
        ("contacts", "by_phone", (1, NUMBERS)),
        ("contacts", "fold_counts", (ASKED,)),
        ("people", "known", (_all(1), NUMBERS, "'{1}'")),
        ("sent_to", "last", (_all(1), NUMBERS, 100)),
        ("sent_to", "alike", (_all(1), NUMBERS, _all("Hello"), _all("2020-01-01 12:00Z"), 200)),
        ("held", "of_customer", (2, "'paused'", 0, 100)),
        ("held", "of_campaign", (2, "'paused'", 0, 100)),
        ("held", "some", (RECIPIENTS,)),
        ("held", "older", ("'2020-01-02 12:00Z'", 100)),
        ("held", "listed", (2, "'{balance,paused}'", 0, 100)),
        ("held", "release", (RECIPIENTS, RECIPIENTS, "'2020-01-02 12:00Z'")),
        ("money", "lock_left", ("'{1,2,3}'",)),
        ("money", "settle_shares", (RECIPIENTS, _all(0), _all(1), _all("null"))),
        ("money", "costs", (RECIPIENTS,)),
        ("money", "write_costs", (RECIPIENTS, _all(1), _all(1), _all(1))),
        ("money", "mark_charged", (RECIPIENTS,)),
        ("money", "fold_changes", (ASKED,)),
        ("money", "releasable", ()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_look_ups(own_database_url: str, noun: str, name: str, arguments: tuple[object, ...]) -> None:
    db: asyncpg.Connection[Any] = await asyncpg.connect(own_database_url)
    try:
        await db.execute("set plan_cache_mode = force_generic_plan; set jit = off; set enable_seqscan = off")
        await db.execute(f"prepare tried as {queries(noun)[name]}")
        given = f"({', '.join(map(str, arguments))})" if arguments else ""
        execute = f"explain (analyze, format json) execute tried{given}"
        await db.fetch(execute)  # plans it
        await db.execute(FILL)
        plan = json.loads(await db.fetchval(execute))[0]
    finally:
        await db.close()
    nodes = [node for node in nodes_of(plan["Plan"]) if node.table]
    assert max(node.removed for node in nodes) <= ASKED, "read and thrown away"
    assert max(node.rows for node in nodes) <= ASKED, "more read than asked for"
