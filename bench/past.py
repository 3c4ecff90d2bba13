"""Writes a past into a stand's store: finished recipients, in the periods of their time.

Rule: the rows are as the platform would have written them: the same tables and columns, ids made in the
periods of their time, as many periods as the retention keeps, many customers. Only the way there differs.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from bench.stand import Stand, StandFailed

PERIODS = 12  # of the past: 90 days in periods of 7 (retention_days, period_days)
PERIOD = timedelta(days=7)
COUNTERS = 1 << 30  # in a period: an id is counter * 64 + bucket
FIRST = 1 << 29  # the past's first counter of each period, out of the way of what the stand itself sends
BLOCK = 1000  # the sequence's increment
CUSTOMERS = 200
BULK = 1000  # recipients of a bulk message; half of all are in such, half alone
OVERDUE = timedelta(hours=73)  # what is older, the duty of overdue receipts has passed
OCTETS = 2500  # that a recipient takes with all that belongs to it, and while it is written
WRITERS = 2

ADD_CUSTOMERS = f"""
insert into customers (id, bucket, key, name, created_at)
select nextval('viesti_ids') * 64 + n % 64, n % 64, 'past-' || n, 'Past ' || n, now() - interval '1 year'
from generate_series(1, {CUSTOMERS}) n
"""

# In each: $1 the first counter, $2 how many, $3 when the first was made, $4 the time from one to the next.
CHOSEN = """
from generate_series(0, $2::bigint - 1) n,
     lateral (select $3::timestamptz + n * $4::interval as at) t,
     (select array_agg(id order by id) as ids from customers where key like 'past-%') c,
     (select id as channel from channels where key = 'centre') h,
     (select id as route from routes where key = 'all') r,
     (select id as service from services where key = 'out') s,
     (select id as application from applications where key = 'bench') a
"""
CUSTOMER = f"c.ids[1 + n % {CUSTOMERS}]"
BUCKET = f"({CUSTOMER} % 64)::smallint"

MESSAGE_COLUMNS = """
insert into messages (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text,
                      lane, recipient_count, part_count, currency, dlr_url, created_at)
"""
ADD_SINGLE_MESSAGES = f"""{MESSAGE_COLUMNS}
select ($1::bigint + 2 * n) * 64 + {BUCKET}, {BUCKET}, {CUSTOMER}, application, service, 'txtsync', 'Bench',
       'alphanumeric', 'Your code is 4711, good bye #' || n, 0, 1, 1, 'EUR',
       'https://past.example/dlr?n=' || n, at
{CHOSEN}"""
ADD_BULK_MESSAGES = f"""{MESSAGE_COLUMNS}
select ($1::bigint + {BULK + 1} * n) * 64 + {BUCKET}, {BUCKET}, {CUSTOMER}, application, service, 'txtsync',
       'Bench', 'alphanumeric',
       'Everything must go: half price in all shops until Sunday. Reply STOP to end. #' || n,
       1, {BULK}, {BULK}, 'EUR', null, at
{CHOSEN}"""

# Of a hundred: one undelivered, one expired, one refused by the carrier, the rest delivered.
OUTCOME = """
case n % 100 when 0 then 55 when 1 then 50 when 2 then 60 else 70 end,
case n % 100 when 0 then 'unreachable' when 1 then 'expired' when 2 then 'invalid_destination' end,
case n % 100 when 0 then '027' when 2 then 'ESME_RINVDSTADR' else '000' end,
channel, route, 1
"""
RECIPIENT_COLUMNS = """
insert into recipients (id, bucket, message_id, customer_id, address, address_kind, coding, parts, status,
                        failure, carrier_error, channel_id, route_id, attempt, reports, cost, cost_gbp,
                        created_at, sent_at, carrier_at, finished_at)
"""
TIMES = """
0.045, 0.0385, at, case when n % 100 <> 2 then at + interval '40 ms' end,
case when n % 100 <> 2 then at + interval '3 s' end, at + interval '3 s'
"""
ADD_SINGLE_RECIPIENTS = f"""{RECIPIENT_COLUMNS}
select ($1::bigint + 2 * n + 1) * 64 + {BUCKET}, {BUCKET}, ($1 + 2 * n) * 64 + {BUCKET}, {CUSTOMER},
       '35850' || lpad((n * 7919 % 10000000)::text, 7, '0'), 'international', 'gsm7', 1, {OUTCOME},
       true, {TIMES}
{CHOSEN}"""
ADD_BULK_RECIPIENTS = f"""{RECIPIENT_COLUMNS}
select ($1::bigint + {BULK + 1} * m + 1 + n % {BULK}) * 64 + b, b, ($1 + {BULK + 1} * m) * 64 + b, c,
       '35850' || lpad((n * 7919 % 10000000)::text, 7, '0'), 'international', 'gsm7', 1, {OUTCOME},
       false, {TIMES}
