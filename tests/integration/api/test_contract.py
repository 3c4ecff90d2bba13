"""Declared operations over HTTP: routes, the order of checks, errors, methods."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry
from starlette.routing import Router
from tests.unit.api.contract.example import REMOVE, SEND, Asked
from yarl import URL

from viesti.api.answer import Answer, Headers, Refusal, answer_json
from viesti.api.body import BodyLimits
from viesti.api.contract.endpoint import routes
from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import Text
from viesti.api.edge import Edge
from viesti.api.meters import Meters
from viesti.api.serve import listen, serve_api
from viesti.domain.estate import User
from viesti.services.principal import Principal, Scope

pytestmark = pytest.mark.integration
USER = User(1, "a@example.test", "A", None, False, True, True, {})
GOOD = {"Content": "Hello", "Recipients": [{"Address": "1"}]}


class Guard:
    """Lets in by the header X-Scope."""

    async def admit(self, headers: Mapping[bytes, bytes], scope: str) -> tuple[Principal, Headers] | Refusal:
        if headers.get(b"x-scope") != scope.encode():
            return Refusal(403, f"This needs {scope}.")
        return Principal(USER, 7, frozenset((Scope(scope),)), "test"), ((b"x-budget", b"9"),)

    async def admit_or_nobody(
        self, headers: Mapping[bytes, bytes]
    ) -> tuple[Principal | None, Headers] | Refusal:
        return None, ()


async def send(caller: Principal, asked: Asked) -> Answer | Refusal:
    if asked.group == "taken":
        return Refusal(409, "It is there.")
    return answer_json([caller.connection_id, asked.customer, asked.group, asked.reply, len(asked.people)])


async def remove(caller: Principal | None, asked: Any) -> Answer | Refusal:
    assert caller is None
    return Answer(204, b"")


async def named(caller: Principal | None, asked: Any) -> Answer | Refusal:
    return answer_json(asked.customer)


NAMED = replace(
    REMOVE,
    id="Named",
    path="/named/{Customer}",
    parameters=(Parameter("Customer", "path", "customer", Text(), True, slashes=True),),
)


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    served = routes("/v1", ((SEND, send), (REMOVE, remove), (NAMED, named)), Guard(), BodyLimits(1000, 5.0))
    app = Edge(Router(served, redirect_slashes=False), Meters(CollectorRegistry()), time.monotonic)
    listening = listen("127.0.0.1", 0)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve_api(app, listening, stop))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    stop.set()
    await serving


async def call(url: str | URL, method: str = "POST", **options: Any) -> tuple[int, Any, Any]:
    headers = {"X-Scope": "Gateway.Send"} | options.pop("headers", {})
    async with (
        aiohttp.ClientSession() as client,
        client.request(method, url, headers=headers, **options) as response,
    ):
        text = await response.text()
        return response.status, await response.json() if text else None, response.headers


async def test_a_good_call(url: str) -> None:
    status, answer, headers = await call(
        f"{url}/things/a%2Bb/g%20s", json=GOOD, headers={"allow-reply": "True"}
    )
    assert (status, answer) == (200, [7, "a+b", "g s", True, 1])
    assert headers["x-budget"] == "9"


async def test_all_that_is_wrong_is_told_at_once(url: str) -> None:
    status, answer, headers = await call(
        f"{url}/things/a/b?region=FIN", json={"Content": 5}, headers={"allow-reply": "no"}
    )
    assert status == 400
    assert {each["field"] for each in answer["errors"]} == {
        "Region", "Allow-Reply", "Content", "Recipients",
    }  # fmt: skip
    assert answer["code"] == "invalid_request"
    assert headers["x-budget"] == "9"


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"headers": {"X-Scope": "WhatsApp"}, "data": b"x" * 5000}, 403),  # before the body is read
        ({"data": b"x" * 5000}, 413),
        ({"data": b""}, 400),
        ({"data": b"[]"}, 400),
        ({"data": b"{"}, 400),
    ],
)
async def test_what_comes_before_the_members(url: str, options: dict[str, Any], status: int) -> None:
    got, answer, _ = await call(f"{url}/things/a/b", **options)
    assert got == status
    assert set(answer) == {"errorMessage", "message", "code", "errors"}


async def test_a_handlers_refusal(url: str) -> None:
    status, answer, headers = await call(f"{url}/things/a/taken", json=GOOD)
    assert (status, answer["code"], headers["x-budget"]) == (409, "conflict", "9")


async def test_a_fixed_segment_comes_before_a_placeholder(url: str) -> None:
    assert (await call(f"{url}/things/a/fixed", "DELETE"))[:2] == (204, None)


async def test_another_method(url: str) -> None:
    status, _, headers = await call(f"{url}/things/a/fixed", "PUT")
    assert (status, headers["allow"]) == (405, "DELETE")


async def test_a_name_with_slashes_ends_a_path(url: str) -> None:
    for written, name in (
        ("crm%2F17%3Fx=1%20%C3%A4%252F", "crm/17?x=1 ä%2F"),
        ("a/b", "a/b"),
        ("plain", "plain"),
    ):
        assert (await call(URL(f"{url}/named/{written}", encoded=True), "DELETE"))[:2] == (200, name)
    assert (await call(f"{url}/named/", "DELETE"))[0] == 404
