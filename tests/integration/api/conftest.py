"""The API over real HTTP on a real database, with customers, applications, a channel, routes and prices."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
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
from argon2 import PasswordHasher
from yarl import URL

from viesti.api.app import ApiOptions
from viesti.api.body import BodyLimits
from viesti.api.serve import listen, serve_api
from viesti.cli.api_parts.parts import Parts
from viesti.cli.engine_process import client_options
from viesti.cli.wiring_api import make_app, make_parts
from viesti.config import Settings
from viesti.services.estate import EstateCache
from viesti.services.guids import Guids
from viesti.services.plan import Limits
from viesti.services.principal import Scope
from viesti.storage.seal import Seal
from viesti.storage.store import Store

SEAL_KEY = Seal.new_key()
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
# People and what they work with, for the dialects that people sign in to: Acme is 100, Beta 103.
ACME, BETA = 100, 103
ONE_WAY, TWO_WAY, GROUP = 200, 201, 202
BETA_ONE_WAY, BETA_TWO_WAY, BETA_GROUP = 210, 211, 212
ACME_NUMBER, BETA_NUMBER = "358451110000", "358452220000"
ADA, BO, CY, DI = 800, 801, 802, 803  # of both, of Acme, of Beta, of Acme but not allowed to sign in
ADA_TOKEN, BO_TOKEN, CY_TOKEN, DI_TOKEN = (f"vsp_{name:_<43}" for name in ("ada", "bo", "cy", "di"))
PASSWORD = "a password: with a colon and ä"
CLIENT_ID, CLIENT_SECRET, PUBLIC_CLIENT_ID = "flows-client", "flows-secret", "phone-client"
REDIRECT = "https://global.consent.azure-apim.net/redirect"
SCOPES = [scope.value for scope in Scope if scope is not Scope.OFFLINE]
PEOPLE = """
insert into customers (id, bucket, key, name, currency, created_at)
values (103, 4, 'beta', 'Beta', 'EUR', now());
insert into services (id, customer_id, key, name, kind, default_sender, dialogue, created_at)
values (201, 100, 'desk', 'Desk', 'TwoWay', '358451110000', true, now()),
       (202, 100, 'vip', 'VIP customers', 'Group', 'Acme', false, now()),
       (210, 103, 'news', 'News', 'OneWay', 'Beta', false, now()),
       (211, 103, 'desk', 'Desk', 'TwoWay', '358452220000', true, now()),
       (212, 103, 'club', 'Club', 'Group', 'Beta', false, now());
insert into service_keywords (service_id, address, chain)
values (201, '358451110000', ''), (211, '358452220000', '');
insert into senders (id, customer_id, sender, kind)
values (702, 100, '358451110000', 'international'), (703, 103, 'Beta', 'alphanumeric'),
       (704, 103, '358452220000', 'international'), (705, 100, '16400', 'short_code');
insert into users (id, email, name, connector_sign_in, created_at)
values (800, 'ada@acme.example', 'Ada', true, now()), (801, 'bo@acme.example', 'Bo', true, now()),
       (802, 'cy@beta.example', 'Cy', true, now()), (803, 'di@acme.example', 'Di', false, now());
insert into user_customers (user_id, customer_id, role)
values (800, 100, 'manager'), (800, 103, 'member'), (801, 100, 'member'), (802, 103, 'manager'),
       (803, 100, 'member');
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
    """The stored hash, made once in a run; of a kind that is quickly checked, as it says itself."""
    if secret not in _HASHES:
        _HASHES[secret] = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(secret)
    return _HASHES[secret]


def basic(key: str = KEY, secret: str = SECRET) -> dict[str, str]:
    """The header of Basic authentication."""
    return {"Authorization": aiohttp.encode_basic_auth(key, secret, encoding="utf-8")}