from (select n, n / {BULK} as m, at, channel, route, c.ids[1 + n / {BULK} % {CUSTOMERS}] as c,
             (c.ids[1 + n / {BULK} % {CUSTOMERS}] % 64)::smallint as b {CHOSEN}) past
"""

# Of the recipients from $1 below $2. A refused one has no part.
ADD_PARTS = """
insert into parts (recipient_id, bucket, attempt, number, total, channel_id, reference, sent_at, state,
                   error, done_at)
select id, bucket, 1, 1, 1, channel_id, (id / 64)::text, sent_at,
       case status when 55 then 5 when 50 then 3 else 2 end, carrier_error, carrier_at
from recipients where id >= $1 and id < $2 and status <> 60
"""
ADD_RECEIPTS = """
insert into receipts (recipient_id, bucket, number, channel_id, reference, state, error, done_at, received_at,
                      raw)
select id, bucket, 1, channel_id, (id / 64)::text, case status when 55 then 5 when 50 then 3 else 2 end,
       carrier_error, carrier_at, finished_at,
       'id:' || id / 64 || ' sub:001 dlvrd:001 submit date:2501010000 done date:2501010000 '
       || 'stat:DELIVRD err:000 text:'
from recipients where id >= $1 and id < $2 and status <> 60
"""
ADD_EVENTS = """
insert into events (subject_id, bucket, at, kind, detail)
select id, bucket, finished_at + interval '20 ms', 'callback_made',
       '{"callback": "delivery_report", "attempt": 1, "http_status": 200}'
from recipients where id >= $1 and id < $2 and reports
"""
OPEN = "select viesti_open_period($1)"
BEGIN = "update periods set starts_at = $2 where number = $1"
MOVE = "select setval('viesti_ids', $1, false)"
PASSED = """
insert into cursors (name, position)
select 'receipts', coalesce(max(id), 0) from recipients where id >= $1 and created_at < $2
on conflict (name) do update set position = excluded.position
"""


async def fill(stand: Stand, recipients: int) -> None:
    """Write so many finished recipients into the periods before the one that ids are made in from now on."""
    free = shutil.disk_usage(stand.folder).free
    if free < recipients * OCTETS:
        raise StandFailed(
            f"A past of {recipients} recipients needs {recipients * OCTETS / 2**30:.0f} GiB of disk."
        )
    now = datetime.now().astimezone()
    connection = await stand.connect()
    try:
        for period in range(PERIODS + 1):
            await connection.execute(OPEN, period)
            await connection.execute(BEGIN, period, now - (PERIODS - period) * PERIOD)
        await connection.execute(ADD_CUSTOMERS)
        await connection.execute(MOVE, PERIODS * COUNTERS + BLOCK)
        periods = iter(range(PERIODS))
        await asyncio.gather(*(_write(stand, periods, recipients // PERIODS, now) for _ in range(WRITERS)))
        await connection.execute(PASSED, (PERIODS - 2) * COUNTERS * 64, now - OVERDUE, timeout=None)
        await connection.execute("vacuum (analyze)")
        await connection.execute("checkpoint")
    finally:
        await connection.close()


async def _write(stand: Stand, periods: Iterator[int], recipients: int, now: datetime) -> None:
    connection = await stand.connect()
    try:
        await connection.execute("set synchronous_commit = off")
        for period in periods:
            first = period * COUNTERS + FIRST
            begin = now - (PERIODS - period) * PERIOD
            messages = recipients // 2 // BULK
            bulk_recipients = messages * BULK
            alone = recipients - bulk_recipients
            step = PERIOD / alone
            await connection.execute(ADD_SINGLE_MESSAGES, first, alone, begin, step)
            await connection.execute(ADD_SINGLE_RECIPIENTS, first, alone, begin, step)
            second = first + 2 * alone
            if messages:
                await connection.execute(ADD_BULK_MESSAGES, second, messages, begin, PERIOD / messages)
                step = PERIOD / bulk_recipients
                await connection.execute(ADD_BULK_RECIPIENTS, second, bulk_recipients, begin, step)
            for statement in (ADD_PARTS, ADD_RECEIPTS, ADD_EVENTS):
                await connection.execute(statement, first * 64, (period + 1) * COUNTERS * 64)
    finally:
        await connection.close()
