"""A small estate on a real store, and the services of one process over it.

Rule: what a test asserts it reads with plain SQL (`world.rows`), never through the code it tests.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import asyncpg

from viesti.domain.channel import (
    AddressKind,
    CarrierReceipt,
    Concatenation,
    InboundPart,
    Outgoing,
    PartReport,
    SendReport,
)
from viesti.domain.outcome import Accepted, Outcome
from viesti.domain.retry import RetryPolicy
from viesti.domain.status import PartState
from viesti.services.announce import Announce
from viesti.services.attachment_links import AttachmentLinks
from viesti.services.dispatch import Dispatch, Hold
from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.notify import Notify
from viesti.services.plan import Limits
from viesti.services.publish import Publish
from viesti.services.receipts import TakeReceipts
from viesti.services.receive import Receive
from viesti.services.requests import RecipientRequest, SubmitRequest, SubmitResult, Submitted
from viesti.services.rescue import Rescue
from viesti.services.short_links import ShortLinks
from viesti.services.submit import Submit
from viesti.services.wake import Waker
from viesti.storage.guid import GuidCipher
from viesti.storage.store import Store

START = datetime(2030, 1, 1, 12, tzinfo=UTC)
ACME, BETA = 1, 2
ACME_BUCKET, BETA_BUCKET = 5, 9
ONE_WAY, TWO_WAY, GROUP = 11, 12, 19
BETA_ONE_WAY, BETA_TWO_WAY, BETA_GROUP = 21, 22, 23
ADA, BO, CY = 81, 82, 83  # Ada works for both, Bo for Acme, Cy for Beta
CHANNEL, OTHER_CHANNEL = 31, 32
ACME_APP, BETA_APP = 51, 52
NUMBER, BETA_NUMBER = "358401230000", "358401240000"
GUIDS = GuidCipher(bytes(16))
LINKS = AttachmentLinks(bytes(32), "https://viesti.example", timedelta(days=7))
SHORT_LINKS = ShortLinks(bytes(16))
NOTIFY = Notify(GUIDS, LINKS, SHORT_LINKS)
LIMITS = Limits(
    bulk_threshold=20,
    max_recipients=5000,
    max_parts=10,
    allowed_networks=(ip_network("127.0.0.0/8"),),
    base_url="https://viesti.example",
)

ESTATE: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"id": ACME, "bucket": ACME_BUCKET, "key": "acme", "name": "Acme", "created_at": START},
        {"id": BETA, "bucket": BETA_BUCKET, "key": "beta", "name": "Beta", "created_at": START},
    ],
    "services": [
        {"id": i, "customer_id": c, "key": k, "name": k, "kind": kind, "default_sender": s,
         "created_at": START}
        for i, c, k, kind, s in (
            (ONE_WAY, ACME, "news", "OneWay", "Acme"),
            (TWO_WAY, ACME, "desk", "TwoWay", NUMBER),
            (GROUP, ACME, "vip", "Group", "Acme"),
            (BETA_ONE_WAY, BETA, "news", "OneWay", "Beta"),
            (BETA_TWO_WAY, BETA, "desk", "TwoWay", BETA_NUMBER),
            (BETA_GROUP, BETA, "club", "Group", "Beta"),
        )
    ],
    "service_keywords": [
        {"service_id": TWO_WAY, "address": NUMBER, "chain": ""},
        {"service_id": BETA_TWO_WAY, "address": BETA_NUMBER, "chain": ""},
    ],
    "users": [
        {"id": i, "email": f"{n.lower()}@example.test", "name": n, "connector_sign_in": True,
         "created_at": START}
        for i, n in ((ADA, "Ada"), (BO, "Bo"), (CY, "Cy"))
    ],
    "user_customers": [
        {"user_id": u, "customer_id": c, "role": r}
        for u, c, r in ((ADA, ACME, "manager"), (ADA, BETA, "member"), (BO, ACME, "member"),
                        (CY, BETA, "manager"))
    ],
    "applications": [
        {"id": i, "customer_id": c, "key": "app", "name": "app", "client_key": f"client-{i}",
         "secret_hash": "unused", "service_id": s, "created_at": START}
        for i, c, s in ((ACME_APP, ACME, ONE_WAY), (BETA_APP, BETA, BETA_ONE_WAY))
    ],
    "senders": [
        {"id": 61, "customer_id": ACME, "sender": "Acme", "kind": "alphanumeric"},
        {"id": 62, "customer_id": ACME, "sender": NUMBER, "kind": "international"},
        {"id": 63, "customer_id": BETA, "sender": "Beta", "kind": "alphanumeric"},
        {"id": 64, "customer_id": BETA, "sender": BETA_NUMBER, "kind": "international"},
    ],
    "channels": [
        {"id": CHANNEL, "bucket": 1, "key": "one", "kind": "loopback", "created_at": START},
        {"id": OTHER_CHANNEL, "bucket": 2, "key": "two", "kind": "loopback", "created_at": START},
    ],
    "routes": [
        {"id": 41, "key": "first", "channel_id": CHANNEL, "priority": 10},
        {"id": 42, "key": "second", "channel_id": OTHER_CHANNEL, "priority": 20},
        {"id": 43, "key": "beta", "channel_id": CHANNEL, "customer_id": BETA},
    ],
    "prices": [
        {"id": 71, "prefix": "", "per_part": "0.05", "currency": "EUR", "gbp_per_part": "0.043"},
        {"id": 72, "prefix": "358", "channel_id": CHANNEL, "customer_id": ACME, "per_part": "0.0412",
         "currency": "EUR", "gbp_per_part": "0.0354"},
    ],
}  # fmt: skip


class Clock:
    """The time, moved by the test."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now


