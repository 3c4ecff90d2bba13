"""The plans of the hot queries on full tables: indexes, and only the partitions that can hold the rows.

Rule: every statement is planned as the product does (generic, over arrays) on tables of many periods.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from viesti.storage.ids import PERIOD_BITS
from viesti.storage.sql import queries

pytestmark = pytest.mark.integration

PERIODS = 8
NOW = "2030-01-01 12:00Z"
T = f"timestamptz '{NOW}'"
LATER = 320000 * 64  # from the id of a message to that of its recipient
_LAST = (PERIODS - 1) << PERIOD_BITS

FILL = f"""
select viesti_open_period(n) from generate_series(0, {PERIODS - 1}) n;
insert into messages (id, bucket, customer_id, dialect, sender, sender_kind, text, lane, recipient_count,
                      part_count, dlr_url, created_at)
select (p::bigint << {PERIOD_BITS}) + n * 64, 5, 1, 'native', 'Acme', 'alphanumeric', 'Hello', 0, 1, 1,
       'https://example.com', {T}
from generate_series(0, {PERIODS - 1}) p, generate_series(1, 4000) n;
insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding, parts, status,
                        channel_id, reports, created_at)
select id + {LATER}, 5, id, 1, '358401234567', 'international', 'gsm7', 1, 30, 31, true, {T}
from messages;
update messages set campaign_id = 9 where id % 10 = 0;
update messages set request_id = 'r' || id / 640, customer_data = 'd' || id % 3 where id / 64 % 4 = 0;
update messages set link_base = 'https://x/l/', link_rule = 1 where id / 64 % 2 = 0;
insert into clicked (recipient_id, bucket, link, customer_id, campaign_id, clicks, persons, first_at, last_at)
select id, 5, link, 1, id / 64 % 100, 1, 1, {T}, {T} from recipients, generate_series(0, 1) link;
insert into clicks (id, bucket, recipient_id, link, at, reason, agent)
select n * 64, 5, id, 0, {T}, '', '' from recipients, generate_series(1, 2) n;
insert into parts (recipient_id, bucket, attempt, number, total, channel_id, reference, sent_at)
select id, 5, 1, 1, 1, 31, 'ref' || id, {T} from recipients;
insert into receipts (recipient_id, bucket, number, channel_id, reference, state, error, received_at, raw)
select id, 5, 1, 31, 'ref' || id, 2, '', {T}, '' from recipients;
insert into events (subject_id, bucket, at, kind) select id, 5, {T}, 'deferred' from recipients;
insert into inbound_messages (id, bucket, customer_id, channel_id, source, source_kind, destination, text,
                              parts, received_at)
select id, 5, 1, 31, '1', 'international', '2', '', 1, {T} from messages;
insert into outbox (id, bucket, channel_id, lane, tag, parts)
select n * 64, 5, 31, n % 2, n, 1 from generate_series(1, 50000) n;
insert into outbox (id, bucket, channel_id, lane, tag, parts, due_at)
select n * 64, 5, 31, 0, n, 1, {T} + n * interval '1 s' from generate_series(50001, 55000) n;
insert into outbox (id, bucket, channel_id, lane, tag, parts, claim, claimed_at)
select n * 64, 5, 31, 0, n, 1, 7, {T} from generate_series(55001, 55100) n;
insert into outbox (id, bucket, channel_id, lane, tag, parts, claim, claimed_at)
select id, 5, 31, 0, 0, 1, 7, {T} from recipients where id > {_LAST + 3900 * 64 + LATER};
update outbox set campaign_id = id / 64 % 100 where claim is null;
insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, since, campaign_id)
select id - {LATER}, 5, n % 100, case when n % 2 = 0 then 'balance' else 'paused' end, 31, 0, 1, {T}, n % 100
from (select id, row_number() over () as n from recipients) r;
insert into balances (customer_id, bucket, currency, paid, spent, since)
select n, 5, 'EUR', 1 + n % 2, 1, {T} from generate_series(1, 2000) n;
update recipients set cost = 0.05, cost_gbp = 0.04, charged = true where id > {_LAST};
update held set cost = 0.05 where reason = 'balance';
insert into balance_changes (recipient_id, bucket, customer_id, amount)
select n * 64, 5, n % 2000, -0.05 from generate_series(1, 20000) n;
insert into leases values ('channel 31', 'me', 7, {T} + interval '1 h');
insert into callbacks (id, bucket, customer_id, subject_id, kind, method, url, due_at, created_at)
select n * 64, 5, 1, n, 'delivery_report', 'GET', 'https://example.com', {T} - n * interval '1 ms', {T}
from generate_series(1, 20000) n;
insert into subscriptions (id, bucket, customer_id, service_id, dialect, event, url_sealed, url_digest,
                           created_at)
