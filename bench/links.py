"""(h) Short links: how soon who presses one is led on, alone and beside messages, and how many at most.

Rule: the links are those of the answers to what was sent; at the end every visit is in the store, once, as a
person's, and the first of each link is counted for its contact.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from bench.agent import Agent
from bench.ledger import DIGITS
from bench.measure import Amount, Gauge, Outcome, settled
from bench.stand import KEY, SECRET, Stand

PER_REQUEST = 1000
A_PERSON_NEEDS = 1.5  # seconds; who is there within one of the sending is no person
BESIDE_INTERVAL = 0.005  # 200 messages a second
SEEN = "select count(*), count(*) filter (where reason = '') from clicks"
SUMS = "select coalesce(sum(clicks), 0), coalesce(sum(persons), 0), count(*) from clicked"


async def links(stand: Stand, amount: Amount) -> Outcome:
    """Send messages with a link each, and press them."""
    outcome = Outcome("links")
    await stand.centre.ask("reset", delay=amount.delay, by_destination=True)
    connection = await stand.connect()
    visitors, others = Agent("visitors"), Agent("singles")
    await visitors.start()
    await others.start()
    try:
        [before] = await connection.fetch(SUMS)
        paths = await asyncio.to_thread(_send, stand.api_port, amount.links)

        async def sent() -> tuple[Any, bool]:
            state = (await stand.centre.ask("stats"))["acknowledged"]
            return state, state >= amount.links

        await settled(sent)
        await asyncio.sleep(A_PERSON_NEEDS)
        load = {"port": stand.api_port, "paths": paths, "seconds": amount.link_seconds}
        async with Gauge(stand) as gauge:
            alone = await visitors.ask("visit", **load, rate=amount.link_rate)
            _tell(outcome, "", alone)
            await gauge.read(outcome)
            outcome.messages = alone["sent"]
        caller = {"port": stand.api_port, "clients": [(KEY, SECRET)], "first": amount.links}
        await others.ask("start", **caller, interval=BESIDE_INTERVAL)
        beside = await visitors.ask("visit", **load, rate=amount.link_rate)
        messages = await others.ask("finish", stop=True)
        _tell(outcome, "beside messages ", beside)
        outcome.figures["messages/s beside"] = len(messages["answered_at"]) / beside["seconds"]
        most = await visitors.ask("visit", **load)
        _tell(outcome, "at most ", most)
        outcome.figures["at most visits/s"] = most["sent"] / most["seconds"]
        visits = alone["sent"] + beside["sent"] + most["sent"]
        pressed = min(amount.links, max(alone["sent"], most["sent"]))  # each begins with the first
        await _account(connection, outcome, visits, pressed, before)
    finally:
        await visitors.stop()
        await others.stop()
        await connection.close()
    return outcome


def _send(port: int, count: int) -> list[str]:
    """Send so many messages with a link; gives the paths of their short ones."""
    credentials = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
    paths: list[str] = []
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for first in range(0, count, PER_REQUEST):
            body = {
                "From": "Bench",
                "To": [f"+35840{n:0{DIGITS}}" for n in range(first, min(first + PER_REQUEST, count))],
                "Message": f"Parcel: https://bench.example/parcels/{first}?from=sms good bye",
                "TrackLinks": True,
            }
            connection.request("POST", "/sms/send", body=json.dumps(body), headers=headers)
            answer = json.load(connection.getresponse())
            for sms in answer:
                [link] = json.loads(sms["LinkDetails"])
                paths.append(urlsplit(link["ShortUrl"]).path)
    return paths


def _tell(outcome: Outcome, how: str, visits: dict[str, Any]) -> None:
    for name in ("p50", "p99", "max"):
        outcome.figures[f"{how}{name} ms"] = visits[name] * 1000
    for status, times in visits["statuses"].items():
        if status != "302":
            outcome.problems.append(f"{times} visits answered {status}")


async def _account(
    connection: asyncpg.Connection[Any], outcome: Outcome, visits: int, pressed: int, before: Any
) -> None:
    async def noted() -> tuple[Any, bool]:
        [now] = await connection.fetch(SUMS)
        return now[0], now[0] - before[0] >= visits

    await settled(noted)
    [now] = await connection.fetch(SUMS)
    [seen] = await connection.fetch(SEEN)
    for name, expected, found in (
        ("visits", visits, now[0] - before[0]),
        ("of persons", visits, now[1] - before[1]),
        ("links followed", pressed, now[2] - before[2]),
        ("in the log", now[0], seen[0]),
    ):
        outcome.ledger[name] = {
            "expected": int(expected),
            "seen": int(found),
            "lost": max(0, int(expected - found)),
            "doubled": max(0, int(found - expected)),
        }
