"""Plans that were made while the tables were empty, and live on while they fill.

Rule: a connection plans a statement once, for whatever is in the tables then; so each hot look-up must read
by its index even if nothing was there to tell the indexes apart.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from tests.integration.services.test_plans import nodes_of

from viesti.storage.sql import queries

pytestmark = pytest.mark.integration

ROWS = 20_000
ASKED = 300
FILL = f"""
insert into contacts (id, bucket, customer_id, phone, external_reference, source, created_at)
select n * 64 + 5, 5, 1, (358400000000 + n)::text, 'crm-' || n, 'inbound', now()
from generate_series(1, {ROWS}) n;
insert into contact_counts (id, bucket, customer_id, address, kind, amount, at)
select n * 64 + 5, 5, 1, (358400000000 + n)::text, 'inbound', 1, now() from generate_series(1, {ROWS}) n;
insert into subscriptions (id, bucket, customer_id, dialect, event, url_sealed, url_digest, created_at)
select n * 64 + 5, 5, n % 100 + 1, 'txtsync', 'inbound', '', sha256(n::text::bytea), now()
from generate_series(1, {ROWS}) n;
insert into opt_outs (customer_id, bucket, address, since)
select 1, 5, (358400000000 + n)::text, now() from generate_series(1, {ROWS}) n;
insert into channel_consents (customer_id, bucket, channel, identity, address, opted_in, since)
select 1, 5, 'whatsapp', '1', (358400000000 + n)::text, false, now() from generate_series(1, {ROWS}) n;
insert into whatsapp_parties (customer_id, bucket, phone, bsuid, updated_at)
select 1, 5, (358400000000 + n)::text, 'FI.' || n, now() from generate_series(1, {ROWS}) n;
insert into whatsapp_windows (customer_id, bucket, identity, address, last_at)
select 1, 5, '1', (358400000000 + n)::text, now() from generate_series(1, {ROWS}) n;
insert into waiting_receipts (id, bucket, channel_id, reference, state, error, received_at, source,
                              destination, raw, recipient_id, attempt)
select n * 64, 1, 31, 'none' || n, 2, '', now(), '', '', '', n * 64 + 5, 1 from generate_series(1, {ROWS}) n;
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
insert into lists (id, bucket, customer_id, name) select n * 64 + 5, 5, n % {ASKED} + 1, 'Tag ' || n
from generate_series(1, {ROWS}) n;
insert into list_members (list_id, bucket, contact_id)
select (n % 100 + 1) * 64 + 5, 5, n * 64 + 5 from generate_series(1, {ROWS}) n;
insert into campaigns (id, bucket, customer_id, dialect, name, status, sender, text, page_size, created_at,
                       tend_at)
select n, 5, n % {ASKED} + 1, 'txtsync', 'Name', 'running', '', 'Hello', 500, now(),
       timestamptz '2020-01-01 12:00Z' + n * interval '1 s' from generate_series(1, {ROWS}) n;
insert into campaign_people (campaign_id, bucket, address, contact_id)
select n % 100 + 1, 5, (358400000000 + n)::text, n * 64 + 5 from generate_series(1, {ROWS}) n;
insert into campaign_pages (campaign_id, bucket, page, message_id, recipients, queued, fed_at, looked_at,
                            look_at)
select n % 100 + 1, 5, n, n * 64 + 5, 1, 1, now(), '2020-01-01 12:00Z',
       timestamptz '2020-01-01 12:00Z' + n * interval '1 s' from generate_series(1, {ROWS}) n;
update messages set campaign_id = id / 64 % 100 + 1, request_id = 'campaign ' || id;
insert into inbound_messages (id, bucket, customer_id, channel_id, source, source_kind, destination, text,
                              parts, received_at)
select (3 * {ROWS} + n) * 64 + 5, 5, n % 100 + 1, 31, (358400000000 + n)::text, 'international', '1', '', 1,
       now() from generate_series(1, {ROWS}) n;
insert into inbound_media (inbound_id, bucket, position, channel_id, mime_type, provider_id, due_at)
select (3 * {ROWS} + n) * 64 + 5, 5, 0, 31, '', 'm' || n, timestamptz '2020-01-01 12:00Z' + n * interval '1 s'
from generate_series(1, {ROWS}) n;
insert into provider_bodies (digest, channel_id, bucket, at)
select sha256(n::text::bytea), 31, 1, timestamptz '2020-01-01 12:00Z' + n * interval '1 s'
from generate_series(1, {ROWS}) n;
insert into inbound_references (reference, channel_id, bucket, at)
select 'wamid' || n, 31, 1, timestamptz '2020-01-01 12:00Z' + n * interval '1 s'
from generate_series(1, {ROWS}) n;
insert into provider_events (id, bucket, channel_id, body, received_at)
select n * 64 + 5, 5, 31, 'x', now() from generate_series(1, {ROWS}) n;
insert into provider_events (id, bucket, channel_id, body, received_at, failures, due_at)
select ({ROWS} + n) * 64 + 5, 5, 31, 'x', now(), 1, timestamptz '2020-01-01 12:00Z' + n * interval '1 s'
from generate_series(1, {ROWS}) n;
insert into templates (id, bucket, customer_id, channel_id, provider_id, name, language, category, status,
                       components, created_at, updated_at)
