"""(i) Campaigns: a million people planned, previewed, paused and called off; a smaller one fed to its end.

Rule: the stand is one of its own. The big campaign may not send today, so it is planned and nothing more; of
the small one each person must get the message once, and nobody of the big one.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import time
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bench import cpu
from bench.ledger import DIGITS
from bench.measure import Amount, Gauge, Outcome, settled
from bench.stand import KEY, SECRET, Stand

OPTED_OUT_EVERY = 50  # people
FIRST_COUNTER = 1 << 26  # the ids in use by the stand grow from below
COUNTERS = "select setval('viesti_ids', $1, true)"
# $1: a counter, $2: how many. Numbers are not in the order of contacts, as they never are.
CONTACTS = f"""
insert into contacts (id, bucket, customer_id, phone, source, first_name, last_name, created_at)
select ($1::bigint + n) * 64 + c.bucket, c.bucket, c.id,
       '35850' || lpad((n * 7919 % $2)::text, {DIGITS}, '0'), 'api', 'First' || n, 'Last', now()
from generate_series(0, $2::bigint - 1) n, customers c where c.key = 'bench'
"""
# $1: the id's counter, $2: the name, $3: everybody below.
TAG = f"""
with made as (
    insert into lists (id, bucket, customer_id, name)
    select $1::bigint * 64 + bucket, bucket, id, $2 from customers where key = 'bench'
    returning id, bucket, customer_id
)
insert into list_members (list_id, bucket, contact_id, added_at)
select made.id, made.bucket, c.id, now() from made join contacts c on c.customer_id = made.customer_id
where right(c.phone, {DIGITS})::int < $3
"""
OPT_OUTS = f"""
insert into opt_outs (customer_id, bucket, address, since)
select customer_id, bucket, phone, now() from contacts where right(phone, {DIGITS})::int % $1 = 1
"""
TIMES = """
select extract(epoch from planned_at - started_at)::float8 as planned, people, opted_out, status, fed
from campaigns where id = $1
"""


class _Calls:
    """Calls of an application, and the seconds each took."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        credentials = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        self._headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def close(self) -> None:
        self._connection.close()

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[Any, float]:
        def run() -> tuple[Any, float]:
            began = time.monotonic()
            content = None if body is None else json.dumps(body)
            self._connection.request(method, path, body=content, headers=self._headers)
            response = self._connection.getresponse()
            answer = json.load(response)
            if response.status not in (200, 201):
                raise RuntimeError(f"{method} {path}: {response.status} {answer}")
            return answer, time.monotonic() - began

        return await asyncio.to_thread(run)


async def campaign(stand: Stand, amount: Amount) -> Outcome:
    """Plan the big one; then feed the small one."""
    outcome = Outcome("campaign")
    async with Stand(replace(stand.options, own_postgres=False, database_url="")) as own:
        await own.centre.ask("reset", delay=amount.delay, by_destination=True)
        connection = await own.connect()
        try:
            small = min(amount.written_to, amount.contacts)
            await _fill(connection, amount, small)
            with closing(_Calls(own.api_port)) as calls:
                await _planned(own, connection, calls, amount, outcome)
                await _fed(own, connection, calls, small, outcome)
            await _account(own, small, outcome)
        finally:
            await connection.close()
    return outcome


async def _fill(connection: asyncpg.Connection[Any], amount: Amount, small: int) -> None:
    await connection.execute(COUNTERS, FIRST_COUNTER + amount.contacts + 1_000_000)
    await connection.execute(CONTACTS, FIRST_COUNTER, amount.contacts, timeout=None)
    for number, (name, below) in enumerate((("everybody", amount.contacts), ("many", small))):
        await connection.execute(TAG, FIRST_COUNTER - 10 + number, name, below, timeout=None)
    await connection.execute(OPT_OUTS, OPTED_OUT_EVERY, timeout=None)


