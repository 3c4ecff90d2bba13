"""(k) Webhooks of WhatsApp: how fast they are answered, at 1,000 a second and at most, and when all is done.

Rule: what was answered 200 must have taken effect, once: each message of ours is delivered and read, each
message of a person has reached the webhook of its service, and no body is left.
"""

from __future__ import annotations

import itertools
import time
from typing import Any

import asyncpg

from bench.agent import Agent
from bench.ledger import DIGITS, compare
from bench.measure import DELIVERED, Amount, Gauge, Outcome, settled
from bench.stand import Stand
from bench.webhook_poster import OF_A_MESSAGE, number_of

IDENTITY, NUMBER_ID, SECRET = "358451999999", "9999", "bench"
CHANNEL = "webhooks"
BLOCK, BUCKETS = 1000, 64  # of the sequence of ids
SENT = 30

# The channel sends nothing here; a disabled one takes webhooks, too.
ESTATE = f"""
[[channels]]
key = "{CHANNEL}"
kind = "whatsapp"
enabled = false

[channels.options]
phone_number_id = "{NUMBER_ID}"
waba_id = "1"
identity = "{IDENTITY}"

[channels.secrets]
token = "bench"
app_secret = "{SECRET}"
verify_token = "bench"

[[senders]]
customer = "bench"
sender = "+{IDENTITY}"

[[services]]
customer = "bench"
key = "webhooks"
name = "Webhooks"
kind = "TwoWay"
default_sender = "Bench"
webhook_url = "http://127.0.0.1:%d/in"
keywords = [{{ address = "+{IDENTITY}" }}]
"""
MESSAGE_COLUMNS = (
    "id", "bucket", "customer_id", "dialect", "sender", "sender_kind", "text", "lane", "recipient_count",
    "part_count", "created_at", "protocol",
)  # fmt: skip
RECIPIENT_COLUMNS = (
    "id", "bucket", "message_id", "customer_id", "address", "address_kind", "coding", "parts", "status",
    "channel_id", "attempt", "reports", "created_at", "sent_at",
)  # fmt: skip
PART_COLUMNS = ("recipient_id", "bucket", "attempt", "number", "total", "channel_id", "reference", "sent_at")
LEFT = """
select (select count(*) from provider_events) as bodies, (select count(*) from inbound_parts) as parts,
       (select count(*) from callbacks) as callbacks
"""
DONE = """
select count(*) filter (where status = $2) as delivered, count(read_at) as read
from recipients where message_id = $1
"""
OURS = """
select c.id, c.bucket, h.id, now() from customers c, channels h where c.key = 'bench' and h.key = $1
"""
BLOCKS = "select nextval('viesti_ids') from generate_series(1, $1)"
FAILED = "select last_error, count(*) from provider_events where failures > 0 group by 1"


