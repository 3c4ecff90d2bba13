"""The API over real HTTP on a real database, with customers, applications, a channel, routes and prices."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg
import pytest

from viesti.api.app import ApiOptions, ApiServices, create_app
from viesti.api.body import BodyLimits
from viesti.api.serve import listen, serve_api
from viesti.services.authenticate import Authenticate, hash_secret
from viesti.services.estate import EstateCache
from viesti.services.group_commit import GroupCommit
from viesti.services.health import CheckReady, CountWaiting
from viesti.services.plan import Limits
from viesti.services.show_message import ShowMessages
from viesti.services.submit import Submit
from viesti.services.throttle import Throttle
from viesti.services.wake import Waker
from viesti.storage.store import Store

KEY, SECRET = "acme-key", "acme secret: with a colon and ä"
OTHER_KEY, OTHER_SECRET = "other-key", "other-secret"
BODY_LIMIT = 100_000
_HASHES: dict[str, str] = {}

ESTATE = """
insert into customers (id, bucket, key, name, currency, created_at)
values (100, 1, 'acme', 'Acme', 'EUR', now()), (101, 2, 'other', 'Other', 'EUR', now()),
       (102, 3, 'closed', 'Closed', 'EUR', now());
update customers set enabled = false where id = 102;
insert into services (id, customer_id, key, name, kind, default_sender, created_at)
values (200, 100, 'alerts', 'Alerts', 'OneWay', '', now());
insert into channels (id, bucket, key, kind, created_at) values (300, 0, 'loop', 'loopback', now());
insert into routes (id, key, channel_id) values (400, 'all', 300);
insert into senders (id, customer_id, sender, kind) values (700, 100, 'Acme', 'alphanumeric'),
       (701, 101, 'Acme', 'alphanumeric');
insert into prices (id, prefix, per_part, currency, gbp_per_part) values (500, '', 0.05, 'EUR', 0.043);
"""
APPLICATIONS = (
    # id, customer, client key, secret, service, calls, enabled
    (600, 100, KEY, SECRET, 200, 1_000_000, True),
    (601, 101, OTHER_KEY, OTHER_SECRET, None, 1_000_000, True),
    (602, 100, "off-key", SECRET, None, 100, False),
    (603, 102, "closed-key", SECRET, None, 100, True),
    (604, 100, "slow-key", SECRET, None, 3, True),
)


def hashed(secret: str) -> str:
    """The stored hash; made once in a run."""
    if secret not in _HASHES:
        _HASHES[secret] = hash_secret(secret)
    return _HASHES[secret]


def basic(key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": aiohttp.encode_basic_auth(key, secret, encoding="utf-8")}


async def make_estate(database_url: str) -> None:
    """The customers and applications of these tests."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(ESTATE)
        await connection.executemany(
            "insert into applications (id, customer_id, client_key, secret_hash, service_id, throttle_calls,"
            " enabled, key, name, created_at) values ($1, $2, $3, $4, $5, $6, $7, $3, 'Flow ' || $3, now())",
            [(row[0], row[1], row[2], hashed(row[3]), *row[4:]) for row in APPLICATIONS],
        )
    finally:
        await connection.close()


@dataclass(slots=True)
class Api:
    """A running API and a client of it."""

    url: str
    client: aiohttp.ClientSession
    store: Store
    estate: EstateCache

    async def call(
        self,
        method: str,
        path: str,
        *,
        key: str = KEY,
        secret: str = SECRET,
        headers: Any = None,
        **options: Any,
    ) -> tuple[int, Any, Any]:
        """Status, JSON and headers of one call."""
        headers = basic(key, secret) | (headers or {})
        async with self.client.request(method, self.url + path, headers=headers, **options) as response:
            return response.status, await response.json(), response.headers

    async def send(self, headers: dict[str, str] | None = None, **members: Any) -> tuple[int, Any, Any]:
        """POST /sms/send with these members over good ones."""
        body = {"From": "Acme", "To": "+358401234567", "Message": "Hello"} | members
        return await self.call("POST", "/sms/send", json=body, headers=headers)


@pytest.fixture
async def api(database_url: str, store: Store) -> AsyncIterator[Api]:
    """An API of the test's own."""
    await make_estate(database_url)
    async with running(store) as api:
        yield api


@pytest.fixture(scope="session")
async def shared_api(postgres: str, template: str) -> AsyncIterator[Api]:
    """One API for all tests that store nothing, or do not mind what others stored."""
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"create database shared_api template {template}")
    await connection.close()
    database_url = urlunsplit(urlsplit(postgres)._replace(path="/shared_api"))
    await make_estate(database_url)
    store = await Store.open(database_url, size=4, monotonic=time.monotonic)
    async with running(store) as api:
        yield api
    await store.close()


@asynccontextmanager
async def running(store: Store) -> AsyncIterator[Api]:
    """The API over this store, listening."""
    estate = EstateCache(store)
    await estate.load()
    group_commit = GroupCommit(store, Waker(store), time.monotonic, wait_seconds=0.0)
    group_commit.start()
    authenticate = Authenticate(estate, b"memory", time.monotonic)
    services = ApiServices(
        authenticate=authenticate,
        throttle=Throttle(store, lambda: datetime.now(UTC)),
        submit=Submit(
            estate,
            group_commit,
            Limits(bulk_threshold=100, max_recipients=1000, max_parts=20),
            lambda: datetime.now(UTC),
            random.random,
        ),
        show=ShowMessages(store, estate),
        check_ready=CheckReady(store, estate),
        count_waiting=CountWaiting(store, estate, time.monotonic),
    )
    app = create_app(services, time.monotonic, ApiOptions(BodyLimits(BODY_LIMIT, 5.0)))
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    stop = asyncio.Event()
    serving = asyncio.create_task(serve_api(app, listening, stop))
    async with aiohttp.ClientSession() as client:
        yield Api(f"http://127.0.0.1:{port}", client, store, estate)
    stop.set()
    await serving
    await group_commit.stop()
    authenticate.close()
