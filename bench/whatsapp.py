"""(j) WhatsApp: whether numbers keep their rate, alone and beside each other, and people their pause.

Rule: all moments are those of requests at the far end; every message is one person's and accounted for by
number, but for those to the one who is written to again and again.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from array import array
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from bench.agent import Agent
from bench.ledger import DIGITS, compare
from bench.measure import Amount, Gauge, Outcome, settled
from bench.rates import ALLOWED, kept
from bench.stand import Stand

ANSWER_DELAY = 0.2  # seconds, as Meta's answers take
PER_REQUEST = 100
JITTER = 0.02  # seconds; the first messages wait for their connections
PAIR_SECONDS, PAIR_BURST = 6.0, 5
WATCHED = "358419999999"  # who gets all the messages of the pair's case
NUMBERS = ("358451000001", "358451000002", "358451000003")  # of the two at 80 and the one at 1,000 a second
IDS = ("9001", "9002", "9003")
RATES = (80, 80, 1000)
CONNECTIONS = (64, 64, 500)

ESTATE = """
[[channels]]
key = "whatsapp{at}"
kind = "whatsapp"
enabled = {enabled}

[channels.options]
phone_number_id = "{id}"
waba_id = "1"
identity = "{identity}"
base_url = "http://127.0.0.1:{port}"
messages_per_second = {rate}
connections = {connections}
pair_seconds = {pair_seconds}
pair_burst = {pair_burst}

[channels.secrets]
token = "bench"
app_secret = "bench"
verify_token = "bench"

[[senders]]
customer = "bench"
sender = "+{identity}"

[[services]]
customer = "bench"
key = "whatsapp{at}"
name = "WhatsApp {at}"
kind = "OneWay"
default_sender = "Bench"
whatsapp_sender = "+{identity}"
"""
# $1: the text. One for each number, as if Meta had approved it.
TEMPLATES = """
insert into templates (id, bucket, customer_id, channel_id, provider_id, name, language, category, status,
    components, raw_content, created_at, updated_at)
select (nextval('viesti_ids') * 64) + c.bucket, c.bucket, c.id, ch.id, ch.key, 'bench', 'en', 'UTILITY',
    'APPROVED', jsonb_build_array(jsonb_build_object('type', 'BODY', 'text', $1::text)), $1, now(), now()