async def _planned(
    stand: Stand, connection: asyncpg.Connection[Any], calls: _Calls, amount: Amount, outcome: Outcome
) -> None:
    body: dict[str, Any] = {"From": "Bench", "Message": "Hello $(FirstName)", "ToTagName": ["everybody"]}
    _, outcome.figures["preview s"] = await calls("POST", "/sms/preview", {**body, "Index": 5})
    other_day = (datetime.now(UTC).isoweekday() + 2) % 7 + 1
    engine = stand.pids("engine")[0]
    outcome.figures["engine MiB before"] = cpu.resident([engine]) / 2**20
    cpu.forget_peak(engine)
    made, outcome.figures["bulk answered s"] = await calls(
        "POST", "/sms/bulk", {**body, "Days": [str(other_day)]}
    )

    async def planned() -> tuple[Any, bool]:
        row = await connection.fetchrow(TIMES, made["CampaignID"])
        return row, row is not None and row["planned"] is not None

    await settled(planned)
    row = await connection.fetchrow(TIMES, made["CampaignID"])
    assert row is not None
    outcome.figures["people"] = row["people"]
    outcome.figures["planned in s"] = row["planned"]
    outcome.figures["people planned/s"] = row["people"] / row["planned"]
    outcome.figures["engine MiB at most, planning"] = cpu.peak(engine) / 2**20
    expected = amount.contacts - (amount.contacts + OPTED_OUT_EVERY - 2) // OPTED_OUT_EVERY
    able = row["people"] - row["opted_out"]
    outcome.ledger["people planned"] = {
        "expected": expected,
        "seen": able,
        "lost": max(0, expected - able),
        "doubled": max(0, able - expected),
    }
    _, outcome.figures["shown s"] = await calls("GET", f"/campaigns/{made['CampaignID']}")
    _, outcome.figures["cancelled s"] = await calls("POST", f"/campaigns/{made['CampaignID']}/cancel")


async def _fed(
    stand: Stand, connection: asyncpg.Connection[Any], calls: _Calls, small: int, outcome: Outcome
) -> None:
    body = {"From": "Bench", "Message": "Hello $(FirstName)", "ToTagName": ["many"]}
    engine = stand.pids("engine")[0]
    cpu.forget_peak(engine)
    async with Gauge(stand) as gauge:
        made, _ = await calls("POST", "/sms/bulk", body)
        path = f"/campaigns/{made['CampaignID']}"

        async def begun() -> tuple[Any, bool]:
            row = await connection.fetchrow(TIMES, made["CampaignID"])
            return row, row is not None and row["fed"] >= small // 4

        await settled(begun)
        _, outcome.figures["pause ms"] = await calls("POST", f"{path}/pause")
        before = (await stand.centre.ask("stats"))["submits"]["total"]
        await asyncio.sleep(1.0)
        after = (await stand.centre.ask("stats"))["submits"]["total"]
        outcome.figures["sent after the pause"] = after - before
        _, outcome.figures["resume ms"] = await calls("POST", f"{path}/resume")
        began = time.monotonic()
        rest = small - after

        async def finished() -> tuple[Any, bool]:
            row = await connection.fetchrow(TIMES, made["CampaignID"])
            return row, row is not None and row["status"] == "finished"

        await settled(finished)
        outcome.figures["fed and sent/s"] = rest / (time.monotonic() - began)
        await gauge.read(outcome)
    for name in ("pause ms", "resume ms"):
        outcome.figures[name] *= 1000
    outcome.messages = small
    outcome.figures["engine MiB at most, feeding"] = cpu.peak(engine) / 2**20
    _, outcome.figures["report s"] = await calls("GET", f"{path}/report")


async def _account(stand: Stand, small: int, outcome: Outcome) -> None:
    expected = sum(number % OPTED_OUT_EVERY != 1 for number in range(small))

    async def all_came() -> tuple[Any, bool]:
        total = (await stand.centre.ask("stats"))["submits"]["total"]
        return total, total >= expected

    await settled(all_came)
    dump = await stand.centre.ask("ledger")
    seen = zlib.decompress(base64.b64decode(dump["counts"]))
    wanted = [int(number % OPTED_OUT_EVERY != 1) for number in range(small)]
    outcome.ledger["messages of the campaign"] = {
        "expected": expected,
        "seen": dump["total"],
        "lost": sum(max(0, times - seen[number]) for number, times in enumerate(wanted)),
        "doubled": sum(max(0, seen[number] - times) for number, times in enumerate(wanted)),
        "stray": dump["total"] - sum(seen[:small]),
    }
