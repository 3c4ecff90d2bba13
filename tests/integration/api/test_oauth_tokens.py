"""The token endpoint over HTTP: each way to get tokens, each refusal, and what ends them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote, urlencode

import asyncpg
import pytest
from tests.integration.api.conftest import (
    ADA_TOKEN,
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    PUBLIC_CLIENT_ID,
    REDIRECT,
    SECRET,
    Api,
    basic,
)
from tests.integration.api.person import LONG, SCOPE, Person, new_person

from viesti.api.access_guard import TokenGuard
from viesti.api.answer import Headers, Refusal
from viesti.services.authorise import TOPIC, Authorise
from viesti.services.principal import Principal, Scope

pytestmark = pytest.mark.integration

VERIFIER = "a-verifier.of~at_least" + "x" * 30
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
PUBLIC = {"client_id": PUBLIC_CLIENT_ID, "client_secret": None}


class Client:
    """A program that asks for tokens, and calls with them."""

    def __init__(self, api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
        self.api = api
        self.person = person
        self.db = db

    @property
    def guard(self) -> TokenGuard:
        """A guard that remembers nothing yet."""
        parts = self.api.parts
        return TokenGuard(Authorise(parts.store, parts.estate, parts.now, parts.monotonic), parts.throttle)

    async def post(
        self, path: str, form: dict[str, str | None], headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        body = urlencode({name: value for name, value in form.items() if value is not None})
        # Some clients call a form by another name.
        sent = {"Content-Type": "text/plain"} | (headers or {})
        async with self.api.client.post(self.api.url + path, data=body, headers=sent) as response:
            assert response.headers["Cache-Control"] == "no-store"
            assert response.content_type == "application/json"
            self.headers = response.headers
            return response.status, json.loads(await response.read())

    async def exchange(self, code: str, **change: str | None) -> tuple[int, dict[str, Any]]:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        }  # fmt: skip
        return await self.post("/oauth/token", form | change)

    async def refresh(self, token: str, **change: str | None) -> tuple[int, dict[str, Any]]:
        form: dict[str, str | None] = {
            "grant_type": "refresh_token", "refresh_token": token, "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }  # fmt: skip
        return await self.post("/oauth/token", form | change)

    async def revoke(self, token: str, **change: str | None) -> tuple[int, dict[str, Any]]:
        form: dict[str, str | None] = {
            "token": token, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        }  # fmt: skip
        return await self.post("/oauth/revoke", form | change)

    async def tokens(self, **change: str | None) -> dict[str, Any]:
        """Tokens for Ada's consent."""
        status, answer = await self.exchange(await self.person.code(**change))
        assert status == 200, answer
        return answer

    async def refreshed(self, token: str, **change: str | None) -> dict[str, Any]:
        status, answer = await self.refresh(token, **change)
        assert status == 200, answer
        return answer

    async def call(
        self, token: str, scope: Scope = Scope.GATEWAY_SEND
    ) -> tuple[Principal, Headers] | Refusal:
        return await self.guard.admit({b"authorization": f"Bearer {token}".encode()}, scope)

    async def lets_in(self, token: str, scope: Scope = Scope.GATEWAY_SEND) -> bool:
        return not isinstance(await self.call(token, scope), Refusal)

    async def change(self, statement: str, *arguments: Any) -> None:
        await self.db.execute(statement, *arguments)
        await self.api.estate.load()


@pytest.fixture
async def client(database_url: str, api: Api) -> AsyncIterator[Client]:
    person, db = new_person(api.url), await asyncpg.connect(database_url)
    yield Client(api, person, db)
    await person.client.close()
    await db.close()


async def test_a_code_becomes_tokens(client: Client) -> None:
    answer = await client.tokens()
    assert set(answer) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, SCOPE)
    found = await client.call(answer["access_token"])
    assert not isinstance(found, Refusal)
    principal, headers = found
    assert principal.user.email == "ada@acme.example"
    assert principal.scopes == {Scope.GATEWAY_SEND, Scope.USER_CUSTOMERS, Scope.OFFLINE}
    assert dict(headers)[b"x-ratelimit-limit"] == b"1000000"
    stored = str([dict(row) for row in await client.db.fetch("select * from oauth_tokens")])
    assert answer["access_token"] not in stored
    assert answer["refresh_token"] not in stored


