"""Who is let in, how often, and what every failure looks like."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import asyncpg
import pytest
from tests.integration.api.conftest import KEY, SECRET, Api, hashed, make_estate, running

from viesti.api.native.slice import BASE
from viesti.api.serve import PortTaken, inherited, listen
from viesti.storage.store import Store

pytestmark = pytest.mark.integration


def raw_basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


class TestAuthentication:
    @pytest.mark.parametrize(
        ("header", "status", "sentence"),
        [
            (None, 401, "needed"),
            ("Bearer abc", 401, "needed"),
            ("Basic", 401, "base64"),
            ("Basic %%%", 401, "base64"),
            (raw_basic(b"no colon"), 401, "base64"),
            (raw_basic(b"\xff:\xff"), 401, "base64"),
            (raw_basic(b"nobody:secret"), 401, "wrong"),
            (raw_basic(KEY.encode() + b":wrong"), 401, "wrong"),
            (raw_basic(KEY.encode() + b":" + b"x" * 2000), 401, "wrong"),
            (raw_basic(b"off-key:" + SECRET.encode()), 403, "application is disabled"),
            (raw_basic(b"closed-key:" + SECRET.encode()), 403, "customer of this application is disabled"),
            (raw_basic(b"off-key:wrong"), 401, "wrong"),
        ],
    )
    @pytest.mark.parametrize(("method", "path"), [("POST", "/sms/send"), ("GET", "/sms")])
    async def test_refusals(
        self, shared_api: Api, header: str | None, status: int, sentence: str, method: str, path: str
    ) -> None:
        headers = {"Authorization": header} if header else {}
        async with shared_api.client.request(method, shared_api.url + path, headers=headers) as response:
            answer = await response.json()
            assert (response.status, sentence in answer["message"]) == (status, True), answer
            assert ("WWW-Authenticate" in response.headers) == (status == 401)
            assert answer["Message"] == answer["message"]

    async def test_a_changed_secret_is_followed(self, api: Api, database_url: str) -> None:
        assert (await api.call("GET", "/sms"))[0] == 200
        connection = await asyncpg.connect(database_url)
        await connection.execute("update applications set secret_hash = $1 where id = 600", hashed("new"))
        await connection.close()
        await api.estate.load()
        assert (await api.call("GET", "/sms"))[0] == 401
        assert (await api.call("GET", "/sms", secret="new"))[0] == 200

    async def test_guessing_is_slowed_down_but_the_known_secret_still_works(self, api: Api) -> None:
        assert (await api.call("GET", "/sms"))[0] == 200
        guesses = [(await api.call("GET", "/sms", secret=f"guess {n}")) for n in range(12)]
        assert [status for status, _, _ in guesses] == [401] * 10 + [429] * 2
        assert 1 <= int(guesses[-1][2]["Retry-After"]) <= 60
        assert (await api.call("GET", "/sms"))[0] == 200


class TestThrottle:
    async def test_the_budget_is_shown_and_kept(self, api: Api) -> None:
        answers = [await api.call("GET", "/sms", key="slow-key") for _ in range(5)]
        assert [status for status, _, _ in answers] == [200, 200, 200, 429, 429]
        assert [headers["X-RateLimit-Remaining"] for _, _, headers in answers] == ["2", "1", "0", "0", "0"]
        assert {headers["X-RateLimit-Limit"] for _, _, headers in answers} == {"3"}
        _, answer, headers = answers[-1]
        assert answer["code"] == "too_many_requests"
        assert headers["Retry-After"] == headers["X-RateLimit-Reset"]
        assert 55 <= int(headers["Retry-After"]) <= 61

    async def test_parallel_calls_get_no_more(self, api: Api) -> None:
        answers = await asyncio.gather(*(api.call("GET", "/sms", key="slow-key") for _ in range(20)))
        assert sorted(status for status, _, _ in answers) == [200] * 3 + [429] * 17


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not_found"),
        ("GET", "/nothing/here", 404, "not_found"),
        ("GET", BASE + "/messages/", 404, "not_found"),
        ("GET", BASE + "/messages/1/2", 404, "not_found"),
        ("GET", "/sms/send", 405, "method_not_allowed"),
        ("DELETE", BASE + "/messages", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("PATCH", BASE + "/messages", 405, "method_not_allowed"),
    ],
)
async def test_wrong_paths_and_methods(
    shared_api: Api, method: str, path: str, status: int, code: str
) -> None:
    answered, answer, headers = await shared_api.call(method, path)
    assert (answered, answer["code"], set(answer)) == (
        status,
        code,
        {"errorMessage", "message", "code", "errors"} | ({"Message"} if path == "/sms/send" else set()),
    )
    assert ("Allow" in headers) == (status == 405)
    assert "server" not in headers


async def test_a_lost_database_is_said_so(database_url: str, postgres: str, tmp_path: Path) -> None:
    address = urlsplit(database_url)
    [sockets] = parse_qs(address.query)["host"]
    way = tmp_path / "sockets"
    way.symlink_to(sockets)  # a way to the server that can be closed
    store = await Store.open(
        urlunsplit(address._replace(query=urlencode({"host": way, "port": 5432}))),
        size=4,
        monotonic=time.monotonic,
    )
    await make_estate(database_url)
    async with running(store) as api:
        assert (await api.send())[0] == 200
        way.unlink()
        connection = await asyncpg.connect(postgres)
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1"
        await connection.execute(cut, address.path[1:])
        await connection.close()
        status, answer, headers = await api.send()
        assert (status, answer["code"]) == (503, "unavailable")
        assert int(headers["Retry-After"]) > 0
        status, answer, _ = await api.call("GET", "/readyz")
        assert (status, answer["reasons"]) == (503, ["The database does not answer."])
        assert (await api.call("GET", "/healthz"))[0] == 200
        async with api.client.get(api.url + "/metrics") as response:
            assert (response.status, "viesti_database_up 0.0" in await response.text()) == (200, True)
        signed_in = {"Cookie": f"viesti_sign_in={'x' * 43}"}
        async with api.client.get(api.url + "/console/contacts/1", headers=signed_in) as page:
            assert (page.status, page.headers["Retry-After"]) == (503, "5")
            assert "The database can’t be reached." in await page.text()
        way.symlink_to(sockets)
        assert (await api.send())[0] == 200
    await store.close()


async def test_ready_names_missing_migrations(own_database_url: str) -> None:
    connection = await asyncpg.connect(own_database_url)
    await connection.execute("delete from schema_migrations where number = 2")
    await connection.close()
    store = await Store.open(own_database_url, size=4, monotonic=time.monotonic)
    async with running(store) as api:
        status, answer, _ = await api.call("GET", "/readyz")
        assert status == 503
        assert "0002_messages.sql" in answer["reasons"][0]
    await store.close()


async def test_ready(shared_api: Api) -> None:
    assert (await shared_api.call("GET", "/readyz"))[:2] == (200, {"status": "ready", "reasons": []})


async def test_metrics(api: Api) -> None:
    await api.send(Message="x" * 161)
    async with api.client.get(api.url + "/metrics") as response:
        text = await response.text()
    for line in (
        'viesti_accepted_messages_total{interface="txtsync"} 1.0',
        'viesti_accepted_parts_total{interface="txtsync"} 2.0',
        'viesti_outbox_recipients{channel="loop",lane="transactional",state="ready"} 1.0',
        'viesti_api_request_seconds_count{method="POST",route="/sms/send",status="200"} 1.0',
        "viesti_waiting_receipts 0.0",
        "viesti_callbacks_waiting 0.0",
        "viesti_callbacks_parked 0.0",
        "viesti_database_up 1.0",
    ):
        assert line in text.splitlines()


class TestListening:
    def test_a_taken_port_is_one_sentence(self) -> None:
        with listen("127.0.0.1", 0) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is in use"):
                listen("127.0.0.1", port)

    def test_an_unknown_host(self) -> None:
        with pytest.raises(PortTaken, match="can't listen on"):
            listen("256.0.0.1", 0)

    def test_a_socket_can_be_inherited(self) -> None:
        listening = listen("127.0.0.1", 0)
        address = listening.getsockname()
        with inherited(listening.detach()) as passed_on:
            assert passed_on.getsockname() == address
