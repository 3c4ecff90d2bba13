"""Crash rounds by WhatsApp: templates go out, some fall back to SMS, people write, and something is killed.

Part of `rounds.py` (--kind whatsapp). The Cloud API is the simulator with its faults on: one number in five
has no WhatsApp, answers are lost, connections die, webhooks come twice and disordered.

Rule: as there: nothing is believed but the far ends, and a broken promise is an exit code.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import random
import time
import zlib
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg

from bench.agent import Agent
from bench.ledger import DIGITS
from bench.shop import PAID
from bench.stand import Stand, StandOptions
from bench.whatsapp import TEMPLATES, TEXT
from bench.whatsapp_account import PROMISED, Found, Recipient, Seen, account, broken
from bench.whatsapp_load import WhatsAppLoad
from viesti.simulator.whatsapp.run import (
    CannotStart,
    CloudBehaviour,
    CloudNumber,
    WhatsApp,
    WhatsAppOptions,
    start_whatsapp,
)

KIND = "whatsapp"
KILLED = ("engine", "api", "postgres", "everything")
CONNECTIONS = 20  # of the number: as many sends are under way at most
SETTLE_SECONDS, STALL_SECONDS, POLL_SECONDS = 60.0, 90.0, 0.2
NUMBER = CloudNumber()
BEHAVIOUR = CloudBehaviour(
    absent=0.2,
    lost_answers=0.01,
    cut_connections=0.01,
    server_errors=0.01,
    webhook_duplicates=0.1,
    webhook_disorder=0.2,
    webhook_batch=5,
    webhook_retries=(0.3, 1.0, 2.0),
)
ESTATE = """
[[channels]]
key = "rounds"
kind = "whatsapp"

[channels.options]
phone_number_id = "{number.phone_number_id}"
waba_id = "{number.waba_id}"
identity = "{number.display_number}"
base_url = "{base_url}"
connections = {connections}
answer_timeout = 5.0

[channels.secrets]
token = "{number.token}"
app_secret = "{number.app_secret}"
verify_token = "{number.verify_token}"

[[senders]]
customer = "bench"
sender = "+{number.display_number}"

[[services]]
customer = "bench"
key = "rounds"
name = "Rounds"
kind = "TwoWay"
default_sender = "Bench"
whatsapp_sender = "+{number.display_number}"
fallback_minutes = 1
webhook_url = "http://127.0.0.1:{receiver}/in"

[[prices]]
channel = "rounds"
per_part = "0.01"
currency = "EUR"
gbp_per_part = "0.0086"
"""
UNSETTLED = "select count(*) from outbox where claimed_at <= $1"
SENDING = """
select (select count(*) from outbox) + (select count(*) from provider_events)
       + (select count(*) from waiting_receipts where recipient_id is not null)
"""
OWED = f"""
select ({SENDING}) + (select count(*) from fallbacks) + (select count(*) from inbound_parts)
       + (select count(*) from callbacks where parked_at is null)
"""
# The minute of the service goes by at once for who is waited for in vain.
A_MINUTE_GOES_BY = (
    "update recipients set sent_at = sent_at - interval '1 minute'"
    " where id = any(array(select recipient_id from fallbacks))",
    "update fallbacks set due_at = due_at - interval '1 minute'",
)
RECIPIENTS = f"""
select right(r.address, {DIGITS})::int as number, r.status, r.doubts,
       r.fell_back_after is not null as fell_back,
       exists (select from events e
               where e.subject_id = r.id and e.kind = 'delivered_late_on_whatsapp') as late
from recipients r join messages m on m.id = r.message_id where m.protocol = 'whatsapp'
"""
INBOUND = f"""
select right(text, {DIGITS})::int as number, count(*) as times from inbound_messages
where text like 'Bench inbound #%' group by 1
"""
EVENTS = """
select kind || coalesce(' ' || case when kind = 'fallback' then detail::jsonb->>'reason' end, '') as kind,
       count(*) as times