async def test_a_scope_that_was_not_granted(client: Client) -> None:
    token = (await client.tokens())["access_token"]
    refused = await client.call(token, Scope.WHATSAPP)
    assert isinstance(refused, Refusal)
    assert (refused.status, refused.message) == (403, "The scope WhatsApp is needed for this.")
    challenge = dict(refused.headers)[b"www-authenticate"]
    assert challenge == b'Bearer realm="Viesti", error="insufficient_scope", scope="WhatsApp"'


async def test_the_secret_in_the_header(client: Client) -> None:
    form: dict[str, str | None] = {
        "grant_type": "authorization_code", "code": await client.person.code(), "redirect_uri": REDIRECT,
    }  # fmt: skip
    status, answer = await client.post("/oauth/token", form, basic(CLIENT_ID, "wrong"))
    assert (status, answer["error"]) == (401, "invalid_client")
    assert client.headers["WWW-Authenticate"] == 'Basic realm="Viesti"'
    status, _ = await client.post("/oauth/token", form, basic(CLIENT_ID, quote(CLIENT_SECRET)))
    assert status == 200


async def test_a_code_works_once_and_a_second_use_ends_all(client: Client) -> None:
    code = await client.person.code()
    _, answer = await client.exchange(code)
    other = await client.tokens()
    assert await client.lets_in(answer["access_token"])
    status, problem = await client.exchange(code)
    assert (status, problem["error"]) == (400, "invalid_grant")
    assert not await client.lets_in(answer["access_token"])
    assert (await client.refresh(answer["refresh_token"]))[1]["error"] == "invalid_grant"
    assert await client.lets_in(other["access_token"])


async def test_a_code_used_by_many_at_once(client: Client) -> None:
    code = await client.person.code()
    answers = await asyncio.gather(*(client.exchange(code) for _ in range(8)))
    good = [answer for status, answer in answers if status == 200]
    assert len(good) == 1
    assert not await client.lets_in(good[0]["access_token"])


async def test_a_wrong_secret_does_not_use_the_code_up(client: Client) -> None:
    code = await client.person.code()
    for wrong in ({"client_secret": "wrong"}, {"client_secret": None}, {"redirect_uri": REDIRECT + "/"}):
        assert (await client.exchange(code, **wrong))[0] in (400, 401)
    assert (await client.exchange(code))[0] == 200


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("update oauth_codes set expires_at = now()", "invalid_grant"),
        ("update oauth_grants set ended_at = now()", "invalid_grant"),
        ("update users set enabled = false", "invalid_grant"),
        ("update users set connector_sign_in = false", "invalid_grant"),
        ("update oauth_clients set enabled = false", "invalid_client"),
        ("delete from user_customers", "invalid_grant"),
    ],
)
async def test_what_keeps_a_code_and_a_refresh_from_working(
    client: Client, statement: str, error: str
) -> None:
    tokens, code = await client.tokens(), await client.person.code()
    await client.change(statement)
    status, answer = await client.exchange(code)
    assert (status, answer["error"]) == (401 if error == "invalid_client" else 400, error)
    if "codes" not in statement:
        assert (await client.refresh(tokens["refresh_token"]))[1]["error"] == error
        assert not await client.lets_in(tokens["access_token"])


async def test_another_clients_code(client: Client) -> None:
    await client.db.execute(
        "insert into oauth_clients (id, key, name, client_id, secret_hash, redirect_uris, created_at)"
        " select 859, 'other', 'Other', 'other', secret_hash, redirect_uris, now()"
        f" from oauth_clients where client_id = '{CLIENT_ID}'"
    )
    await client.api.estate.load()
    code, tokens = await client.person.code(), await client.tokens()
    assert (await client.exchange(code, client_id="other"))[1]["error"] == "invalid_grant"
    other = {"client_id": "other"}
    assert (await client.refresh(tokens["refresh_token"], **other))[1]["error"] == "invalid_grant"
    assert (await client.revoke(tokens["refresh_token"], **other))[1]["error"] == "invalid_grant"
    assert await client.lets_in(tokens["access_token"])
    assert (await client.exchange(code))[0] == 200