select n * 64, 5, n % 100, n % 100 + 10, 'smartdialog', 'inbound', '', sha256(n::text::bytea), {T}
from generate_series(1, 10000) n;
insert into waiting_receipts (id, bucket, channel_id, reference, state, error, received_at, source,
                              destination, raw)
select n * 64, 1, 31, 'none' || n, 2, '', {T}, '', '', '' from generate_series(1, 5000) n;
insert into waiting_receipts (id, bucket, channel_id, reference, state, error, received_at, source,
                              destination, raw, recipient_id, attempt)
select n * 64 + 1, 1, 31, 'none' || n, 2, '', {T}, '', '', '', n * 64, 1 from generate_series(1, 5000) n;
insert into inbound_parts (id, bucket, channel_id, source, source_kind, destination, text, reference, total,
                           number, received_at)
select n * 64, 1, 31, '35840' || n, 'international', '1', '', 1, 2, 1, {T} from generate_series(1, 5000) n;
insert into opt_outs (customer_id, bucket, address, since)
select 1, 5, n::text, {T} from generate_series(1, 20000) n;
insert into contacts (id, bucket, customer_id, phone, created_at)
select n * 64, 5, n % 10, n::text, {T} from generate_series(1, 20000) n;
insert into contact_keys (customer_id, bucket, key, contact_id)
select customer_id, bucket, 'n' || k, id from contacts
cross join lateral (values ('name' || id || ' all'), ('all name' || id)) v (k);
insert into request_ids (application_id, bucket, request_id, body_hash, message_id, created_at)
select 51, 5, 'r' || n, '', n, {T} from generate_series(1, 20000) n;
insert into fallbacks (recipient_id, bucket, due_at)
select id, bucket, {T} + id * interval '1 ms' from recipients where id % 5 = 0;
insert into receipt_watch (recipient_id, bucket, check_at)
select n, 5, {T} + n * interval '1 s' from generate_series(1, 20000) n;
analyze;
"""


@dataclass(frozen=True)
class Node:
    """A node of an executed plan."""

    kind: str
    table: str
    rows: int  # read, over all loops
    removed: int


@pytest.fixture(scope="module")
async def db(postgres: str, template: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """A full database, and a session that plans as the product does."""
    admin = await asyncpg.connect(postgres)
    await admin.execute(f"create database plans template {template}")
    connection = await asyncpg.connect(postgres, database="plans")
    await connection.execute(FILL)
    await connection.execute("set plan_cache_mode = force_generic_plan; set jit = off")
    yield connection
    await connection.close()
    await admin.execute("drop database plans with (force)")
    await admin.close()


async def _explain(
    db: asyncpg.Connection[Any], noun: str, name: str, arguments: tuple[object, ...]
) -> dict[str, Any]:
    """The plan of a statement, executed and rolled back."""
    await db.execute(f"prepare tried as {queries(noun)[name]}")
    transaction = db.transaction()
    await transaction.start()
    try:
        given = f"({', '.join(map(str, arguments))})" if arguments else ""
        found = await db.fetchval(f"explain (analyze, buffers, format json) execute tried{given}")
    finally:
        await transaction.rollback()
        await db.execute("deallocate tried")
    plan: dict[str, Any] = json.loads(found)[0]
    return plan


def nodes_of(plan: dict[str, Any]) -> Iterator[Node]:
    """The nodes of a plan that were executed."""
    loops = plan["Actual Loops"]
    if loops:
        removed = plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Index Recheck", 0)
        yield Node(
            plan["Node Type"],
            plan.get("Relation Name", ""),
            round(plan["Actual Rows"] * loops),
            round(removed * loops),
        )
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def _array(*values: object) -> str:
    return "'{" + ",".join(map(str, values)) + "}'"


def _all(value: object) -> str:
    return _array(*[value] * 300)


AT = f"'{NOW}'"
DAWN = "2030-01-01 06:00Z"
_IDS = [_LAST + n * 64 + LATER for n in range(3701, 4001)]
IDS = _array(*_IDS)
MESSAGES = _array(*(identifier - LATER for identifier in _IDS))
REFERENCES = _array(*(f"ref{identifier}" for identifier in _IDS))
CLAIMED = _array(*(n * 64 for n in range(55001, 55101)))
HELD = MESSAGES


_EVER = ("'1970-01-01Z'", "'9999-01-01Z'")

HOT: list[tuple[str, str, tuple[object, ...]]] = [
    ("outbox", "claim", (31, "'channel 31'", 300, 7, AT)),
    ("outbox", "settle", (CLAIMED, 7)),
    (
        "outbox",
        "settle_sent",
        (
            *(7, 31),
            *(IDS, _all(2), _all(1), _all(1), REFERENCES, _all(NOW), "'{1,2}'"),
        ),
    ),
    ("outbox", "unclaim_all_but", (7, CLAIMED)),
    ("outbox", "defer", (CLAIMED, _all(NOW), _all(31), 7)),
    ("outbox", "unclaim", (CLAIMED, 7)),
    ("outbox", "release_due", ("'2030-01-02 12:00Z'", 1000)),
    ("outbox", "next_due", ()),
    ("outbox", "abandoned", (AT, 1000)),
    ("outbox", "requeue", (CLAIMED, _all(NOW))),
    ("outbox", "attempts", (CLAIMED,)),
    ("outbox", "withdraw_from", (CLAIMED, 31)),
    ("fallbacks", "due", ("'9999-01-01Z'", 300)),
    ("fallbacks", "next_due", ()),
    ("fallbacks", "put_off", (IDS, _all(NOW))),
    ("fallbacks", "take", (IDS,)),
    ("fallbacks", "drop", (IDS,)),
    ("fallbacks", "lock", (IDS,)),
    ("fallbacks", "lock_free", (IDS,)),
    ("fallbacks", "queued", (CLAIMED,)),
    ("fallbacks", "queue", (IDS, _all(31), _all(41), _all("gsm7"), _all(1), AT, MESSAGES, _all("EUR"))),
    ("receipts", "findable_hinted", (300,)),
    ("receipts", "mark_read", (IDS, _all(NOW), 31)),
    ("messages", "load_recipients", (IDS,)),
    ("messages", "load_messages", (MESSAGES,)),
    ("messages", "parts_done", (IDS,)),
    ("messages", "mark_sent", (IDS, _all(NOW), _all(1), 31)),
    ("messages", "mark_doubt", (IDS, _all(1), _all("true"), AT)),
    ("messages", "mark_queued", (IDS,)),
    (
        "messages",
        "advance",
        (IDS, _all(70), _all("null"), _all("null"), _all(NOW), _all(NOW), _all("null")),
    ),
    ("messages", "report_targets", (MESSAGES,)),
    ("messages", "walk", (_LAST, 1000)),
    ("messages", "take_watched", ("'2030-01-01 12:05Z'", 1000)),
    ("messages", "standing", (IDS,)),
    ("messages", "recipients_of", (_LAST + 64, 1000)),
    ("messages", "recent", (1, 1 << 53, 50)),
    ("messages", "recent", (2, 1 << 53, 50)),
    ("messages", "recent_of_all", (1 << 53, 50)),
    *(("sms", way, (1, 0, 1 << 53, 50, 50, "null", *_EVER, 0, 50)) for way in ("down", "up")),
    *(("sms", way, (1, 0, 1 << 53, 500, 0, "'{30}'", *_EVER, 0, 50)) for way in ("down", "up")),
    *(
        ("sms", f"with_{way}", (1, 0, 1 << 53, 50, 50, "null", *_EVER, 0, 50, number, campaign))
        for way in ("down", "up")
        for number in ("'358401234567'", "'358409999999'", "'1'")
        for campaign in ("null", 9)
    ),
    *(
        ("sms", f"of_campaign_{way}", (1, 0, 1 << 53, 50, "null", *_EVER, 0, 50, campaign))
        for way in ("down", "up")
        for campaign in (9, 8)
    ),
    *(
        ("message_search", "sent", (*(1, f"'{way}'", 1 << 53, 1 << 53, 0, window), *by, *narrowed))
        for way, by in (
            ("all", ("null", "null", "null", "null")),
            ("number", ("'358401234567'", "null", "null", "null")),
            ("number", ("'358409999999'", "null", "null", "null")),
            ("campaign", ("null", 9, "null", "null")),
            ("request", ("null", "null", "'r7'", "null")),
            ("data", ("null", "null", "null", "'d1'")),
        )
        for window, narrowed in (
            (51, ("null", *_EVER, "null", "null", 51, "null")),
            (1000, ("'{60,70}'", *_EVER, 64, "'Nobody'", 51, "'{%x%}'")),
        )
    ),
    ("message_search", "shown", (1, _array(*_IDS[:50]))),
    ("message_search", "came", (1, 1 << 53, 0, 1000, "null", 7, "'join'", *_EVER, 51)),
    ("message_search", "came", (1, 1 << 53, 0, 1000, "'1'", "null", "null", *_EVER, 51)),
    ("message_search", "inbound", (1, MESSAGES)),
    ("messages", "standings", (_LAST + 64,)),
    ("messages", "of_message", (_LAST + 64, "null")),
    ("messages", "of_message", (_LAST + 64, _LAST + 64 + LATER)),
    ("messages", "put_off", (_LAST + 64, "'2030-01-02 12:00Z'")),
    ("outbox", "put_off", (_array(*range(64, 64 * 300, 64)), "'2030-01-02 12:00Z'")),
    ("sms", "sent_from", (1, AT, 1 << 53)),
    ("sms", "came_from", (1, AT, 1 << 53)),
    ("sms", "sent", (1, IDS)),
    ("sms", "received", (1, MESSAGES)),
    ("clicks", "link_text", (_IDS[-1],)),
    ("clicks", "link_texts", (IDS,)),
    ("clicks", "of_recipients", (IDS,)),
    ("clicks", "visits", (IDS, 200)),
    ("clicks", "of_campaigns", ("'{7,8}'",)),
    (
        "clicks",
        "record",
        (
            *(_array(*range(1, 301)), _all(5), IDS, _all(0), _all(NOW), _all('""'), _all('""'), _all(1)),
            *(_all(7), _all("null")),
        ),
    ),
    ("people", "known", (_all(1), _array(*range(1, 301)), "'{1,2}'")),
    ("held", "of_customer", (1, "'balance'", 0, 100)),
    ("held", "of_campaign", (7, "'paused'", 0, 100)),
    ("held", "some", (HELD,)),
    ("held", "release", (HELD, HELD, AT)),
    ("held", "pause", (7, AT, 100)),
    ("held", "older", ("'2030-01-01 13:00Z'", 100)),
    ("held", "older", (AT, 100)),
    ("held", "listed", (1, "'{balance,repeated,paused}'", 0, 100)),
    ("held", "listed_all", ("'{balance,paused}'", 0, 100)),
    ("money", "lock_left", ("'{1,2,3}'",)),
    ("money", "spend", ("'{1,2,3}'", "'{0.1,0,0.1}'")),
    ("money", "settle_shares", (IDS, _all(0), _all(1), _all("null"))),
    ("money", "costs", (IDS,)),
    ("money", "write_costs", (IDS, _all(1), _all(1), _all(1))),
    ("money", "fold_changes", (1000,)),
    ("money", "mark_charged", (IDS,)),
    ("money", "releasable", ()),
    ("outbox", "withdraw_campaign", (7, 100)),
    ("people", "known", (_all(3), _array(*range(300)), "'{3}'")),
    ("sent_to", "last", ("'{1,1}'", "'{358401234567,358409999999}'", 100)),
    ("sent_to", "messages", (MESSAGES,)),
    ("sent_to", "alike", ("'{1,1}'", "'{358401234567,1}'", "'{Hello,x}'", _array(*[DAWN] * 2), 200)),
    ("repeats", "known", ("'{51}'", "'{r7}'")),
    ("repeats", "messages", (MESSAGES,)),
    ("repeats", "recipients", (MESSAGES, _IDS[0] - LATER)),
    ("messages", "forget_requests", (AT, 1000)),
    ("receipts", "find_parts", (REFERENCES, 31, _LAST)),
    (
        "receipts",
        "apply",
        (
            *(31, IDS, _all(1), _all(1), REFERENCES, _all(2), _all('""'), _all(NOW)),
            *(_all(NOW), _all("true"), _all(70), _all("null"), _all('""')),
        ),
    ),
    ("receipts", "lock_recipients", (IDS,)),
    ("receipts", "part_states", (IDS,)),
    ("receipts", "take_waiting", (REFERENCES, 31)),
    ("receipts", "findable_waiting", (1000, AT, _LAST)),
    ("inbound", "recent", (1, 1 << 53, 50)),
    ("inbound", "recent", (2, 1 << 53, 50)),
    ("inbound", "recent_of_all", (1 << 53, 50)),
    ("inbound", "take_parts", (100, "'2030-01-01 11:00Z'")),
    ("callbacks", "claim", (AT, 64, AT, 7, "'{}'")),
    (
        "callbacks",
        "made",
        (_array(*(n * 64 for n in range(1, 65))), 7, _array(5), _array(NOW), """ '{"{}"}' """),
    ),
    ("callbacks", "still_ours", (64, 7)),
    ("subscriptions", "of_services", ("'{1,2}'", "'{12,22}'", "'{inbound,keyword}'")),
    ("subscriptions", "of_customers", ("'{1,2}'", "'{report,invalid}'")),
    ("subscriptions", "wanted", ("'{1,2}'", "'click'")),
    ("told", "as_told", (IDS,)),
    ("subscriptions", "answered", ("'{64,128}'",)),
    ("subscriptions", "drop_callbacks", ("'{64,128}'",)),
    ("callbacks", "hold_back", ("'{5,6,7}'", _array(NOW, NOW, NOW))),
    ("callbacks", "release_expired", (AT, AT)),
    ("callbacks", "release_all_but", (7, "'{64,128}'")),
    ("callbacks", "next_due", ()),
    (
        "contact_keys",
        "search",
        (
            *(1, _array("35850"), _array("35851"), _array("rname7"), _array("rname8")),
            *(
                _array("nname7", "nall"),
                _array("nname8", "nalm"),
                _array('"% name7%"', '"% all%"'),
                100,
                50,
                0,
            ),
        ),
    ),
    ("contact_keys", "put", ("'{64,128}'", "'{1}'", "'{5}'", "'{nx}'", "'{64}'")),
    ("contacts", "by_id", (1, "'{64,128}'")),
    ("contacts", "by_reference", (1, "'{a,b}'")),
    ("contacts", "by_made_desc", (1, 50, 0)),
    ("contacts", "lock", (1, "'{64,128}'")),
    ("consents", "forbidden", (1, "'{1,2}'")),
]


# Tables of a few rows; and the parts of unfinished messages, which are few and looked at together.
SMALL = {"leases", "fair_clock", "inbound_parts", "balances", "campaigns"}
PARTITIONED = ("messages_", "recipients_", "parts_", "clicks_", "clicked_")
PRUNED = {
    "walk",
    "recipients_of",
    "standings",
    "of_message",
    "recipients",
    "find_parts",
    "findable_waiting",
    "link_text",
}
BY_ID = {"load_recipients", "load_messages", "parts_done", "report_targets", "standing", "part_states"}


@pytest.mark.parametrize(("noun", "name", "arguments"), HOT, ids=[f"{n}.{q}" for n, q, _ in HOT])
async def test_plan(db: asyncpg.Connection[Any], noun: str, name: str, arguments: tuple[object, ...]) -> None:
    plan = await _explain(db, noun, name, arguments)
    nodes = list(nodes_of(plan["Plan"]))
    scanned = {node.table for node in nodes if node.kind == "Seq Scan"} - SMALL
    assert not scanned, "read from end to end"
    if name != "take_parts":
        assert sum(node.removed for node in nodes) <= 1000, "read and thrown away"
    joined = [node for node in nodes if node.kind == "Function Scan" and node.rows > 1000]
    assert not joined, "every row passes through the whole list"
    if name in PRUNED:
        touched = {node.table.rpartition("_")[2] for node in nodes if node.table.startswith(PARTITIONED)}
        assert touched <= {str(PERIODS - 1)}, "periods that can't hold the rows"
    if name in BY_ID:
        # A look at the root and a leaf of each other period's index; more would be a look for each id.
        assert plan["Plan"]["Shared Hit Blocks"] < 60 * PERIODS
