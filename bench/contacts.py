"""(f) A group of a million contacts: one of them read, made and changed; all deleted at once, and swept away
behind it; a message to a whole group from the command line.

Rule: what is left is accounted by phone number: contacts of other groups must be there, the others must not;
and everybody in a group that was written to got the message once. The stand is one of its own.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from typing import Any

import asyncpg

from bench import cpu
from bench.generator import percentile
from bench.ledger import DIGITS
from bench.measure import Amount, Outcome, settled
from bench.stand import Stand

BASE = "/api-integrations/v1"
CALLS = 200  # of each kind, one after the other
FIRST_NEW = 9_000_000  # numbers of contacts that are made through the API
SAMPLE_SECONDS = 0.1

# $1: a counter, $2: how many, $3: the service. Nothing is analysed afterwards: a customer deletes what he has
# just filled in, and that is the hardest case.
FILL_LIST = """
insert into lists (id, bucket, customer_id, name, service_id)
select $1::bigint * 64 + c.bucket, c.bucket, c.id, s.key, s.id
from services s join customers c on c.id = s.customer_id where s.id = $2
"""
FILL_CONTACTS = f"""
insert into contacts (id, bucket, customer_id, phone, source, first_name, last_name, email, city,
                      country_code, properties, created_at)
select ($1::bigint + n) * 64 + c.bucket, c.bucket, c.id, '35850' || lpad(n::text, {DIGITS}, '0'), 'group',
       'First', 'Last ' || n, 'person' || n || '@bench.example', 'Helsinki',
       'FIN', '[{{"name": "size", "value": "M"}}]', now()
from generate_series(0, $2::bigint - 1) n, customers c where c.key = 'bench'
"""
FILL_MEMBERS = """
insert into list_members (list_id, bucket, contact_id, added_at)
select l.id, l.bucket, ($1::bigint + n) * 64 + l.bucket, now()
from generate_series(0, $2::bigint - 1) n, lists l where l.service_id = $3
"""
# The ids in use by the stand grow from below; these are taken out of its way.
COUNTERS = "select setval('viesti_ids', $1, true)"
FIRST_COUNTER = 1 << 26
SERVICES = "select key, id from services where kind = 'Group'"
LEFT = f"select right(phone, {DIGITS})::int as number from contacts where phone like '35850%'"
SWEEPING = """
select (select count(*) from lists where emptied_at is not null),
       (select count(*) from list_members m join lists l on l.id = m.list_id where l.emptied_at is not null)
"""


class _Calls:
    """Calls of one connection to the dialect, and how long each took."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = headers
        self.seconds: list[float] = []

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body)
        headers = self._headers | ({"Content-Type": "application/json"} if content else {})
        began = time.monotonic()
        self._connection.request(method, BASE + path, body=content, headers=headers)
        response = self._connection.getresponse()
        answer = json.load(response)
        self.seconds.append(time.monotonic() - began)
        if response.status != 200:
            raise RuntimeError(f"{method} {path.partition('/')[0]}: {response.status} {answer}")
        return answer

    async def many(self, wanted: Sequence[tuple[str, str, Any]]) -> list[float]:
        """The seconds of each of these calls."""
        self.seconds = []

        def run() -> None:
            for each in wanted:
                self.call(*each)

        await asyncio.to_thread(run)
        return self.seconds


async def contacts(stand: Stand, amount: Amount) -> Outcome:
    """Fill a group; call on single contacts; write to a smaller group; delete all of the big one."""
    outcome = Outcome("contacts")
    async with Stand(replace(stand.options, own_postgres=False, database_url="")) as own:
        await own.centre.ask("reset", delay=amount.delay, by_destination=True)
        connection = await own.connect()
        try:
            services = dict(await connection.fetch(SERVICES))
            await _fill(connection, services, amount, outcome)
            headers = await own.smartdialog()
            with closing(_Calls(own.api_port, headers)) as calls:
                groups = await _groups(calls, headers["Customer-Id"])
                await _single_ones(calls, groups["Everybody"], amount, outcome)
                await _send(own, amount, outcome)
                await _delete_all(own, connection, calls, groups["Everybody"], amount, outcome)
            await _account(connection, amount, outcome)
        finally:
            await connection.close()
    return outcome


async def _fill(
    connection: asyncpg.Connection[Any], services: dict[str, int], amount: Amount, outcome: Outcome
) -> None:
    first = FIRST_COUNTER
    await connection.execute(COUNTERS, first + amount.contacts + 1_000_000)
    began = time.monotonic()
    for number, (key, members) in enumerate(_sizes(amount).items()):
        await connection.execute(FILL_LIST, first - 10 + number, services[key])
        if number == 0:
            await connection.execute(FILL_CONTACTS, first, members, timeout=None)
        await connection.execute(FILL_MEMBERS, first, members, services[key], timeout=None)
    outcome.figures["contacts"] = amount.contacts
    outcome.figures["filled in s"] = time.monotonic() - began