@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "status"),
    [
        (CHALLENGE, "S256", VERIFIER, 200),
        (VERIFIER, "plain", VERIFIER, 200),
        (VERIFIER, None, VERIFIER, 200),
        (CHALLENGE, "S256", "w" * 43, 400),
        (CHALLENGE, "S256", None, 400),
        (CHALLENGE, "S256", CHALLENGE, 400),
    ],
)
async def test_pkce_with_and_without_a_secret(
    client: Client, challenge: str, method: str | None, verifier: str | None, status: int
) -> None:
    asked = {"code_challenge": challenge, "code_challenge_method": method}
    code = await client.person.code(**asked)
    assert (await client.exchange(code, code_verifier=verifier))[0] == status
    page = await client.person.authorize(client_id=PUBLIC_CLIENT_ID, **asked)
    code = (await client.person.decide(page)).answer["code"]
    assert (await client.exchange(code, code_verifier=verifier, **PUBLIC))[0] == status


async def test_a_public_client_refreshes_and_revokes(client: Client) -> None:
    asked = {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "client_id": PUBLIC_CLIENT_ID}
    code = await client.person.code(**asked)
    _, tokens = await client.exchange(code, code_verifier=VERIFIER, **PUBLIC)
    again = await client.refreshed(tokens["refresh_token"], **PUBLIC)
    assert (await client.revoke(again["refresh_token"], **PUBLIC))[0] == 200
    assert not await client.lets_in(again["access_token"])


async def test_a_client_with_a_secret_is_no_public_one(client: Client) -> None:
    code = await client.person.code(code_challenge=CHALLENGE, code_challenge_method="S256")
    status, answer = await client.exchange(code, code_verifier=VERIFIER, client_secret=None)
    assert (status, answer["error"]) == (401, "invalid_client")


async def test_a_refresh_rotates_and_the_old_token_has_its_grace(client: Client) -> None:
    first = await client.tokens()
    second = await client.refreshed(first["refresh_token"], code="left over", redirect_uri=REDIRECT)
    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == SCOPE
    again = await client.refreshed(first["refresh_token"])  # the answer was lost: it is asked again
    third = await client.refreshed(second["refresh_token"])  # the second is used: the first has an hour now
    await client.refreshed(first["refresh_token"])
    await client.change("update oauth_tokens set superseded_at = superseded_at - interval '61 minutes'")
    for one in (again, third):
        assert await client.lets_in(one["access_token"])
    status, answer = await client.refresh(first["refresh_token"])
    assert (status, answer["error"]) == (400, "invalid_grant")
    for one in (again, third):  # it was stolen: nothing of this connection works any more
        assert not await client.lets_in(one["access_token"])
        assert (await client.refresh(one["refresh_token"]))[1]["error"] == "invalid_grant"


async def test_an_unused_successor_takes_nothing_from_its_parent(client: Client) -> None:
    first = await client.tokens()
    await client.refreshed(first["refresh_token"])
    superseded = await client.db.fetchval("select count(*) from oauth_tokens where superseded_at is not null")
    assert superseded == 0


async def test_parallel_refreshes_all_work(client: Client) -> None:
    first = await client.tokens()
    answers = await asyncio.gather(*(client.refreshed(first["refresh_token"]) for _ in range(6)))
    assert len({answer["refresh_token"] for answer in answers}) == 6
    later = await asyncio.gather(*(client.refreshed(answer["refresh_token"]) for answer in answers))
    for answer in (*answers, *later):
        assert await client.lets_in(answer["access_token"])


