"""The webhook of a provider: kept before it is answered, and nothing at all without proof.

Rule: what must leave nothing behind is looked for in the tables themselves.
"""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from structlog.testing import capture_logs
from tests.integration.api.conftest import SEAL_KEY, Api

from viesti.protocols.whatsapp.signature import sign
from viesti.services.provider.take import TakeBodies
from viesti.storage.seal import Seal

pytestmark = pytest.mark.integration

CHANNEL = 310
SECRET, VERIFY = "the app's secret", "the token to verify with"
PATH = "/provider/whatsapp/wa"
BODY = json.dumps({"object": "whatsapp_business_account", "entry": [], "text": "a secret message"}).encode()


@pytest.fixture
async def db(database_url: str, api: Api) -> AsyncIterator[asyncpg.Connection[Any]]:
    """The test's eyes; the estate has three WhatsApp channels: one, one disabled, one without secrets."""
    connection = await asyncpg.connect(database_url)
    sealed = Seal(SEAL_KEY).seal(json.dumps({"app_secret": SECRET, "verify_token": VERIFY}).encode())
    await connection.executemany(
        "insert into channels (id, bucket, key, kind, secrets, enabled, created_at)"
        " values ($1, 7, $2, 'whatsapp', $3, $4, now())",
        [(CHANNEL, "wa", sealed, True), (311, "off", sealed, False), (312, "bare", None, True)],
    )
    await api.estate.load()
    yield connection
    await connection.close()


async def post(
    api: Api, body: bytes = BODY, path: str = PATH, signed: str | None = None, **headers: str
) -> tuple[int, bytes]:
    signed = sign(SECRET, body) if signed is None else signed
    sent = headers | ({"X-Hub-Signature-256": signed} if signed else {})
    async with api.client.post(api.url + path, data=io.BytesIO(body), headers=sent) as response:
        return response.status, await response.read()


async def kept(db: asyncpg.Connection[Any]) -> list[dict[str, Any]]:
    assert await db.fetchval("select count(*) from provider_bodies") == await db.fetchval(
        "select count(*) from provider_events"
    )
    return [dict(row) for row in await db.fetch("select * from provider_events order by id")]


async def test_a_body_is_kept_as_it_came(api: Api, db: asyncpg.Connection[Any]) -> None:
    body = b'{ "object" : "whatsapp_business_account", "a": "\\u00e4", "b": "\xc3\xa4" }\n'
    assert await post(api, body) == (200, b"")
    [row] = await kept(db)
    assert (row["channel_id"], row["bucket"], row["body"], row["failures"]) == (CHANNEL, 7, body, 0)
    assert row["id"] % 64 == 7


async def test_bodies_at_once_are_all_kept(api: Api, db: asyncpg.Connection[Any]) -> None:
    bodies = [b'{"n": %d}' % number for number in range(200)]
    assert await asyncio.gather(*(post(api, body) for body in bodies)) == [(200, b"")] * 200
    assert {row["body"] for row in await kept(db)} == set(bodies)


async def test_a_replayed_body_is_answered_and_has_no_effect(api: Api, db: asyncpg.Connection[Any]) -> None:
    with capture_logs() as logs:
        assert await asyncio.gather(*(post(api) for _ in range(20))) == [(200, b"")] * 20
    assert len(await kept(db)) == 1
    assert sum(line["times"] for line in logs if line["event"] == "webhooks came again") == 19
    assert "secret message" not in str(logs)
    await db.execute("delete from provider_events")  # it was worked on
    assert await post(api) == (200, b"")
    assert await db.fetchval("select count(*) from provider_events") == 0
    assert await post(api, path="/provider/whatsapp/off") == (200, b"")  # another channel's is another
    assert await db.fetchval("select channel_id from provider_events") == 311


@pytest.mark.parametrize(
    "signed",
    [
        "",
        sign("another secret", BODY),
        sign("", BODY),
        sign(SECRET, BODY + b" "),
        sign(SECRET, BODY)[:-1],
        sign(SECRET, BODY).upper(),
        sign(SECRET, BODY).removeprefix("sha256="),
        "sha256=",
        "sha1=" + "0" * 40,
        "sha256=\xe4",
    ],
    ids=[
        "none",
        "other secret",
        "empty secret",
        "other body",
        "cut",
        "upper",
        "bare",
        "empty",
        "sha1",
        "odd",
    ],
)
async def test_a_bad_signature_has_no_effect(api: Api, db: asyncpg.Connection[Any], signed: str) -> None:
    with capture_logs() as logs:
        status, answer = await post(api, signed=signed)
    assert (status, json.loads(answer)["code"]) == (401, "unauthorized")
    assert await kept(db) == []
    [line] = [line for line in logs if line["log_level"] == "warning"]
    assert (line["event"], line["channel"]) == ("webhook refused", "wa")
    for told in (str(logs), answer.decode()):
        assert "secret message" not in told
        assert SECRET not in told
        assert not signed or signed not in told


async def test_a_channel_without_a_secret_takes_nothing(api: Api, db: asyncpg.Connection[Any]) -> None:
    assert (await post(api, path="/provider/whatsapp/bare", signed=sign("", BODY)))[0] == 401
    assert await kept(db) == []


