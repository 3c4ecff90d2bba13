"""GET /console/contacts/{id}: for whom it opens, what it says, and that it says nothing to others."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from tests.integration.api.conftest import ACME, BETA, PASSWORD, Api
from tests.integration.api.person import Page, Person, new_person
from tests.integration.api.profile import MARKUP, TARGET, happen, make_contact, opt_out

from viesti.services.oauth.sign_in import COOKIE

pytestmark = pytest.mark.integration

ADAS, BOS, CYS = "ada@acme.example", "bo@acme.example", "cy@beta.example"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.fixture
async def person(api: Api) -> AsyncIterator[Person]:
    one = new_person(api.url)
    yield one
    await one.client.close()


@pytest.fixture
async def db(api: Api, database_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


def path(identifier: object) -> str:
    return f"/console/contacts/{identifier}"


async def open_as(person: Person, email: str, to: str, password: str = PASSWORD) -> Page:
    """Open a page, sign in where it leads, and go where that leads."""
    asked = await person.get(to)
    assert asked.status == 302, asked.text
    shown = await person.get(asked.location)
    form = shown.form("/oauth/sign-in") | {"email": email, "password": password}
    signed_in = await person.post("/oauth/sign-in", form)
    return await person.get(signed_in.location) if signed_in.status == 303 else signed_in


def words(page: Page) -> str:
    """The text of a page, as one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


async def test_signing_in_leads_there_and_back(api: Api, person: Person) -> None:
    there = path(await make_contact(api))
    asked = await person.get(there)
    assert (asked.status, asked.location) == (302, f"/oauth/sign-in?to={quote(there, safe='')}")
    wrong = await open_as(person, BOS, there, password="wrong")
    assert wrong.status == 403
    # The form with the fault still knows the way.
    form = wrong.form("/oauth/sign-in") | {"password": PASSWORD}
    signed_in = await person.post("/oauth/sign-in", form)
    assert (signed_in.status, signed_in.location) == (303, there)
    page = await person.get(there)
    assert page.status == 200
    assert '<h1 dir="auto">Åsa Ek</h1>' in page.text
    # The sign-in is shown to our pages alone.
    kept = [cookie for cookie in signed_in.headers.getall("Set-Cookie") if cookie.startswith(COOKIE)]
    assert [re.findall(r"Path=([^;]+)", cookie)[0] for cookie in kept] == ["/oauth", "/console"]
    assert all("HttpOnly; SameSite=Lax" in cookie for cookie in kept)


async def test_the_address_in_an_sms_opens(api: Api, person: Person) -> None:
    await make_contact(api)
    _, [sms], _ = await api.send()
    page = await open_as(person, BOS, sms["ProfileURL"].removeprefix(api.url))
    assert page.status == 200
    assert "Hello" in words(page)


async def test_everything_is_there(api: Api, person: Person) -> None:
    identifier = await make_contact(api)
    await happen(api)
    page = await open_as(person, ADAS, path(identifier))
    text = words(page)
    for expected in (
        "Åsa Ek +358401234567 · Contact of Acme",
        "May be written to.",
        "Opted in: marketing",
        "operator:ada: telephone call",
        "Opted out: marketing",
        "operator:ada: letter of 3 May",
        "Sent to them 3",
        "Written to us 1",
        "Failed 1",
        "Links sent 1",
        "Links opened 1",
        "External reference crm/100?x=ä",
        "E-mail asa@home.example",
        "Company Ek & Daughters",
        "Address Harbour Street 1 00100 Helsinki Finland",
        "Born 1984",
        "Custom01 Gold",
        "Newsletter unsubscribed Regulars",
        f"Your basket waits: {api.url}/l/",
        f"{TARGET} opened 2 times, and once by a machine, last",
        "Delivered",
        "The handset could not be reached.",
        "by Flow acme-key",
        "Received",
        "Kiitos!",
    ):
        assert expected in text, expected
    # 4 of 7 of 6 of 7.
    assert "49 of 100 Interest 57 % 2 answers to 3 occasions" in text
    assert "Arrival 86 % 1 of 3 messages failed" in text
    assert text.count(MARKUP) == 2
    assert "<img src=x" not in page.text
    assert "<b>bold" not in page.text
    # What is newest comes first.
    assert text.index("Kiitos!") < text.index("Lost") < text.index("Your basket waits")


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ("all", "Must not be written to: opted out of all messages. Since"),
        ("marketing", "May be written to, but not with marketing. Since"),
    ],
)
async def test_who_opted_out(
    api: Api, person: Person, db: asyncpg.Connection[Any], scope: str, sentence: str
) -> None:
    identifier = await make_contact(api)
    await opt_out(api)
    await db.execute("update opt_outs set scope = $1", scope)
    text = words(await open_as(person, BOS, path(identifier)))
    assert sentence in text
    assert "inbound: inbound message 1: STOP" in text