async def test_a_refresh_token_not_used_for_too_long(client: Client) -> None:
    first = await client.tokens()
    (days,) = await client.db.fetchrow(
        "select extract(day from expires_at - created_at)::int from oauth_tokens where kind = 'refresh'"
    )
    assert days == 180
    await client.change("update oauth_tokens set expires_at = now() where kind = 'refresh'")
    assert (await client.refresh(first["refresh_token"]))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("scope", "read_back", "sends"),
    [
        (f"{LONG}User.Customers", f"{LONG}User.Customers", False),
        ("User.Customers", "User.Customers", False),
        ("Gateway.Send,User.Customers", "Gateway.Send,User.Customers", True),
        (None, SCOPE, True),
        ("", SCOPE, True),
    ],
)
async def test_a_refresh_for_less(client: Client, scope: str | None, read_back: str, sends: bool) -> None:
    first = await client.tokens()
    less = await client.refreshed(first["refresh_token"], scope=scope)
    assert less["scope"] == read_back
    assert await client.lets_in(less["access_token"], Scope.USER_CUSTOMERS)
    assert await client.lets_in(less["access_token"]) is sends
    whole = await client.refreshed(less["refresh_token"])
    assert await client.lets_in(whole["access_token"])


@pytest.mark.parametrize("scope", ["WhatsApp", "Gateway.Everything", "openid", "Gateway.Send WhatsApp"])
async def test_a_refresh_for_more(client: Client, scope: str) -> None:
    first = await client.tokens()
    status, answer = await client.refresh(first["refresh_token"], scope=scope)
    assert (status, answer["error"]) == (400, "invalid_scope")


async def test_nothing_is_refreshed_without_the_scope_for_it(client: Client) -> None:
    answer = await client.tokens(scope="Gateway.Send")
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password", "username": "ada@acme.example", "password": "x"},
        {"grant_type": "client_credentials"},
        {"grant_type": "authorization_code"},
        {"grant_type": "authorization_code", "code": ""},
        {"grant_type": "authorization_code", "code": "vsc_\udcff"},
        {"grant_type": "refresh_token"},
        {"grant_type": "refresh_token", "refresh_token": ADA_TOKEN},
        {"grant_type": '"ä\n'},
        {"grant_type": "authorization_code", "code": "x" * 10_000},
    ],
)
async def test_requests_that_are_wrong(client: Client, form: dict[str, str | None]) -> None:
    shown: dict[str, str | None] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    sent = {name: value.encode(errors="replace").decode() if value else value for name, value in form.items()}
    status, answer = await client.post("/oauth/token", shown | sent)
    assert status == 400
    assert answer["error"] in ("unsupported_grant_type", "invalid_request", "invalid_grant")
    status, _ = await client.post("/oauth/revoke", shown | sent)
    assert status == 400


async def test_a_body_that_is_no_form(client: Client) -> None:
    for path in ("/oauth/token", "/oauth/revoke"):
        async with client.api.client.post(client.api.url + path, data=b"\xff") as response:
            assert response.status == 400
            assert (await response.json())["error"] == "invalid_request"
        async with client.api.client.post(client.api.url + path, data=b"code=1&code=2") as response:
            assert (await response.json())["error"] == "invalid_request"
        async with client.api.client.post(client.api.url + path, data=b"x" * 70_000) as response:
            assert response.status == 413


async def test_many_wrong_secrets(client: Client) -> None:
    code = await client.person.code()
    await client.exchange("vsc_x")  # the right one is known now
    statuses = [(await client.exchange(code, client_secret=f"wrong {n}"))[0] for n in range(11)]
    assert statuses == [401] * 10 + [429]
    assert int(client.headers["Retry-After"]) >= 1
    assert (await client.exchange(code))[0] == 200  # who has the right one is not kept out


async def test_revocation(client: Client) -> None:
    first = await client.tokens()
    second = await client.refreshed(first["refresh_token"])
    assert await client.revoke(second["access_token"], token_type_hint="refresh_token") == (200, {})
    assert not await client.lets_in(second["access_token"])
    assert await client.lets_in(first["access_token"])
    assert (await client.revoke(first["refresh_token"], token_type_hint="nonsense"))[0] == 200
    assert not await client.lets_in(first["access_token"])
    assert (await client.refresh(second["refresh_token"]))[1]["error"] == "invalid_grant"
    for gone in (first["refresh_token"], "unknown"):
        assert await client.revoke(gone) == (200, {})
    assert (await client.revoke(first["refresh_token"], client_secret="wrong"))[0] == 401