select n * 64 + 5, 5, n % 100 + 1, n % 100 + 31, 'p' || n, 'name' || n, 'fi', 'UTILITY', 'APPROVED', '[]',
       now(), now() from generate_series(1, {ROWS}) n;
insert into callbacks (id, bucket, customer_id, subject_id, kind, method, url, due_at, created_at)
select n * 64 + 5, 5, 1, (3 * {ROWS} + n) * 64 + 5, 'inbound', 'POST', '', now(), now()
from generate_series(1, {ROWS}) n;
insert into fallbacks (recipient_id, bucket, due_at)
select id, bucket, timestamptz '2020-01-01 12:00Z' + id * interval '1 ms' from recipients;
insert into outbox (id, bucket, channel_id, lane, tag, parts, campaign_id)
select ({ROWS} + n) * 64 + 5, 5, 31, 1, n, 1, n % 100 + 1 from generate_series(1, {ROWS}) n;
"""
MESSAGES = "'{" + ",".join(str(n * 64 + 5) for n in range(1, ASKED + 1)) + "}'"
RECIPIENTS = "'{" + ",".join(str((ROWS + n) * 64 + 5) for n in range(1, ASKED + 1)) + "}'"
INBOUND = "'{" + ",".join(str((3 * ROWS + n) * 64 + 5) for n in range(1, ASKED + 1)) + "}'"
EVER = ("'1970-01-01Z'", "'9999-01-01Z'")
REFERENCES = "'{" + ",".join(f"crm-{n}" for n in range(1, ASKED + 1)) + "}'"
NUMBERS = "'{" + ",".join(str(358400000001 + n) for n in range(ASKED)) + "}'"


WAMIDS = "'{" + ",".join(f"wamid{n}" for n in range(1, ASKED + 1)) + "}'"
USER_IDS = "'{" + ",".join(f"FI.{n}" for n in range(1, ASKED + 1)) + "}'"
DIGESTS = "array[" + ",".join(f"sha256('{n}'::bytea)" for n in range(1, ASKED + 1)) + "]"
TIME, LATER = "'2020-01-01 12:00Z'", "'2030-01-01 12:00Z'"
A_FILE = (3 * ROWS + 1) * 64 + 5


def _all(value: object) -> str:
    return "'{" + ",".join([str(value)] * ASKED) + "}'"


# The intake of webhooks and the work on them.
OF_PROVIDERS: list[tuple[str, str, tuple[object, ...]]] = [
    ("provider_events", "keep", (MESSAGES, _all(31), _all(1), DIGESTS, DIGESTS, _all(LATER[1:-1]))),
    ("provider_events", "take", (ASKED,)),
    ("provider_events", "take_these", (MESSAGES,)),
    ("provider_events", "due", (LATER, ASKED)),
    ("provider_events", "next_due", ()),
    ("provider_events", "done", (MESSAGES,)),
    ("provider_events", "failed", (MESSAGES, _all("why"), _all(LATER[1:-1]))),
    ("provider_events", "new_references", (WAMIDS, _all(31), _all(1), _all(LATER[1:-1]))),
    ("provider_events", "forget_bodies", (LATER, ASKED)),
    ("provider_events", "forget_references", (LATER, ASKED)),
    ("provider_events", "forget_failed", (TIME, ASKED)),
    ("windows", "forget", (LATER, ASKED)),
    ("parties", "leave", (_all(1), NUMBERS, USER_IDS, _all(LATER[1:-1]))),
    ("parties", "learn", (_all(1), _all(5), NUMBERS, USER_IDS, _all('""'), _all(LATER[1:-1]))),
    ("parties", "phones", ("'{1}'", USER_IDS)),
    ("windows", "opened", (_all(1), _all(5), _all("1"), NUMBERS, _all(LATER[1:-1]))),
    ("inbound_media", "claim", (LATER, 4, LATER)),
    ("inbound_media", "next_due", ()),
    ("inbound_media", "settle", (A_FILE, 0, "'x'", "null", LATER)),
    ("inbound_media", "put_off", (A_FILE, 0, LATER)),
    ("inbound_media", "hasten", (A_FILE, TIME)),
    ("inbound_media", "shown", (A_FILE,)),
]
HOT: list[tuple[str, str, tuple[object, ...]]] = [
    *OF_PROVIDERS,
    ("contacts", "at", ("'{1}'", NUMBERS)),
    ("contacts", "by_phone", (1, NUMBERS)),
    ("contacts", "by_reference", (1, REFERENCES)),
    ("contacts", "by_id", (1, MESSAGES)),
    ("contacts", "owner", ("'{1,2,3}'", 69)),
    ("lists", "tags_of", (2, 69)),
    ("contacts", "lock", (1, MESSAGES)),
    ("contacts", "lock_phone", (1, "'358400000300'")),
    ("contacts", "by_made", (1, 50, 0)),
    ("contacts", "by_made_desc", (1, 50, 0)),
    ("contacts", "after", (0, ASKED)),
    ("contacts", "fold_counts", (ASKED,)),
    ("consents", "standing", (1, "'358400000300'")),
    ("consents", "standing_of", (_all(1), NUMBERS)),
    ("subscriptions", "of_services", ("'{1}'", "'{12,22}'", "'{inbound,keyword}'")),
    ("subscriptions", "of_customers", ("'{1}'", "'{report,invalid}'")),
    ("subscriptions", "wanted", ("'{1,2,3}'", "'click'")),
    ("told", "as_told", (RECIPIENTS,)),
    (
        "messages",
        "advance",
        (RECIPIENTS, _all(70), _all("null"), _all("null"), _all(TIME[1:-1]), _all(TIME[1:-1]), _all("null")),
    ),
    (
        "receipts",
        "apply",
        (
            *(31, RECIPIENTS, _all(1), _all(1), WAMIDS, _all(2), _all('""'), _all(TIME[1:-1])),
            *(_all(TIME[1:-1]), _all("true"), _all(70), _all("null"), _all('""')),
        ),
    ),
    ("people", "known", (_all(1), NUMBERS, "'{1}'")),
    ("people", "on_whatsapp", (_all(1), _all("1"), NUMBERS)),
    ("windows", "open_for", (1, "'1'", NUMBERS, "'2020-01-01 12:00Z'")),
    ("templates", "of_customer", (2, "'name101'")),
    ("templates", "of_channels", ("'{31}'",)),
    ("templates", "told", (31, "'p100'", "'name100'", "'fi'", "'PAUSED'", "''", "null", "null", TIME, TIME)),
    ("receipts", "findable_hinted", (ASKED,)),
    ("receipts", "mark_read", (RECIPIENTS, _all("2020-01-01 12:00Z"), 31)),
    ("outbox", "attempts", (RECIPIENTS,)),
    ("fallbacks", "due", ("'9999-01-01Z'", ASKED)),
    ("fallbacks", "next_due", ()),
    ("fallbacks", "put_off", (RECIPIENTS, _all("2020-01-01 12:00Z"))),
    ("fallbacks", "take", (RECIPIENTS,)),
    ("fallbacks", "drop", (RECIPIENTS,)),
    ("fallbacks", "lock", (RECIPIENTS,)),
    ("fallbacks", "lock_free", (RECIPIENTS,)),
    ("fallbacks", "queued", (RECIPIENTS,)),
    (
        "fallbacks",
        "queue",
        (
            *(RECIPIENTS, _all(31), _all(41), _all("gsm7"), _all(1), "'2020-01-01 12:00Z'"),
            *(MESSAGES, _all("EUR")),
        ),
    ),
    ("outbox", "withdraw_from", (RECIPIENTS, 31)),
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
    ("campaigns", "lock_due", ("'2020-01-02 12:00Z'",)),
    ("campaigns", "next_due", ()),
    ("campaigns", "listed", (2, "'name'", "true", 50, 0)),
    ("campaigns", "listed_of_all", (50,)),
    ("campaigns", "plan_numbers", (69, 5, 1, NUMBERS, "'{all}'")),
    ("campaigns", "plan_contacts", (69, 5, 1, MESSAGES, "'{all}'")),
    ("campaigns", "members", (69, 0, 100)),
    ("campaigns", "people", (2, "'358400000300'", 100)),
    ("campaigns", "refuse", (2, NUMBERS, _all("why"))),
    ("campaigns", "message_of_page", (2, "'campaign 69'")),
    ("campaigns", "queued", (2,)),
    ("campaigns", "waiting", (2,)),
    ("campaigns", "pages_to_look_at", ("'2020-01-02 12:00Z'", 20)),
    ("campaigns", "unsettled_pages", (2, "'2020-01-02 12:00Z'", 20)),
    ("campaigns", "look", (MESSAGES, "'2020-01-02 12:00Z'")),
    ("campaigns", "progress", ("'{2}'",)),
    ("campaigns", "replies", (2, 2, 0, "'2020-01-01 12:00Z'")),
    ("campaigns", "known_contacts", (1, MESSAGES)),
    ("campaigns", "known_tags", (1, MESSAGES)),
    ("campaigns", "tags_by_name", (2, "'{Tag 1,Tag 301}'")),
    ("campaigns", "example", (69,)),
    ("campaigns", "preview", (1, "'{}'", "'{}'", "'{69}'", "'{all}'", 0, 10)),
    ("campaigns", "preview_people", (1, NUMBERS)),
    *[("sms", way, (1, 0, 1 << 53, 50, 50, "null", *EVER, 0, 50)) for way in ("down", "up")],
    *[
        ("sms", f"with_{way}", (1, 0, 1 << 53, 50, 50, "null", *EVER, 0, 50, "'358400000101'", "null"))
        for way in ("down", "up")
    ],
    *[("sms", f"of_campaign_{way}", (1, 0, 1 << 53, 50, "null", *EVER, 0, 50, 69)) for way in ("down", "up")],
    *[
        ("message_search", "sent", (*(1, f"'{way}'", 1 << 53, 1 << 53, 0, window), *by, *narrowed))
        for way, by in (
            ("all", ("null", "null", "null", "null")),
            ("number", ("'358400000101'", "null", "null", "null")),
            ("campaign", ("null", 69, "null", "null")),
            ("request", ("null", "null", "'campaign 6405'", "null")),
            ("data", ("null", "null", "null", "'d'")),
        )
        for window, narrowed in (
            (51, ("null", *EVER, "null", "null", 51, "null")),
            (200, ("'{30}'", *EVER, 69, "'Acme'", 51, "'{%ell%}'")),
        )
    ],
    ("message_search", "shown", (1, RECIPIENTS)),
    ("message_search", "came", (1, 1 << 53, 0, 200, "null", 7, "'join'", *EVER, 51)),
    ("message_search", "came", (1, 1 << 53, 0, 200, "'358400000101'", "null", "null", *EVER, 51)),
    ("message_search", "inbound", (1, INBOUND)),
    ("messages", "standings", (69,)),
    ("messages", "of_message", (69, "null")),
    ("messages", "put_off", (69, LATER)),
    ("outbox", "put_off", (RECIPIENTS, LATER)),
    ("sms", "sent_from", (1, "'2020-01-01 12:00Z'", 1 << 53)),
    ("sms", "came_from", (1, "'2020-01-01 12:00Z'", 1 << 53)),
    ("sms", "sent", (1, RECIPIENTS)),
    ("sms", "received", (1, INBOUND)),
    ("sms", "number_of", (1, 69)),
    ("outbox", "withdraw_campaign", (2, 100)),
    ("held", "pause", (2, "'2020-01-02 12:00Z'", 100)),
]


@pytest.fixture(scope="module")
async def db(postgres: str, template: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A connection that planned everything before there was anything."""
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database made_empty template {template}")
    await admin.execute("alter database made_empty set plan_cache_mode = force_generic_plan")
    connection = await asyncpg.connect(postgres, database="made_empty")
    await connection.execute("set jit = off; set enable_seqscan = off")
    for noun, name in dict.fromkeys((noun, name) for noun, name, _ in HOT):
        await connection.execute(f"prepare {noun}_{name} as {queries(noun)[name]}")
    for noun, name, arguments in HOT:
        async with rolled_back(connection):
            await connection.fetch(explain(noun, name, arguments))  # plans it
    await connection.execute(FILL)
    yield connection
    await connection.close()
    await admin.execute("drop database made_empty with (force)")
    await admin.close()


@asynccontextmanager
async def rolled_back(db: asyncpg.Connection[Any]) -> AsyncIterator[None]:
    """What is done inside leaves nothing."""
    transaction = db.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


def explain(noun: str, name: str, arguments: tuple[object, ...]) -> str:
    given = f"({', '.join(map(str, arguments))})" if arguments else ""
    return f"explain (analyze, format json) execute {noun}_{name}{given}"


@pytest.mark.parametrize(("noun", "name", "arguments"), HOT, ids=[f"{n}.{q}" for n, q, _ in HOT])
async def test_look_ups(
    db: asyncpg.Connection[Any], noun: str, name: str, arguments: tuple[object, ...]
) -> None:
    async with rolled_back(db):
        plan = json.loads(await db.fetchval(explain(noun, name, arguments)))[0]
    nodes = [node for node in nodes_of(plan["Plan"]) if node.table]
    assert max(node.removed for node in nodes) <= ASKED, "read and thrown away"
    assert max(node.rows for node in nodes) <= ASKED, "more read than asked for"