from events group by 1
"""
MONEY = """
select (select sum(r.cost) from recipients r where r.customer_id = u.id) as costs, b.spent
from customers u join balances b on b.customer_id = u.id where u.key = 'bench'
"""


@dataclasses.dataclass(slots=True)
class WhatsAppResult:
    """What the rounds showed. `limit`: of messages under way at a kill."""

    rounds: int = 0
    limit: int = CONNECTIONS
    accepted: int = 0
    written: int = 0
    seconds: float = 0.0
    recovery_seconds: list[float] = dataclasses.field(default_factory=list)
    kills: dict[str, int] = dataclasses.field(default_factory=dict)
    account: Found = dataclasses.field(default_factory=Found)
    events: dict[str, int] = dataclasses.field(default_factory=dict)
    webhooks: dict[str, int] = dataclasses.field(default_factory=dict)
    answers: dict[str, int] = dataclasses.field(default_factory=dict)
    money: dict[str, str] = dataclasses.field(default_factory=dict)
    problems: list[str] = dataclasses.field(default_factory=list)

    @property
    def broken(self) -> dict[str, int]:
        """Promises not kept."""
        wrong = broken(self.account)
        # An answer that never came is a copy, too, when its webhook does not come within half a minute.
        over = len(self.account.doubled) - self.rounds * self.limit - self.events.get("in_doubt", 0)
        if over > 0:
            wrong["more doubled than in flight"] = over
        if self.money.get("costs") != self.money.get("spent"):
            wrong["costs that are not what was taken"] = 1
        if self.problems:
            wrong["problems"] = len(self.problems)
        return wrong


async def run(chance: random.Random, rounds: int, rate: float, inbound: float, keep: bool) -> WhatsAppResult:
    """The rounds, on a stand of their own."""
    result = WhatsAppResult()
    began = time.monotonic()
    async with Stand(StandOptions(own_postgres=True, keep=keep)) as stand:
        await stand.centre.ask("reset", by_destination=True, witness=True)
        options = WhatsAppOptions(numbers=(NUMBER,), behaviour=BEHAVIOUR, port=0)
        whatsapp = await start_whatsapp(options, lambda: datetime.now(UTC), random.Random(chance.random()))
        if isinstance(whatsapp, CannotStart):
            raise OSError(whatsapp)
        try:
            far_end = _FarEnd(whatsapp)
            headers = await _open(stand, whatsapp)
            load = WhatsAppLoad(stand, whatsapp, random.Random(chance.random()), rate, inbound)
            await load.start(headers)
            try:
                for number in range(rounds):
                    await asyncio.sleep(chance.uniform(1.0, 4.0))
                    await _round(stand, KILLED[number % len(KILLED)], result)
            finally:
                await load.stop()
            await _drain(stand, whatsapp, result)
            await _account(stand, far_end, load, result)
        finally:
            await whatsapp.stop()
    result.seconds = time.monotonic() - began
    return result


class _FarEnd:
    """Every message that WhatsApp took; it forgets, this does not."""

    def __init__(self, whatsapp: WhatsApp) -> None:
        self.whatsapp = whatsapp
        self._messages: dict[str, Any] = {}
        whatsapp.on_change = self._changed

    def _changed(self, phone: str) -> None:
        for message in self.whatsapp.messages(phone):
            self._messages[message.id] = message

    def count(self, *states: str) -> Counter[int]:
        """By number: in one of these states, or all."""
        return Counter(
            int(message.person.phone[-DIGITS:])
            for message in self._messages.values()
            if not states or message.state in states
        )


async def _open(stand: Stand, whatsapp: WhatsApp) -> dict[str, str]:
    """The number, its service, its template and its webhooks; gives the headers that send by it."""
    estate = stand.folder / "rounds.toml"
    estate.write_text(
        ESTATE.format(
            number=NUMBER,
            base_url=whatsapp.base_url,
            receiver=stand.receiver.hello["port"],
            connections=CONNECTIONS,
        )
    )
    await stand.viesti("apply", str(estate), "--yes")
    await stand.viesti("balance", "bench", "add", PAID)
    whatsapp.add_template("bench", TEXT, language="en")
    connection = await stand.connect()
    try:
        await connection.execute(TEMPLATES, TEXT)
    finally:
        await connection.close()
    url = f"http://127.0.0.1:{stand.api_port}/provider/whatsapp/rounds"

    async def subscribed() -> bool:
        return await whatsapp.subscribe(url)

    await stand.until(subscribed, "its webhook does not answer")
    return await stand.smartdialog_of("TwoWay", "Rounds")


async def _round(stand: Stand, kind: str, result: WhatsAppResult) -> None:
    killed, at = time.monotonic(), datetime.now(UTC)
    await stand.kill(kind)
    if kind == "everything":
        await stand.serve()
    await asyncio.sleep(POLL_SECONDS)
    while not await _settled(stand, at):
        if time.monotonic() - killed > SETTLE_SECONDS:
            result.problems.append(f"round {result.rounds + 1}: not settled in {SETTLE_SECONDS:g} s")
            break
        await asyncio.sleep(POLL_SECONDS)
    result.recovery_seconds.append(time.monotonic() - killed)
    result.kills[kind] = result.kills.get(kind, 0) + 1
    result.rounds += 1


async def _settled(stand: Stand, killed_at: datetime) -> bool:
    """Whether everything runs again and nobody has in his hands what the dead had."""
    return await stand.whole() and await _count(stand, UNSETTLED, killed_at) == 0


async def _count(stand: Stand, query: str, *arguments: object) -> int | None:
    """A number in the store; None while it can't be asked."""
    with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        connection = await stand.connect()
        try:
            return int(await connection.fetchval(query, *arguments))
        finally:
            await connection.close()
    return None