def _sizes(amount: Amount) -> dict[str, int]:
    """Members by group; each is the beginning of the one before."""
    written = min(amount.written_to, amount.contacts)
    return {"everybody": amount.contacts, "many": written, "few": max(1, written // 10)}


async def _groups(calls: _Calls, customer: str) -> dict[str, str]:
    """The paths of the groups, by name."""
    calls._headers = calls._headers | {"ServiceType": "Group"}
    listed = await asyncio.to_thread(calls.call, "GET", f"/services/{customer}")
    return {each["name"]: f"/groupcontact/{customer}/{each['id']}" for each in listed}


async def _single_ones(calls: _Calls, path: str, amount: Amount, outcome: Outcome) -> None:
    numbers = [n * 7919 % amount.contacts for n in range(CALLS)]
    news = [{"phone": _phone(FIRST_NEW + n), "firstName": "New"} for n in range(CALLS)]
    wanted: dict[str, list[tuple[str, str, Any]]] = {
        "get": [("GET", f"{path}/%2B{_phone(number)}", None) for number in numbers],
        "create": [("POST", path, new) for new in news],
        "update": [("PUT", f"{path}/%2B{_phone(number)}", {"city": "Turku"}) for number in numbers],
        "delete": [("DELETE", f"{path}/%2B{new['phone']}", None) for new in news],
    }
    for name, each in wanted.items():
        _note(outcome, name, await calls.many(each))


def _phone(number: int) -> str:
    return f"35850{number:0{DIGITS}}"


def _note(outcome: Outcome, name: str, seconds: Sequence[float]) -> None:
    ordered = sorted(each * 1000 for each in seconds)
    for part in (50, 99):
        outcome.figures[f"{name} p{part} ms"] = percentile(ordered, part / 100)


async def _send(stand: Stand, amount: Amount, outcome: Outcome) -> None:
    """Write to the smaller groups; the memory of the two runs must be the same."""
    sizes = _sizes(amount)
    expected = 0
    for key in ("few", "many"):
        began = time.monotonic()
        peak = await stand.peak_of("send", f"To {key}", "--group", f"bench/{key}", "--json")
        outcome.figures[f"to {sizes[key]:,}: recipients/s"] = sizes[key] / (time.monotonic() - began)
        outcome.figures[f"to {sizes[key]:,}: command MiB"] = peak / 2**20
        expected += sizes[key]

    async def all_came() -> tuple[Any, bool]:
        total = (await stand.centre.ask("stats"))["submits"]["total"]
        return total, total >= expected

    await settled(all_came)
    dump = await stand.centre.ask("ledger")
    seen = zlib.decompress(base64.b64decode(dump["counts"]))
    wanted = [(number < sizes["few"]) + 1 for number in range(sizes["many"])]
    outcome.ledger["messages to groups"] = {
        "expected": expected,
        "seen": dump["total"],
        "lost": sum(max(0, times - seen[number]) for number, times in enumerate(wanted)),
        "doubled": sum(max(0, seen[number] - times) for number, times in enumerate(wanted)),
        "stray": dump["total"] - sum(seen[: sizes["many"]]),
    }


async def _delete_all(
    stand: Stand,
    connection: asyncpg.Connection[Any],
    calls: _Calls,
    path: str,
    amount: Amount,
    outcome: Outcome,
) -> None:
    api = stand.pids("api")[0]
    outcome.figures["API MiB before"] = cpu.resident([api]) / 2**20
    cpu.forget_peak(api)
    (seconds,) = await calls.many([("DELETE", path, None)])
    swept = time.monotonic()
    outcome.figures["delete all ms"] = seconds * 1000
    others: list[float] = []
    async with _meanwhile(calls, path, others):

        async def all_swept() -> tuple[Any, bool]:
            lists, members = await connection.fetchrow(SWEEPING) or (0, 0)
            return members, lists == 0

        await settled(all_swept)
        took = time.monotonic() - swept
    outcome.figures["swept in s"] = took
    outcome.figures["swept/s"] = (amount.contacts - _sizes(amount)["many"]) / took
    outcome.figures["API MiB at most"] = cpu.peak(api) / 2**20
    _note(outcome, "create meanwhile", others)


@asynccontextmanager
async def _meanwhile(calls: _Calls, path: str, seconds: list[float]) -> AsyncIterator[None]:
    """Contacts are made in the group again while the block runs."""
    ended = asyncio.Event()

    async def work() -> None:
        number = FIRST_NEW + CALLS
        while not ended.is_set():
            seconds.extend(await calls.many([("POST", path, {"phone": _phone(number)})]))
            number += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), SAMPLE_SECONDS)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        ended.set()
        await working


async def _account(connection: asyncpg.Connection[Any], amount: Amount, outcome: Outcome) -> None:
    """Those on the smaller groups must be there still, and nobody else of the big one."""
    left = {row["number"] for row in await connection.fetch(LEFT)}
    kept = set(range(_sizes(amount)["many"]))
    gone = set(range(_sizes(amount)["many"], amount.contacts))
    outcome.ledger["contacts on other lists"] = {
        "expected": len(kept),
        "seen": len(kept & left),
        "lost": len(kept - left),
        "doubled": 0,
    }
    outcome.ledger["contacts deleted"] = {
        "expected": len(gone),
        "seen": len(gone - left),
        "lost": len(gone & left),
        "doubled": 0,
    }