async def test_every_end_is_told_to_all_processes(client: Client) -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    await client.db.add_listener(TOPIC, lambda *_: told.put_nowait(TOPIC))
    first = await client.tokens()
    second = await client.refreshed(first["refresh_token"])
    await client.refreshed(second["refresh_token"])
    assert told.empty()  # giving tokens ends nothing
    await client.revoke(first["access_token"])
    await asyncio.wait_for(told.get(), 10)
    await client.change("update oauth_tokens set superseded_at = superseded_at - interval '61 minutes'")
    await client.refresh(first["refresh_token"])
    await asyncio.wait_for(told.get(), 10)
    code = await client.person.code()
    for _ in range(2):
        await client.exchange(code)
    await asyncio.wait_for(told.get(), 10)
    await client.revoke((await client.tokens())["refresh_token"])
    await asyncio.wait_for(told.get(), 10)
    assert told.empty()


async def test_nothing_secret_is_logged(
    client: Client, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = await client.person.code()
    _, tokens = await client.exchange(code)
    later = await client.refreshed(tokens["refresh_token"])
    await client.exchange(code, client_secret="wrong secret")
    await client.exchange(code)
    await client.refresh(later["refresh_token"])
    await client.person.get("/oauth/nothing?code=" + code)
    await client.call(later["access_token"])
    cookies = [cookie.value for cookie in client.person.client.cookie_jar]
    stranger = new_person(client.api.url)
    await stranger.sign_in("bo@acme.example", "a wrong password")
    await stranger.client.close()
    # pytest hears loggers that are cut off from the log, such as uvicorn's of requests.
    heard = [each for each in caplog.records if logging.getLogger(each.name).propagate]
    logged = "".join(capfd.readouterr()) + "".join(each.getMessage() for each in heard)
    assert "the connection is ended" in logged
    given = (code, CLIENT_SECRET, "wrong secret", PASSWORD, "a wrong password", *cookies)
    made = [each[name] for each in (tokens, later) for name in ("access_token", "refresh_token")]
    for secret in (*given, *made):
        assert secret not in logged


# --- the guard ---


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (basic("acme-key", SECRET), 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer vsa_unknown"}, 401),
        ({"Authorization": f"Bearer {ADA_TOKEN}"}, 401),
        ({"Authorization": "Bearer " + "x" * 10_000}, 401),
        ({"Authorization": "Bearer \xff"}, 401),
        ({"Personal-Access-Token": "vsp_unknown"}, 401),
        ({"Personal-Access-Token": ""}, 401),
        ({"Personal-Access-Token": ADA_TOKEN, "Authorization": "Bearer x"}, 400),
    ],
)
async def test_who_is_not_let_in(client: Client, headers: dict[str, str], status: int) -> None:
    sent = {name.lower().encode(): value.encode("latin-1") for name, value in headers.items()}
    refused = await client.guard.admit(sent, Scope.GATEWAY_SEND)
    assert isinstance(refused, Refusal)
    assert refused.status == status
    assert (b"www-authenticate" in dict(refused.headers)) is (status == 401)
    assert await client.guard.admit_or_nobody(sent) == (None, ())


async def test_a_personal_token_gets_in(client: Client) -> None:
    headers = {b"personal-access-token": ADA_TOKEN.encode()}
    admitted = await client.guard.admit(headers, Scope.WHATSAPP)
    assert not isinstance(admitted, Refusal)
    assert admitted[0].user.email == "ada@acme.example"
    known = await client.guard.admit_or_nobody(headers)
    assert not isinstance(known, Refusal)
    assert known[0] == admitted[0]


async def test_calls_are_counted_for_each_connection(client: Client) -> None:
    await client.change("update oauth_clients set throttle_calls = 3, throttle_seconds = 600")
    one, other = await client.tokens(), await client.tokens()
    assert [await client.lets_in(one["access_token"]) for _ in range(4)] == [True, True, True, False]
    again = await client.refreshed(one["refresh_token"])
    refused = await client.call(again["access_token"])  # a new token, the same connection
    assert isinstance(refused, Refusal)
    assert refused.status == 429
    assert int(dict(refused.headers)[b"retry-after"]) > 60
    assert await client.lets_in(other["access_token"])