from customers c, channels ch where c.key = 'bench' and ch.kind = 'whatsapp'
"""
TEXT = "Number {{1}} is your number today."
BOUND = """
select count(*) from session_states s join channels c on c.id = s.channel_id
where c.kind = 'whatsapp' and s.state = 'bound'
"""
STATUSES = """
select status, count(*) from recipients where created_at >= $1 group by status order by status
"""
SENT = 30
OUTBOX = "select count(*) from outbox"


@dataclass(frozen=True, slots=True)
class Case:
    """Numbers that send at once, by their place."""

    name: str
    numbers: tuple[int, ...]
    seconds: float  # of the amount's


CASES = (Case("80", (0,), 1.0), Case("80 beside 80", (0, 1), 1.0), Case("1000", (2,), 1 / 2))


async def whatsapp(stand: Stand, amount: Amount) -> Outcome:
    """Each case for a while, then one person is written to a dozen times."""
    outcome = Outcome("whatsapp")
    cloud = Agent("cloud_api")
    await cloud.start()
    try:
        await _apply(stand, cloud)
        sender = await _Sender.open(stand)
        async with Gauge(stand) as gauge:
            first = 1
            for number in range(len(NUMBERS)):  # after one message all connections may be used
                sender.send(number, first, 1)
                first += 1
            await _settled(stand, cloud, len(NUMBERS))
            for case in CASES:
                first = await _case(stand, cloud, sender, outcome, case, amount.whatsapp_seconds, first)
            await _pair(stand, cloud, sender, outcome, amount.pair_messages, first)
            await gauge.read(outcome)
            counts = {row[0]: row[1] for row in await gauge.connection.fetch(STATUSES, gauge.began_at)}
        if set(counts) != {SENT}:
            outcome.problems.append(f"recipients by status: {counts}")
        sender.close()
    finally:
        await _apply(stand, cloud, enabled=False)
        await cloud.stop()
    return outcome


async def _apply(stand: Stand, cloud: Agent, enabled: bool = True) -> None:
    estate = stand.folder / "whatsapp.toml"
    estate.write_text(
        "".join(
            ESTATE.format(
                at=at,
                enabled=str(enabled).lower(),
                id=IDS[at],
                identity=NUMBERS[at],
                port=cloud.hello["port"],
                rate=RATES[at],
                connections=CONNECTIONS[at],
                pair_seconds=PAIR_SECONDS,
                pair_burst=PAIR_BURST,
            )
            for at in range(len(NUMBERS))
        )
    )
    await stand.viesti("apply", str(estate), "--yes")
    if not enabled:
        return
    connection = await stand.connect()
    try:
        if not await connection.fetchval("select count(*) from templates"):
            await connection.execute(TEMPLATES, TEXT)

        async def bound() -> bool:
            return bool(await connection.fetchval(BOUND) == len(NUMBERS))

        await stand.until(bound, "its WhatsApp numbers are not usable")
    finally:
        await connection.close()


class _Sender:
    """Sends templates through SmartDialog, by each number's service."""

    def __init__(self, port: int, headers: dict[str, str], services: Sequence[str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = headers | {"Content-Type": "application/json"}
        self._services = services

    @classmethod
    async def open(cls, stand: Stand) -> _Sender:
        """With the ids of the services."""
        headers = dict(await stand.smartdialog())
        del headers["Service-Id"]
        sender = cls(stand.api_port, headers, ())
        listed = sender._ask("GET", f"/services/{headers['Customer-Id']}", None, {"ServiceType": "OneWay"})
        by_name = {each["name"]: each["id"] for each in listed}
        sender._services = [by_name[f"WhatsApp {at}"] for at in range(len(NUMBERS))]
        return sender

    def close(self) -> None:
        self._connection.close()

    def send(self, number: int, first: int, count: int, to: str = "") -> None:
        """Messages to this many people from `first` on, or one to the person `to`. Raises RuntimeError."""
        people = [to] if to else [f"35840{one:0{DIGITS}}" for one in range(first, first + count)]
        body = {
            "TemplateName": "bench",
            "Recipients": [{"Address": f"+{digits}"} for digits in people],
            "BodyParameters": [str(first)],
        }
        self._ask("POST", "/messages/templates/whatsapp", body, {"Service-Id": self._services[number]})

    def _ask(self, method: str, path: str, body: Any, more: dict[str, str]) -> Any:
        content = None if body is None else json.dumps(body)
        path = f"/api-integrations/v1{path}"
        self._connection.request(method, path, body=content, headers=self._headers | more)
        response = self._connection.getresponse()
        answer = json.load(response)
        if response.status != 200:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer


async def _case(
    stand: Stand, cloud: Agent, sender: _Sender, outcome: Outcome, case: Case, seconds: float, first: int
) -> int:
    """One case; gives the first person of the next."""
    await cloud.ask("reset", delay=ANSWER_DELAY)
    began = first
    for _ in range(int(RATES[case.numbers[0]] * seconds * case.seconds / PER_REQUEST + 0.999)):
        for number in case.numbers:
            await asyncio.to_thread(sender.send, number, first, PER_REQUEST)
            first += PER_REQUEST
    await _settled(stand, cloud, first - began)
    outcome.messages += first - began
    outcome.ledger[case.name] = compare(await cloud.ask("ledger"), began, first, ())
    arrivals = (await cloud.ask("told"))["arrivals"]
    for number in case.numbers:
        name = case.name if len(case.numbers) == 1 else f"{case.name}, number {number + 1}"
        times = _moments(arrivals[IDS[number]])
        kept(outcome, name, RATES[number], times, times[0], jitter=JITTER)
    return first


async def _settled(stand: Stand, cloud: Agent, expected: int) -> None:
    connection: asyncpg.Connection[Any] = await stand.connect()

    async def progress() -> tuple[Any, bool]:
        stats = await cloud.ask("stats")
        came = stats["total"] + stats["watched"]
        left = await connection.fetchval(OUTBOX)
        return (came, left), came >= expected and not left

    try:
        await settled(progress)
    finally:
        await connection.close()


def _moments(packed: str) -> list[float]:
    found = array("d")
    found.frombytes(b64decode(packed))
    return found.tolist()


async def _pair(
    stand: Stand, cloud: Agent, sender: _Sender, outcome: Outcome, messages: int, first: int
) -> None:
    """One person is written to again and again, and others, who must not wait for that, beside him."""
    await cloud.ask("reset", delay=ANSWER_DELAY, watched=WATCHED)
    began = time.monotonic()
    for text in range(messages):
        await asyncio.to_thread(sender.send, 0, text, 1, WATCHED)
    others = PER_REQUEST
    await asyncio.to_thread(sender.send, 0, first, others)
    asked = time.monotonic()
    await _settled(stand, cloud, messages + others)
    outcome.messages += messages + others
    outcome.ledger["others beside a pair"] = compare(await cloud.ask("ledger"), first, first + others, ())
    told = await cloud.ask("told")
    at = told["watched_at"]
    outcome.ledger["pair"] = {
        "expected": messages,
        "seen": len(at),
        "lost": max(0, messages - len(at)),
        "doubled": max(0, len(at) - messages),
    }
    burst = sum(moment < at[0] + PAIR_SECONDS / 2 for moment in at)
    others_last = max(set(_moments(told["arrivals"][IDS[0]])) - set(at))
    figures = outcome.figures
    figures["pair: at once"] = burst
    figures["pair: s to the last"] = at[-1] - at[0]
    figures["pair: s at least"] = (messages - PAIR_BURST) * PAIR_SECONDS
    figures["pair: others were sent in s"] = others_last - asked
    figures["pair: asked for in s"] = asked - began
    for index, begin in enumerate(at):
        for more, end in enumerate(at[index:], 1):
            if more > PAIR_BURST + (end - begin) / PAIR_SECONDS * (1 + ALLOWED):
                outcome.problems.append(f"pair: {more} messages within {end - begin:.1f} s")
                return