async def test_an_unknown_channel_is_404_for_whatever_is_posted(
    api: Api, db: asyncpg.Connection[Any]
) -> None:
    for path, logged in (
        ("/provider/whatsapp/nobody", 1),
        ("/provider/whatsapp/loop", 1),
        ("/provider/whatsapp/", 0),
        ("/provider/x", 0),
    ):
        with capture_logs() as logs:
            assert (await post(api, path=path))[0] == 404, path
        assert [line["why"] for line in logs] == ["there is no such channel"] * logged
        async with api.client.get(api.url + path) as response:
            assert response.status == 404, path
    assert await kept(db) == []


@pytest.mark.parametrize("told", [True, False], ids=["its length is told", "in pieces without a length"])
async def test_a_body_of_5_mb_is_refused_unread(api: Api, db: asyncpg.Connection[Any], told: bool) -> None:
    """The limit is 3 MB: of what comes in pieces no more than that is read, of the other nothing."""
    reader, writer = await asyncio.open_connection(*urlsplit(api.url).netloc.split(":"))
    body = b"x" * 5_000_000
    length = f"Content-Length: {len(body)}" if told else "Transfer-Encoding: chunked"
    writer.write(
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{length}\r\n"
        f"X-Hub-Signature-256: {sign(SECRET, body)}\r\n\r\n".encode()
    )
    if not told:  # a little more than the limit, and never the end
        for _ in range(4):
            writer.write(b"f0000\r\n" + b"x" * 0xF0000 + b"\r\n")
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode()
    assert head.startswith("HTTP/1.1 413")
    assert "connection: close" in head.lower()
    writer.close()
    assert await kept(db) == []


async def test_two_processes_keep_a_body_once(
    api: Api, db: asyncpg.Connection[Any], database_url: str
) -> None:
    """The second waits for the first, whatever becomes of that."""
    row = api.estate.current.estate.channels[CHANNEL]
    takes = [TakeBodies(api.store, api.parts.waker, lambda: datetime.now(UTC)) for _ in range(4)]
    for take in takes:
        take.start()
    await asyncio.gather(*(take(row, b'{"n": %d}' % n) for n in range(200) for take in takes))
    for take in takes:
        await take.stop()
    assert len(await kept(db)) == 200


async def test_the_largest_body_is_taken(api: Api, db: asyncpg.Connection[Any]) -> None:
    body = b"x" * (3 << 20)
    assert await post(api, body) == (200, b"")
    assert (await post(api, body + b"x"))[0] == 413
    assert [len(row["body"]) for row in await kept(db)] == [3 << 20]


async def test_200_comes_after_the_commit(api: Api, db: asyncpg.Connection[Any], database_url: str) -> None:
    """While somebody keeps the table to himself nothing is answered; then what was answered is there."""
    async with db.transaction():
        await db.execute("lock table provider_events in exclusive mode")
        asked = asyncio.create_task(post(api))
        await _until_one_waits(database_url)
        assert not asked.done()
    assert await asked == (200, b"")
    assert len(await kept(db)) == 1


async def _until_one_waits(database_url: str) -> None:
    """Return when a statement waits for another's lock; PostgreSQL gives no signal of that."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    connection = await asyncpg.connect(database_url)
    async with asyncio.timeout(10):
        while not await connection.fetchval(waiting + " and datname = current_database()"):
            await asyncio.sleep(0.01)
            await connection.execute("select pg_stat_clear_snapshot()")
    await connection.close()


async def test_an_answer_comes_soon(api: Api, db: asyncpg.Connection[Any]) -> None:
    """Meta wants it within 250 ms."""
    await post(api)
    began = time.monotonic()
    await post(api, BODY + b" ")
    assert time.monotonic() - began < 0.25


@pytest.mark.parametrize(
    ("query", "status", "answer"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}, 200,
         "1158201444"),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "a b+ä<b>"}, 200, "a b+ä<b>"),
        ({"hub.mode": "subscribe", "hub.verify_token": VERIFY + "x", "hub.challenge": "1"}, 403, None),
        ({"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}, 403, None),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, 403, None),
        ({"hub.mode": "unsubscribe", "hub.verify_token": VERIFY, "hub.challenge": "1"}, 403, None),
        ({}, 403, None),
    ],
)  # fmt: skip
async def test_verification(
    api: Api, db: asyncpg.Connection[Any], query: dict[str, str], status: int, answer: str | None
) -> None:
    with capture_logs() as logs:
        async with api.client.get(api.url + PATH, params=query) as response:
            text = await response.text()
    assert response.status == status
    if answer is not None:
        assert (text, response.content_type) == (answer, "text/plain")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert VERIFY not in str(logs)


async def test_a_channel_without_a_token_is_not_verified(api: Api, db: asyncpg.Connection[Any]) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": "", "hub.challenge": "1"}
    async with api.client.get(api.url + "/provider/whatsapp/bare", params=query) as response:
        assert response.status == 403


async def test_other_methods_are_not_served(api: Api, db: asyncpg.Connection[Any]) -> None:
    async with api.client.put(api.url + PATH, data=BODY) as response:
        assert response.status == 405