def address(number: int) -> str:
    """The digits of a Finnish mobile number."""
    return f"35840{number:07}"


class Process:
    """The services of one process: its own ids, clock of fairness and estate."""

    def __init__(self, store: Store, clock: Clock, random: Callable[[], float] = lambda: 0.0) -> None:
        self.store = store
        self.waker = Waker(store)
        self.estate = EstateCache(store)
        self.publish = Publish(store, GUIDS, SHORT_LINKS)
        self.short_links = SHORT_LINKS
        self.announce = Announce(store, SHORT_LINKS)
        self.group = GroupCommit(store, self.estate, self.publish, self.announce, self.waker, time.monotonic)
        self.submit = Submit(self.estate, self.group, LIMITS, clock, random)
        self.receipts = TakeReceipts(store, self.estate, self.publish, self.waker, clock)
        self.dispatch = Dispatch(
            store, self.estate, self.receipts, self.waker, clock, random, RetryPolicy(), SHORT_LINKS
        )
        self.receive = Receive(store, self.estate, self.waker, LIMITS, clock, random, NOTIFY)
        self.rescue = Rescue(store, self.estate, self.waker, clock, lease_seconds=10.0)

    async def stop(self) -> None:
        await self.group.stop()
        await self.waker.stop()
        await self.store.close()


