"""The authorization endpoint and its pages over HTTP, as browsers call them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.api.conftest import (
    ACME,
    ADA,
    CLIENT_ID,
    PASSWORD,
    PUBLIC_CLIENT_ID,
    REDIRECT,
    Api,
    running,
)
from tests.integration.api.person import ASKED, LONG, Person, new_person, query

from viesti.api.answer import Answer
from viesti.api.oauth.forms import set_cookie
from viesti.cli.api_parts.oauth import make
from viesti.services.oauth.consent import (
    MAX_QUERY,
    MAX_STATE,
    ConsentRequest,
    SendBack,
    Unanswerable,
)
from viesti.services.oauth.sign_in import TRIES, WRONG
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

ADAS, DIS = "ada@acme.example", "di@acme.example"
CHALLENGE = "c" * 43


@pytest.fixture
async def person(api: Api) -> AsyncIterator[Person]:
    one = new_person(api.url)
    yield one
    await one.client.close()


@pytest.fixture
async def stranger(shared_api: Api) -> AsyncIterator[Person]:
    """Somebody who gets nowhere, so that nothing is stored."""
    one = new_person(shared_api.url)
    yield one
    await one.client.close()


@pytest.fixture
async def db(api: Api, database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def changed(api: Api, db: asyncpg.Connection[Any], *statements: str) -> AsyncIterator[None]:
    for statement in statements:
        await db.execute(statement)
    await api.estate.load()
    yield


async def counted(db: asyncpg.Connection[Any], table: str) -> int:
    count: int = await db.fetchval(f"select count(*) from {table}")
    return count


async def test_from_the_request_to_the_code(person: Person, db: asyncpg.Connection[Any]) -> None:
    page = await person.authorize()
    assert page.status == 200
    assert "Sign in" in page.text
    assert "Flows of Acme" in page.text
    page = await person.sign_in(ADAS)
    assert page.status == 200
    for words in ("Send messages and replies", "See which customers you work for", "Acme", "Beta", ADAS):
        assert words in page.text
    assert "Use WhatsApp" not in page.text
    assert "global.consent.azure-apim.net" in page.text
    back = await person.decide(page)
    assert back.status == 303
    assert back.location.startswith(REDIRECT + "?code=vsc_")
    assert back.answer["state"] == ASKED["state"]
    assert set(back.answer) == {"code", "state"}
    (grant,) = await db.fetch("select * from oauth_grants")
    assert (grant["user_id"], grant["scope_text"]) == (ADA, ASKED["scope"])
    assert set(grant["scopes"]) == {"Gateway.Send", "User.Customers", "offline_access"}
    audit = await db.fetch("select actor, action, subject from audit")
    assert [tuple(act) for act in audit] == [(f"user:{ADAS}", "allow connection", str(grant["id"]))]


async def test_no_secret_is_kept(person: Person, db: asyncpg.Connection[Any]) -> None:
    code = await person.code()
    (cookie,) = {c.value for c in person.client.cookie_jar if c.key == "viesti_sign_in"}
    for table in ("sign_ins", "oauth_codes", "oauth_grants", "audit"):
        rows = str([dict(row) for row in await db.fetch(f"select * from {table}")])
        assert code not in rows
        assert cookie not in rows
        assert PASSWORD not in rows


async def test_denied(person: Person, db: asyncpg.Connection[Any]) -> None:
    back = await person.decide(await person.sign_in(ADAS), "deny")
    assert back.location.startswith(REDIRECT)
    assert (back.answer["error"], back.answer["state"]) == ("access_denied", ASKED["state"])
    assert await counted(db, "oauth_grants") == 0


@pytest.mark.parametrize("decision", ["", "yes", "ALLOW"])
async def test_only_allow_allows(person: Person, decision: str) -> None:
    back = await person.decide(await person.sign_in(ADAS), decision)
    assert back.answer["error"] == "access_denied"


async def test_whoever_is_signed_in_is_asked_at_once(person: Person) -> None:
    await person.sign_in(ADAS)
    page = await person.authorize(state="another")
    assert page.form("/oauth/authorize")["query"].endswith("state=another")
    assert (await person.decide(page)).answer["state"] == "another"


async def test_another_account(person: Person, db: asyncpg.Connection[Any]) -> None:
    page = await person.sign_in(ADAS)
    out = await person.post("/oauth/sign-out", page.form("/oauth/sign-out"))
    assert (out.status, out.location) == (303, "/oauth/authorize?" + query())
    assert "Password" in (await person.get(out.location)).text
    assert await counted(db, "sign_ins") == 0


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": REDIRECT + "/"},
        {"redirect_uri": REDIRECT + "?x=1"},
        {"redirect_uri": REDIRECT.upper()},
        {"redirect_uri": REDIRECT.replace("https", "http")},
        {"redirect_uri": REDIRECT + "%2F"},
        {"redirect_uri": "https://global.consent.azure-apim.net:443/redirect"},
        {"redirect_uri": "\udcff"},
        {"state": "s" * (MAX_STATE + 1)},
        {"state": "s" * (MAX_QUERY + 1)},
    ],
)
async def test_what_is_never_sent_anywhere(stranger: Person, change: dict[str, str | None]) -> None:
    values = {name: value for name, value in {**ASKED, **change}.items() if value is not None}
    path = "&".join(f"{name}={quote(value, errors='surrogateescape')}" for name, value in values.items())
    page = await stranger.get(f"/oauth/authorize?{path}")
    assert page.status == 400
    assert "Location" not in page.headers
    assert "evil.example" not in page.text
    # Nor when somebody puts such a request into a form of ours.
    form = (await stranger.authorize()).form("/oauth/sign-in") | {"email": ADAS, "password": PASSWORD}
    again = await stranger.post("/oauth/sign-in", form | {"query": path})
    assert (again.status, again.location) == (400, "")


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_place_named_twice_is_no_place(stranger: Person, name: str) -> None:
    page = await stranger.get(f"/oauth/authorize?{query()}&{name}={quote(ASKED[name], safe='')}")
    assert page.status == 400


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": 'code "id_token" ä'}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "Gateway.Everything"}, "invalid_scope"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "S512"}, "invalid_request"),
        ({"client_id": PUBLIC_CLIENT_ID}, "invalid_request"),
    ],
)
async def test_what_the_client_is_told(stranger: Person, change: dict[str, str | None], error: str) -> None:
    page = await stranger.authorize(**change)
    assert page.status == 302
    assert page.location.startswith(REDIRECT + "?error=")
    assert (page.answer["error"], page.answer["state"]) == (error, ASKED["state"])


@pytest.mark.parametrize("name", ["response_type", "scope", "state"])
async def test_what_may_be_there_once(stranger: Person, name: str) -> None:
    page = await stranger.get(f"/oauth/authorize?{query()}&{name}=x")
    assert page.answer["error"] == "invalid_request"


@pytest.mark.parametrize("state", ["", "%FF%00", "a%20b+c", "%C3%A4%26%3D", "s" * MAX_STATE])
async def test_state_comes_back_as_it_was(stranger: Person, state: str) -> None:
    page = await stranger.get(f"/oauth/authorize?{query(state=None, scope='x')}&state={state}")
    came_back = page.location.partition("&state=")[2]
    assert came_back.replace("%20", "+") == state.replace("%20", "+")


async def test_a_request_without_state_or_address(person: Person) -> None:
    page = await person.decide(await person.sign_in(ADAS, state=None, redirect_uri=None))
    assert page.location.startswith(REDIRECT + "?code=vsc_")
    assert set(page.answer) == {"code"}


async def test_an_address_of_two_must_be_named(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    other = "https://a.example/back?tenant=1&x=%20"
    async with changed(api, db, f"update oauth_clients set redirect_uris = array['{REDIRECT}', '{other}']"):
        assert (await person.authorize(redirect_uri=None)).status == 400
        page = await person.decide(await person.sign_in(ADAS, redirect_uri=other))
        assert page.location.startswith(other + "&code=vsc_")


async def test_unknown_parameters_are_let_be(stranger: Person) -> None:
    page = await stranger.authorize(
        prompt="login", access_type="offline", nonce="n", p="B2C_1A", resource="x"
    )
    assert page.status == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ADAS, "wrong"),
        (ADAS, ""),
        ("nobody@acme.example", PASSWORD),
        ("", PASSWORD),
        ("no-password@acme.example", PASSWORD),
        ("off@acme.example", PASSWORD),
        ("<script>alert(1)</script>@acme.example", "\udcff"),
    ],
)
async def test_a_failed_sign_in_tells_nothing(
    api: Api, person: Person, db: asyncpg.Connection[Any], email: str, password: str
) -> None:
    people = (
        "insert into users (id, email, name, password_hash, enabled, connector_sign_in, created_at) values"
        " (890, 'no-password@acme.example', 'N', null, true, true, now()),"
        " (891, 'off@acme.example', 'O', null, false, true, now());"
        "update users set password_hash = (select password_hash from users where id = 800) where id = 891"
    )
    async with changed(api, db, people):
        form = (await person.authorize()).form("/oauth/sign-in")
        form |= {"email": email, "password": password.encode(errors="replace").decode()}
        page = await person.post("/oauth/sign-in", form)
    assert page.status == 403
    assert WRONG in page.text
    assert "<script>" not in page.text
    assert await counted(db, "sign_ins") == 0


async def test_an_e_mail_is_the_same_in_capitals(person: Person) -> None:
    assert "It will be able to" in (await person.sign_in(" ADA@Acme.example ")).text


async def test_tries_are_counted_over_all_processes(
    api: Api, store: Store, database_url: str, person: Person
) -> None:
    for _ in range(TRIES):
        assert (await person.sign_in(ADAS, "wrong")).status == 403
    page = await person.sign_in(ADAS)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) > 60
    assert "Too many tries. Wait 1" in page.text
    other = await Store.open(database_url, size=4, monotonic=store.ids._monotonic)
    async with running(other) as second:
        elsewhere = new_person(second.url)
        assert (await elsewhere.sign_in(ADAS)).status == 429
        assert "It will be able to" in (await elsewhere.sign_in("bo@acme.example")).text
        await elsewhere.client.close()
    await other.close()


async def test_not_allowed_says_so_and_whom_to_ask(person: Person, db: asyncpg.Connection[Any]) -> None:
    page = await person.sign_in(DIS)
    assert page.status == 403
    assert "Signing in for connectors is not switched on" in page.text
    for words in (DIS, "Acme", "Ada", ADAS):
        assert words in page.text
    assert "cy@beta.example" not in page.text  # who manages another customer
    assert (await person.decide(page, "allow")).answer["error"] == "access_denied"
    assert await counted(db, "oauth_grants") == 0


async def test_whom_to_ask_where_nobody_manages(
    api: Api, person: Person, db: asyncpg.Connection[Any]
) -> None:
    statements = (
        "update user_customers set role = 'member'",
        "insert into users (id, email, name, administrator, created_at)"
        " values (895, 'root@viesti.example', 'Rut', true, now())",
    )
    async with changed(api, db, *statements):
        page = await person.sign_in(DIS)
        assert "root@viesti.example" in page.text
        assert ADAS not in page.text


async def test_a_customers_own_program(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    async with changed(api, db, f"update oauth_clients set customer_id = {ACME}"):
        page = await person.sign_in(ADAS)
        assert "<li>Acme</li>" in page.text
        assert "<li>Beta</li>" not in page.text
        await person.post("/oauth/sign-out", page.form("/oauth/sign-out"))
        page = await person.sign_in("cy@beta.example")
        assert page.status == 403
        assert "There is nothing Flows of Acme could see" in page.text
        assert (await person.decide(page)).answer["error"] == "access_denied"


@pytest.mark.parametrize(
    "statement",
    [
        "update users set enabled = false where id = 800",
        "update users set password_hash = 'another' where id = 800",
        "update sign_ins set expires_at = now()",
        "delete from sign_ins",
    ],
)
async def test_what_ends_a_sign_in(
    api: Api, person: Person, db: asyncpg.Connection[Any], statement: str
) -> None:
    consent = await person.sign_in(ADAS)
    async with changed(api, db, statement):
        assert "Password" in (await person.authorize()).text
        late = await person.decide(consent)
        assert (late.status, late.location) == (303, "/oauth/authorize?" + query())
    assert await counted(db, "oauth_grants") == 0


async def test_a_right_taken_away_before_the_decision(
    api: Api, person: Person, db: asyncpg.Connection[Any]
) -> None:
    consent = await person.sign_in(ADAS)
    async with changed(api, db, "update users set connector_sign_in = false"):
        assert (await person.decide(consent)).answer["error"] == "access_denied"


# --- what strangers send ---


PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from((*ASKED, "code_challenge", "code_challenge_method")) | st.text(max_size=5),
        st.sampled_from((*ASKED.values(), CHALLENGE, "S256", REDIRECT + "/")) | st.text(max_size=50),
    ),
    max_size=8,
)


async def test_answers_go_to_registered_addresses_only(shared_api: Api) -> None:
    consent = make(shared_api.parts).pages._consent

    @given(PARAMETERS, st.booleans(), st.text(st.characters(max_codepoint=255), max_size=20))
    def judge(parameters: list[tuple[str, str]], whole: bool, more: str) -> None:
        asked = dict(parameters)
        text = urlencode(list((ASKED | asked).items()) if whole else parameters) + more
        match consent.read(text):
            case SendBack(location):
                assert location.startswith(REDIRECT + "?error=")
                location.encode("ascii")
            case ConsentRequest(redirect_uri=address):
                assert address == REDIRECT
            case Unanswerable(sentence):
                assert sentence.endswith(".")

    judge()


async def test_a_sign_in_from_a_strangers_page(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    mallory = new_person(api.url)
    hers = (await mallory.authorize()).form("/oauth/sign-in") | {"email": ADAS, "password": PASSWORD}
    await mallory.client.close()
    await person.authorize()  # the victim has a form cookie of his own
    for csrf in (hers["csrf"], "", "x"):
        page = await person.post("/oauth/sign-in", hers | {"csrf": csrf})
        assert page.status == 400
        assert "not sent from our page" in page.text
    without = new_person(api.url)
    assert (await without.post("/oauth/sign-in", hers | {"csrf": ""})).status == 400
    await without.client.close()
    assert await counted(db, "sign_ins") == 0


async def test_a_consent_from_a_strangers_page(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    page = await person.sign_in(ADAS)
    good = page.form("/oauth/authorize") | {"decision": "allow"}
    bo = new_person(api.url)
    bos = (await bo.sign_in("bo@acme.example")).form("/oauth/authorize")["csrf"]
    await bo.client.close()
    for csrf in (bos, "", good["csrf"][:-1], good["csrf"] + "0", "ä"):
        refused = await person.post("/oauth/authorize", good | {"csrf": csrf})
        assert (refused.status, refused.location) == (400, "")
    out = await person.post("/oauth/sign-out", good | {"csrf": ""})
    assert out.status == 400
    for elsewhere in ("cross-site", "same-site"):
        person.headers = {"Sec-Fetch-Site": elsewhere}
        assert (await person.post("/oauth/authorize", good)).status == 400
    assert await counted(db, "oauth_grants") == 0
    person.headers = {"Sec-Fetch-Site": "same-origin"}
    assert (await person.post("/oauth/authorize", good)).answer["code"]


async def test_a_sign_out_leads_to_our_own_path_only(person: Person) -> None:
    form = (await person.sign_in(ADAS)).form("/oauth/sign-out")
    out = await person.post("/oauth/sign-out", form | {"query": "//evil.example/\r\nX: y#<z>"})
    assert out.location == "/oauth/authorize?//evil.example/X:y<z>"
    assert "X" not in out.headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"\xff\xfe", 400),
        (b"csrf=1&csrf=2", 400),
        (b"&".join(b"m%d=1" % n for n in range(60)), 400),
        (b"x" * 70_000, 413),
        (b"", 400),
    ],
)
async def test_bodies_that_are_no_forms(stranger: Person, body: bytes, status: int) -> None:
    page = await stranger._call("POST", "/oauth/sign-in", data=body)
    assert page.status == status
    assert page.headers["Content-Type"].startswith("text/html")


async def test_headers_of_the_pages(person: Person) -> None:
    sign_in, consent = await person.authorize(), await person.sign_in(ADAS)
    stopped = await person.authorize(client_id="unknown")
    for page in (sign_in, consent, stopped):
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'")
        assert "frame-ancestors 'none'" in policy
        assert ("form-action" in policy) is (page is not consent)
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "Cross-Origin-Opener-Policy" not in page.headers
        assert "<script" not in page.text


async def test_cookies(person: Person) -> None:
    page = await person.authorize()
    form = page.form("/oauth/sign-in") | {"email": ADAS, "password": PASSWORD}
    signed_in = await person.post("/oauth/sign-in", form)
    for shown, name in ((page, "viesti_form"), (signed_in, "viesti_sign_in")):
        cookie = shown.headers["Set-Cookie"]
        assert cookie.startswith(f"{name}=")
        for word in ("HttpOnly", "SameSite=Lax", "Path=/oauth"):
            assert word in cookie
        assert "Secure" not in cookie  # these tests speak http
    assert set_cookie("a", "b", 1, path="/", secure=True)[1].endswith(b"; Secure")


async def test_under_a_path_of_the_host(api: Api, person: Person) -> None:
    """As behind a proxy that takes the path off."""
    pages = make(replace(api.parts, base_url="https://acme.example/sms")).pages
    scope = {"headers": [], "query_string": query().encode(), "client": None}
    answer = await pages.authorize(scope, receive)
    assert isinstance(answer, Answer)
    assert set(re.findall(rb'(?:href|src|action)="(/[^"]*/)', answer.body)) == {b"/sms/oauth/"}
    cookie = dict(answer.headers)[b"set-cookie"]
    assert b"; Path=/sms/oauth; " in cookie
    assert cookie.endswith(b"; Secure")
    out = await pages.sign_out({**scope, "headers": []}, receive)
    assert isinstance(out, Answer)
    assert dict(out.headers)[b"location"] == b"/sms/oauth/authorize?"


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b""}


async def test_two_open_pages_can_both_be_sent(person: Person) -> None:
    first, second = await person.authorize(state="1"), await person.authorize(state="2")
    for page in (first, second):
        form = page.form("/oauth/sign-in") | {"email": ADAS, "password": PASSWORD}
        assert (await person.post("/oauth/sign-in", form)).status == 303


async def test_a_program_named_in_markup(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    async with changed(api, db, "update oauth_clients set name = '<b onclick=x>\"&''</b>'"):
        page = await person.sign_in(ADAS)
        assert "<b onclick" not in page.text
        assert "&lt;b onclick=x&gt;" in page.text


@pytest.mark.parametrize(("name", "kind"), [("style.css", "text/css"), ("mark.svg", "image/svg+xml")])
async def test_own_files(stranger: Person, name: str, kind: str) -> None:
    page = await stranger.get(f"/oauth/{name}")
    assert page.status == 200
    assert page.headers["Content-Type"].startswith(kind)


async def test_the_server_describes_itself(shared_api: Api, stranger: Person) -> None:
    async with stranger.client.get(f"{shared_api.url}/.well-known/oauth-authorization-server") as response:
        described = await response.json()
    assert described["issuer"] == shared_api.url
    assert described["token_endpoint"] == f"{shared_api.url}/oauth/token"
    assert described["code_challenge_methods_supported"] == ["S256", "plain"]
    assert "Gateway.Send" in described["scopes_supported"]


def test_the_asked_scopes_are_in_the_long_form() -> None:
    assert LONG in ASKED["scope"]
    assert ASKED["client_id"] == CLIENT_ID