async def _drain(stand: Stand, whatsapp: WhatsApp, result: WhatsAppResult) -> None:
    """Wait until all is sent; let the minute of the silent go by; wait until nothing is owed anywhere."""
    await _wait(stand, whatsapp, SENDING, result)
    connection = await stand.connect()
    try:
        for statement in A_MINUTE_GOES_BY:
            await connection.execute(statement)
    finally:
        await connection.close()
    await _wait(stand, whatsapp, OWED, result)


async def _wait(stand: Stand, whatsapp: WhatsApp, query: str, result: WhatsAppResult) -> None:
    last: Any = None
    moved = time.monotonic()
    while True:
        state = (
            await _count(stand, query),
            whatsapp.hooks.pending,
            (await stand.centre.ask("stats"))["owed"],
        )
        if state == (0, 0, 0):
            return
        if state != last:
            last, moved = state, time.monotonic()
        elif time.monotonic() - moved > STALL_SECONDS:
            result.problems.append(
                f"still owed: {state[0]} in the store, {state[1]} webhooks, {state[2]} by SMS"
            )
            return
        await asyncio.sleep(POLL_SECONDS)


async def _account(stand: Stand, far_end: _FarEnd, load: WhatsAppLoad, result: WhatsAppResult) -> None:
    connection = await stand.connect()
    try:
        rows = await connection.fetch(RECIPIENTS)
        inbound = await connection.fetch(INBOUND)
        result.events = {row["kind"]: row["times"] for row in await connection.fetch(EVENTS)}
        [money] = await connection.fetch(MONEY)
    finally:
        await connection.close()
    if len(rows) != len({row["number"] for row in rows}):
        result.problems.append("recipients are in the store twice")
    hooks = far_end.whatsapp.hooks.counts
    result.money = {name: str(amount) for name, amount in money.items()}
    result.webhooks = {"taken": hooks.taken, "refused": hooks.refused, "given up": hooks.given_up}
    result.accepted, result.written = len(load.accepted), load.written
    result.answers = dict(load.answers)
    result.account = account(
        Seen(
            accepted=load.accepted,
            taken=far_end.count(),
            shown=far_end.count("delivered", "read"),
            sms=await _ledger(stand.centre, name="submits"),
            reports=await _ledger(stand.receiver, method="GET"),
            recipients={row["number"]: Recipient(*list(row)[1:]) for row in rows},
            written=load.written,
            stored={row["number"]: row["times"] for row in inbound},
            webhooks=await _ledger(stand.receiver, method="POST"),
        )
    )


async def _ledger(agent: Agent, **which: str) -> bytes:
    return zlib.decompress(base64.b64decode((await agent.ask("ledger", **which))["counts"]))


def show(result: WhatsAppResult) -> None:
    """A table."""
    found = result.account
    lines: dict[str, object] = {
        "kills": ", ".join(f"{kind} {times}" for kind, times in result.kills.items()),
        "accepted messages": result.accepted,
        "messages of people": result.written,
        **{name.replace("_", " "): len(getattr(found, name)) for name in PROMISED},
        "gone on by SMS": found.by_sms,
        "of them, for no delivery in time": result.events.get("fallback no_delivery", 0),
        "in doubt": result.events.get("in_doubt", 0),
        "settled by a later webhook": result.events.get("answered_late", 0),
        "sent twice, and marked": len(found.doubled),
        "the limit of that": result.rounds * result.limit + result.events.get("in_doubt", 0),
        "on WhatsApp and by SMS": len(found.both),
        "delivered late on WhatsApp": result.events.get("delivered_late_on_whatsapp", 0),
        "held for the operator": len(found.held),
        "never told, yet sent": found.unasked,
        "extra delivery reports": found.extra_reports,
        "webhooks taken / refused": f"{result.webhooks.get('taken')} / {result.webhooks.get('refused')}",
        "cost of all": result.money.get("costs"),
        "taken from the balance": result.money.get("spent"),
        "seconds to recover, at most": f"{max(result.recovery_seconds, default=0):.1f}",
        "seconds": f"{result.seconds:.0f}",
    }
    for name, value in lines.items():
        print(f"{name:<34}{value!s:>12}")
    for problem in result.problems:
        print(f"note: {problem}")
    for name, count in result.broken.items():
        print(f"BROKEN: {name}: {count}: {PROMISED.get(name, '')} {getattr(found, name, [])[:10]}")


def as_json(result: WhatsAppResult) -> dict[str, Any]:
    """Everything."""
    return {"kind": KIND, **dataclasses.asdict(result), "broken": result.broken}