class World:
    """One process to test (its services are attributes), the clock, and the eyes of the test on the store."""

    def __init__(self, url: str, clock: Clock, db: asyncpg.Connection[Any], process: Process) -> None:
        self.url = url
        self.clock = clock
        self.db = db
        self.process = process
        self.store = process.store
        self.estate = process.estate
        self.submit = process.submit
        self.dispatch = process.dispatch
        self.receipts = process.receipts
        self.receive = process.receive
        self.rescue = process.rescue

    @asynccontextmanager
    async def another(self) -> AsyncIterator[Process]:
        """Another process on the same store."""
        async with process_on(self.url, self.clock) as process:
            yield process

    async def insert(self, table: str, *records: dict[str, Any]) -> None:
        """Add to the estate; read again by the process."""
        await insert_rows(self.db, table, records)
        await self.estate.load()

    async def change(self, statement: str, *arguments: object) -> None:
        """Change the estate; read again by the process."""
        await self.db.execute(statement, *arguments)
        await self.estate.load()

    async def rows(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """The rows, shuffled where the statement asks for no order: PostgreSQL promises none then."""
        found = [dict(row) for row in await self.db.fetch(statement, *arguments)]
        if "order by" not in statement:
            random.shuffle(found)
        return found

    async def row(self, statement: str, *arguments: object) -> dict[str, Any]:
        (only,) = await self.rows(statement, *arguments)
        return only

    async def value(self, statement: str, *arguments: object) -> Any:
        return await self.db.fetchval(statement, *arguments)

    async def recipient(self, identifier: int) -> dict[str, Any]:
        return await self.row("select * from recipients where id = $1", identifier)

    async def queued(self) -> list[dict[str, Any]]:
        return await self.rows("select * from outbox order by id")

    async def callbacks(self) -> list[dict[str, Any]]:
        return await self.rows("select * from callbacks order by created_at, id")

    async def events(self, subject: int) -> list[str]:
        # Of one instant in the order they were written: nothing is ever changed in this table.
        told = "select kind from events where subject_id = $1 order by at, ctid"
        return [row["kind"] for row in await self.rows(told, subject)]

    async def until_one_waits_for_a_lock(self, kind: str = "%", count: int = 1) -> None:
        """Return when so many statements wait for others' locks; PostgreSQL gives no signal of that."""
        statement = (
            "select count(*) >= $2 from pg_stat_activity where wait_event_type = 'Lock'"
            " and wait_event like $1 and datname = current_database()"
        )
        async with asyncio.timeout(10):
            while not await self.value(statement, kind, count):
                await asyncio.sleep(0.01)
                await self.db.execute("select pg_stat_clear_snapshot()")  # or a transaction sees it as it was

    async def send(self, *numbers: int, **fields: Any) -> SubmitResult:
        """Submit a message to these numbers."""
        return await self.submit(request(*(numbers or (1,)), **fields))

    async def accepted(self, *numbers: int, **fields: Any) -> Submitted:
        """The same, and it must be accepted."""
        result = await self.send(*numbers, **fields)
        assert isinstance(result, Submitted), result
        return result

    async def hold(self, channel_id: int = CHANNEL, seconds: float = 3600.0) -> Hold:
        """The lease of a channel, taken over from whoever has it."""
        name = f"channel {channel_id}"
        await self.db.execute("delete from leases where name = $1", name)
        async with self.store.transaction() as tx:
            until = self.clock.now + timedelta(seconds=seconds)
            token = await tx.leases.acquire(name, "engine", until, self.clock.now, [])
        assert token is not None
        return Hold(channel_id, name, token)

    async def sent(self, *references: str, **fields: Any) -> int:
        """Send one message of as many parts as references; gives the recipient's id."""
        fields.setdefault("text", "x" * (153 * (len(references) - 1) + 10))
        submitted = await self.accepted(**fields)
        hold = await self.hold()
        (outgoing,) = await self.dispatch.claim(hold, 10)
        await self.dispatch.settle(hold, [taken(outgoing, *references, at=self.clock.now)])
        return submitted.recipients[0].id


def request(*numbers: int, **fields: Any) -> SubmitRequest:
    """A request of Acme's to these numbers."""
    values: dict[str, Any] = {
        "dialect": "native",
        "customer_id": ACME,
        "application_id": ACME_APP,
        "service_id": ONE_WAY,
        "sender": "",
        "text": "Hello",
        "recipients": tuple(RecipientRequest("+" + address(number)) for number in numbers),
    }
    return SubmitRequest(**{**values, **fields})


def report(outgoing: Outgoing, *outcomes: Outcome | None, at: datetime = START) -> SendReport:
    """What an attempt came to; None is a part that was not tried."""
    parts = tuple(
        PartReport(number, outcome, at) for number, outcome in enumerate(outcomes, 1) if outcome is not None
    )
    return SendReport(outgoing.recipient_id, outgoing.attempt, len(outcomes), parts)


def taken(outgoing: Outgoing, *references: str, at: datetime = START) -> SendReport:
    """The carrier took every part."""
    return report(outgoing, *(Accepted(reference) for reference in references), at=at)


def receipt(
    *references: str, state: PartState = PartState.DELIVERED, at: datetime = START, **fields: Any
) -> CarrierReceipt:
    """A receipt as it comes from the carrier."""
    values: dict[str, Any] = {
        "channel_id": CHANNEL, "references": references, "state": state, "error": "000", "done_at": at,
        "received_at": at, "source": address(1), "destination": "Acme", "raw": "id:x stat:y",
    }  # fmt: skip
    return CarrierReceipt(**{**values, **fields})


def inbound(text: str, part: tuple[int, int, int] | None = None, **fields: Any) -> InboundPart:
    """A part from a handset; `part` is (reference, total, number)."""
    values: dict[str, Any] = {
        "channel_id": CHANNEL, "source": address(7), "source_kind": AddressKind.INTERNATIONAL,
        "destination": NUMBER, "text": text, "concatenation": Concatenation(*part) if part else None,
        "received_at": START,
    }  # fmt: skip
    return InboundPart(**{**values, **fields})


async def insert_rows(db: asyncpg.Connection[Any], table: str, records: Iterable[dict[str, Any]]) -> None:
    for record in records:
        places = ", ".join(f"${number}" for number in range(1, len(record) + 1))
        await db.execute(f"insert into {table} ({', '.join(record)}) values ({places})", *record.values())


@asynccontextmanager
async def process_on(url: str, clock: Clock) -> AsyncIterator[Process]:
    """A process of its own, on the store that the URL leads to."""
    process = await start_process(url, clock)
    try:
        yield process
    finally:
        await process.stop()


async def start_process(url: str, clock: Clock) -> Process:
    process = Process(await Store.open(url, size=8, monotonic=time.monotonic), clock)
    await process.estate.load()
    process.group.start()
    return process