_bases = itertools.count(0, 10**DIGITS // 10)  # each run's messages are its own: what came before is a repeat


async def webhooks(stand: Stand, amount: Amount) -> Outcome:
    """At a rate, then as many as 32 connections get answered."""
    outcome = Outcome("webhooks")
    poster = Agent("webhook_poster")
    await poster.start()
    stand.groups["poster"] = [poster.pid]
    connection = await stand.connect()
    try:
        estate = stand.folder / "webhooks.toml"
        estate.write_text(ESTATE % stand.receiver.hello["port"])
        await stand.viesti("apply", str(estate), "--yes")
        load = {
            "port": stand.api_port, "path": f"/provider/whatsapp/{CHANNEL}", "secret": SECRET,
            "identity": IDENTITY, "number_id": NUMBER_ID, "at": int(time.time()),
        }  # fmt: skip
        base = next(_bases)
        posts = int(amount.webhook_rate * amount.webhook_seconds)
        async with Gauge(stand) as gauge:
            first = await _case(
                stand, connection, poster, outcome, "", posts, base, {**load, "rate": amount.webhook_rate}
            )
            await gauge.read(outcome)
        outcome.messages = posts
        await _case(stand, connection, poster, outcome, "at most ", amount.webhooks, first, load)
        for row in await connection.fetch(FAILED):
            outcome.problems.append(f"{row[1]} webhooks failed: {row[0]}")
    finally:
        await connection.close()
        del stand.groups["poster"]
        await poster.stop()
    return outcome


async def _case(
    stand: Stand,
    connection: asyncpg.Connection[Any],
    poster: Agent,
    outcome: Outcome,
    name: str,
    posts: int,
    first: int,
    load: dict[str, Any],
) -> int:
    """Post so many, wait for the end and account; gives the number of the next case's first message."""
    last, part = divmod(number_of(posts - 1), OF_A_MESSAGE)
    delivered = last + (part >= 1)  # of whose webhooks `delivered` is among the first so many
    people = last + (part == OF_A_MESSAGE - 1)
    message = await _send(connection, first, last + 1)
    await stand.receiver.ask("reset")
    answered = await poster.ask("post", **load, first=first, most=posts)

    async def progress() -> tuple[Any, bool]:
        row = await connection.fetchrow(LEFT)
        left = tuple(row or ())
        called = (await stand.receiver.ask("stats", method="POST"))["total"]
        return (left, called), not any(left) and called >= people

    await settled(progress)
    done_at = time.monotonic()
    called = await stand.receiver.ask("ledger", method="POST")
    outcome.ledger[f"{name}from people"] = compare(called, first, first + people, ())
    row = await connection.fetchrow(DONE, message, DELIVERED)
    assert row is not None
    for what, expected in (("delivered", delivered), ("read", last + (part >= 2))):
        outcome.ledger[f"{name}{what}"] = {
            "expected": expected, "seen": row[what], "lost": max(0, expected - row[what]),
            "doubled": max(0, row[what] - expected),
        }  # fmt: skip
    outcome.figures[f"{name}answered/s"] = answered["sent"] / answered["seconds"]
    for figure in ("p50", "p99", "max"):
        outcome.figures[f"{name}{figure} ms"] = answered[figure] * 1000
    outcome.figures[f"{name}all done/s"] = answered["sent"] / (done_at - answered["began"])
    outcome.figures[f"{name}done after the last s"] = done_at - answered["began"] - answered["seconds"]
    for status, times in answered["statuses"].items():
        if status != "200":
            outcome.problems.append(f"{times} webhooks answered {status}")
    return first + last + 1


async def _send(connection: asyncpg.Connection[Any], first: int, count: int) -> int:
    """A message to so many people, as if Meta had taken it; gives its id."""
    row = await connection.fetchrow(OURS, CHANNEL)
    assert row is not None
    customer, bucket, channel, now = row
    blocks = await connection.fetch(BLOCKS, count // BLOCK + 1)
    counters = [block + at for (block,) in sorted(blocks) for at in range(BLOCK)]
    message, *ids = (counter * BUCKETS + bucket for counter in counters[: count + 1])
    people = [f"35840{number:0{DIGITS}}" for number in range(first, first + count)]
    async with connection.transaction():
        await connection.copy_records_to_table(
            "messages", columns=MESSAGE_COLUMNS,
            records=[
                (message, bucket, customer, "native", IDENTITY, "international", "Hi", 1, count, count, now,
                 "whatsapp")
            ],
        )  # fmt: skip
        await connection.copy_records_to_table(
            "recipients", columns=RECIPIENT_COLUMNS,
            records=[
                (identifier, bucket, message, customer, person, "international", "ucs2", 1, SENT, channel, 1,
                 False, now, now)
                for identifier, person in zip(ids, people, strict=True)
            ],
        )  # fmt: skip
        await connection.copy_records_to_table(
            "parts", columns=PART_COLUMNS,
            records=[
                (identifier, bucket, 1, 1, 1, channel, f"wamid.out{number}", now)
                for number, identifier in enumerate(ids, first)
            ],
        )  # fmt: skip
    return int(message)