async def make_estate(database_url: str) -> None:
    """The customers and applications of these tests."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(ESTATE)
        await connection.execute(PEOPLE)
        await connection.execute("update users set password_hash = $1", hashed(PASSWORD))
        await connection.executemany(
            "insert into personal_tokens (id, user_id, name, digest, scopes, created_at)"
            " values ($1, $2, 'test', $3, $4, now())",
            [
                (900 + n, user, hashlib.sha256(token.encode()).digest(), SCOPES)
                for n, (user, token) in enumerate(
                    ((ADA, ADA_TOKEN), (BO, BO_TOKEN), (CY, CY_TOKEN), (DI, DI_TOKEN))
                )
            ],
        )
        await connection.executemany(
            "insert into oauth_clients (id, key, name, client_id, secret_hash, redirect_uris,"
            " throttle_calls, created_at) values ($1, $2, $3, $4, $5, $6, 1000000, now())",
            [
                (850, "flows", "Flows of Acme", CLIENT_ID, hashed(CLIENT_SECRET), [REDIRECT]),
                (851, "phone", "Phone", PUBLIC_CLIENT_ID, None, [REDIRECT]),
            ],
        )
        await connection.executemany(
            "insert into applications (id, customer_id, client_key, secret_hash, service_id, throttle_calls,"
            " enabled, key, name, created_at) values ($1, $2, $3, $4, $5, $6, $7, $3, 'Flow ' || $3, now())",
            [(row[0], row[1], row[2], hashed(row[3]), *row[4:]) for row in APPLICATIONS],
        )
    finally:
        await connection.close()


@dataclass(slots=True)
class Api:
    """A running API and a client of it; `paths`: what it serves, as its router has it."""

    url: str
    client: aiohttp.ClientSession
    store: Store
    estate: EstateCache
    parts: Parts
    paths: frozenset[str]

    @property
    def guids(self) -> Guids:
        """Ids as the dialects show them."""
        return self.parts.guids

    async def speak(
        self, method: str, path: str, *, token: str | None = ADA_TOKEN, headers: Any = None, **options: Any
    ) -> tuple[int, Any, Any]:
        """Status, JSON (None for an empty body) and headers of a call with a personal access token. The path
        is sent as it is written."""
        headers = ({"Personal-Access-Token": token} if token else {}) | (headers or {})
        url = URL(self.url + path, encoded=True)
        async with self.client.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as response:
            body = await response.read()
            return response.status, json.loads(body) if body else None, response.headers

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
    async with running(store, throttle_calls=1_000_000) as api:
        yield api
    await store.close()


@asynccontextmanager
async def running(store: Store, **settings: Any) -> AsyncIterator[Api]:
    """The API over this store, listening; `settings` over those of these tests."""
    listening = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    made = Settings(**{"group_commit_wait_ms": 0.0, **settings})
    networks = client_options(made).exempt
    parts = await make_parts(
        made,
        store,
        Seal(SEAL_KEY),
        Limits(
            bulk_threshold=100, max_recipients=1000, max_parts=20, allowed_networks=networks, base_url=url
        ),
        url,
        now=lambda: datetime.now(UTC),
        monotonic=time.monotonic,
        jitter=random.random,
        chance=os.urandom,
    )
    app = make_app(parts, ApiOptions(BodyLimits(BODY_LIMIT, 5.0)))
    await parts.operators.start()
    await parts.others.start()
    await parts.estate.load()
    parts.estate.watch()
    await store.listener.start()
    parts.group_commit.start()
    parts.record_clicks.start()
    parts.take_bodies.start()
    stop = asyncio.Event()
    serving = asyncio.create_task(serve_api(app, listening, stop))
    paths = frozenset(route.path for route in app._router.routes)  # type: ignore[attr-defined]
    async with aiohttp.ClientSession() as client:
        yield Api(url, client, store, parts.estate, parts, paths)
    stop.set()
    await serving
    await parts.group_commit.stop()
    await parts.record_clicks.stop()
    await parts.take_bodies.stop()
    await parts.waker.stop()
    await parts.operators.close()
    await parts.others.close()
    parts.secrets.close()