async def test_why_a_message_is_held(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    identifier = await make_contact(api)
    await db.execute("update customers set repeat_limit = 1 where id = $1", ACME)
    await api.estate.load()
    for _ in range(2):
        await api.send()
    text = words(await open_as(person, BOS, path(identifier)))
    assert "Held back" in text
    assert "The same text went to it too often; it may be a loop." in text


async def test_a_contact_without_anything(api: Api, person: Person, db: asyncpg.Connection[Any]) -> None:
    await db.execute(
        "insert into contacts (id, bucket, customer_id, external_reference, created_at)"
        " values (9001, 1, $1, 'r', now())",
        ACME,
    )
    text = words(await open_as(person, BOS, path(9001)))
    for expected in (
        "Nobody’s name is known",
        "Can’t be written to: there is no number.",
        "50 of 100",
        "No tags.",
        "No messages either way yet.",
    ):
        assert expected in text, expected


async def test_anothers_and_nobodys_are_answered_alike(api: Api, person: Person) -> None:
    own, others = await make_contact(api), await make_contact(api, customer_id=BETA)
    page = await open_as(person, BOS, path(others))
    assert page.status == 404
    assert "No such contact" in words(page)
    for nobody in (others + 64, 1, 0, -1, "x", "%00", "%C2%B2", 1 << 53, 10**40, f"{own}x", f"{own}%20"):
        other = await person.get(path(nobody))
        assert other.status == 404, nobody
        assert re.sub(r'name="to" value="[^"]*"', "", other.text) == re.sub(
            r'name="to" value="[^"]*"', "", page.text
        ), nobody
    assert (await person.get(path(own))).status == 200


async def test_who_works_for_both_sees_both(api: Api, person: Person) -> None:
    own, others = await make_contact(api), await make_contact(api, customer_id=BETA)
    assert "Contact of Acme" in words(await open_as(person, ADAS, path(own)))
    assert "Contact of Beta" in words(await person.get(path(others)))
    # The same number is another contact of another customer's: nothing of the one is with the other.
    await api.send()
    assert "Hello" in words(await person.get(path(own)))
    assert "Hello" not in words(await person.get(path(others)))


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ("delete from user_customers where user_id = 800 and customer_id = 100", 404),
        ("update customers set enabled = false where id = 100", 404),
        ("update users set enabled = false where id = 800", 302),
        ("update users set password_hash = 'x' where id = 800", 302),
        ("update sign_ins set expires_at = now()", 302),
    ],
)
async def test_what_is_taken_away_is_gone_at_once(
    api: Api, person: Person, db: asyncpg.Connection[Any], change: str, status: int
) -> None:
    there = path(await make_contact(api))
    assert (await open_as(person, ADAS, there)).status == 200
    await db.execute(change)
    await api.estate.load()
    assert (await person.get(there)).status == status


async def test_another_account(api: Api, person: Person) -> None:
    there = path(await make_contact(api))
    page = await open_as(person, CYS, there)
    assert page.status == 404
    form = page.form("/oauth/sign-out")
    assert (await person.post("/oauth/sign-out", form | {"csrf": "x"})).status == 400
    out = await person.post("/oauth/sign-out", form)
    assert (out.status, out.location) == (303, there)
    assert (await open_as(person, BOS, there)).status == 200


async def test_who_signed_in_for_a_connector_need_not_again(api: Api, person: Person) -> None:
    there = path(await make_contact(api))
    await person.sign_in(ADAS)
    assert (await person.get(there)).status == 200


async def test_a_sign_in_that_only_the_forms_were_shown(api: Api, person: Person) -> None:
    there = path(await make_contact(api))
    await person.sign_in(ADAS)
    person.client.cookie_jar.clear(lambda cookie: cookie["path"] == "/console")
    asked = await person.get(there)
    back = await person.get(asked.location)
    assert (back.status, back.location) == (302, there)
    assert (await person.get(there)).status == 200


@pytest.mark.parametrize(
    "to",
    [
        "", "//evil.example", "https://evil.example", "/console//evil.example", "/console/../oauth/x",
        "/console/contacts/1?x=1", "/console/contacts/1#x", "/console\\evil", "/other", "/console/ä",
        "/console/contacts/1\r\nSet-Cookie: a=b", "/consoles/1",
    ],
)  # fmt: skip
async def test_the_way_back_leads_nowhere_else(shared_api: Api, to: str) -> None:
    stranger = new_person(shared_api.url)
    page = await stranger.get(f"/oauth/sign-in?to={quote(to, safe='')}")
    assert page.status == 400
    assert "Location" not in page.headers
    # A form that was changed by hand is as one of a program's request that is wrong.
    good = await stranger.get("/oauth/sign-in?to=/console/contacts/1")
    form = good.form("/oauth/sign-in") | {"email": ADAS, "password": PASSWORD, "to": to}
    assert (await stranger.post("/oauth/sign-in", form)).status == 400
    await stranger.client.close()


async def test_nothing_is_kept_and_nothing_is_let_in(api: Api, person: Person) -> None:
    there = path(await make_contact(api))
    asked = await person.get(there)
    page = await open_as(person, ADAS, there)
    for answer in (page, await person.get(path(1)), asked):
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert " style=" not in page.text
    sheet = await person.get("/console/style.css")
    assert (sheet.status, sheet.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
