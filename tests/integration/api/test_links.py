from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import ACME, ONE_WAY, Api

from viesti.services.guids import GuidKind
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Version/17.4 Safari/604.1"
)
PERSON = {"User-Agent": PHONE, "Accept": HTML}
PREVIEW = {"User-Agent": "WhatsApp/2.23.20.0 A", "Accept": "*/*"}
TEXT = "See http://x.fi/a?b=c and https://ääkkönen.fi/ö."


@pytest.fixture
async def db(database_url: str) -> Any:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def sent(
    api: Api, db: asyncpg.Connection[Any], *, minutes_ago: float = 5, text: str = TEXT
) -> list[str]:
    """The paths of the links of a message to one person, sent some minutes ago."""
    submitted = await api.parts.submit(
        SubmitRequest(
            dialect="native", customer_id=ACME, application_id=None, service_id=ONE_WAY, sender="Acme",
            text=text, recipients=(RecipientRequest("+358401234567"),), track_links=True,
        )
    )  # fmt: skip
    assert isinstance(submitted, Submitted), submitted
    recipient = submitted.recipients[0].id
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    await db.execute("update recipients set status = 30, sent_at = $1 where id = $2", at, recipient)
    return [f"/l/{api.parts.short_links.token(recipient, link)}" for link in range(3)]


async def follow(
    api: Api, path: str, headers: dict[str, str] = PERSON, method: str = "GET"
) -> tuple[int, Any, str]:
    async with api.client.request(
        method,
        api.url + path,
        headers=headers,
        allow_redirects=False,
        skip_auto_headers=("User-Agent", "Accept"),
    ) as response:
        return response.status, response.headers, await response.text()


async def visits(db: asyncpg.Connection[Any]) -> list[tuple[int, str, str]]:
    return [tuple(row) for row in await db.fetch("select link, reason, agent from clicks order by id")]


async def test_a_person_is_led_on_and_counted(api: Api, db: asyncpg.Connection[Any]) -> None:
    first, second, _ = await sent(api, db)
    status, headers, body = await follow(api, first)
    assert (status, headers["Location"], body) == (302, "http://x.fi/a?b=c", "")
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    status, headers, _ = await follow(api, second)
    assert (status, headers["Location"]) == (302, "https://xn--kknen-fraa0m.fi/%C3%B6")
    assert await visits(db) == [(0, "", PHONE), (1, "", PHONE)]
    assert await db.fetchval("select sum(amount) from contact_counts where kind = 'click'") == 2


@pytest.mark.parametrize(
    ("headers", "method", "reason"),
    [
        (PREVIEW, "GET", "preview"),
        (PERSON, "HEAD", "head"),
        (PERSON | {"Sec-Purpose": "prefetch;prerender"}, "GET", "prefetch"),
        ({"Accept": HTML}, "GET", "no_agent"),
        (PERSON | {"Accept": "*/*"}, "GET", "not_a_page"),
    ],
)
async def test_a_machine_is_led_on_and_told_apart(
    api: Api, db: asyncpg.Connection[Any], headers: dict[str, str], method: str, reason: str
) -> None:
    path = (await sent(api, db))[0]
    status, answered, _ = await follow(api, path, headers, method)
    assert (status, answered["Location"]) == (302, "http://x.fi/a?b=c")
    assert [visit[1] for visit in await visits(db)] == [reason]
    assert await db.fetchval("select count(*) from contact_counts where kind = 'click'") == 0


async def test_who_is_there_within_a_second_is_no_person(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db, minutes_ago=0))[0]
    await follow(api, path)
    assert [visit[1] for visit in await visits(db)] == ["too_soon"]


async def test_what_is_no_link(api: Api, db: asyncpg.Connection[Any]) -> None:
    first, _, third = await sent(api, db)
    tokens = api.parts.short_links
    nobody = tokens.token((1 << 53) - 1, 0)
    for path in (
        third,
        "/l/",
        "/l/x",
        "/l/" + "0" * 11,
        "/l/" + nobody,
        first + "a",
        first + "/",
        first[:-1] + "é",
    ):
        status, headers, body = await follow(api, path)
        assert status == 404, path
        assert "Location" not in headers
        if path not in ("/l/", first + "/"):
            assert "<h1>No such link</h1>" in body
            assert headers["Cache-Control"] == "private, no-store"
    status, _, _ = await follow(api, first, method="POST")
    assert status == 405
    assert await visits(db) == []


async def test_nothing_of_the_request_goes_into_where_it_leads(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db))[0]
    evil = "http://evil.example/"
    for query in (f"?url={evil}", f"?{evil}", "?next=//evil.example"):
        status, headers, _ = await follow(api, path + query, PERSON | {"X-Forwarded-Host": "evil.example"})
        assert (status, headers["Location"]) == (302, "http://x.fi/a?b=c")


async def test_a_message_whose_links_are_not_tracked_has_none(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db))[0]
    await db.execute("update messages set link_base = null, link_rule = null, links_until = null")
    assert (await follow(api, path))[0] == 404


async def test_a_link_ends(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db))[0]
    await db.execute("update messages set links_until = now() - interval '1 second'")
    for language, title in (("", "This link has ended"), ("fi-FI,fi;q=0.9", "Linkki ei ole enää voimassa"),
                            ("de, sv", "Länken gäller inte längre")):  # fmt: skip
        status, headers, body = await follow(api, path, PERSON | {"Accept-Language": language})
        assert status == 410
        assert title in body
        assert "Location" not in headers
    assert await visits(db) == []


async def test_a_link_that_was_dropped_with_its_period_has_ended(
    api: Api, db: asyncpg.Connection[Any]
) -> None:
    path = (await sent(api, db))[0]
    try:
        await db.execute("select viesti_drop_period(0)")
        assert (await follow(api, path))[0] == 410
    finally:
        await db.execute("select viesti_open_period(0)")


async def test_a_link_under_the_domain_of_another(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db))[0]
    await db.execute("update customers set link_domain = 'go.acme.example' where id = 100")
    await db.execute("update customers set link_domain = 'go.beta.example' where id = 103")
    await api.estate.load()
    for host, status in (
        ("go.acme.example", 302), ("go.acme.example:8443", 302), ("GO.ACME.example.", 302), ("[::1]:80", 302),
        ("proxy.internal", 302), ("go.beta.example", 404), ("go.beta.example:80", 404),
        ("GO.Beta.example", 404),
    ):  # fmt: skip
        assert (await follow(api, path, PERSON | {"Host": host}))[0] == status, host


async def test_a_slow_store_holds_up_no_visitor(api: Api, db: asyncpg.Connection[Any]) -> None:
    path = (await sent(api, db))[0]
    async with asyncio.timeout(5), db.transaction():
        await db.execute("lock table clicked in exclusive mode")
        assert (await follow(api, path))[0] == 302
    await api.parts.record_clicks.stop()  # which notes what is in hand
    assert await db.fetchval("select clicks from clicked") == 1


async def test_no_more_is_noted_than_people_make(api: Api, db: asyncpg.Connection[Any]) -> None:
    first, second, _ = await sent(api, db)
    answers = await asyncio.gather(*(follow(api, first) for _ in range(130)))
    assert {answer[0] for answer in answers} == {302}
    await follow(api, second)
    noted = [visit[0] for visit in await visits(db)]
    assert 60 <= noted.count(0) <= 120  # a minute may have ended meanwhile
    assert noted.count(1) == 1


async def test_crawlers_are_told_to_stay_away(api: Api) -> None:
    status, _, body = await follow(api, "/robots.txt")
    assert (status, body) == (200, "User-agent: *\nDisallow: /\n")


async def test_smartdialog_sends_links_as_its_service_says(api: Api, db: asyncpg.Connection[Any]) -> None:
    await db.execute("update services set track_links = true where id = $1", ONE_WAY)
    await api.estate.load()
    headers = {
        "Customer-Id": api.guids.of(GuidKind.CUSTOMER, ACME),
        "Service-Id": api.guids.of(GuidKind.SERVICE, ONE_WAY),
    }
    body = {"Sender": "Acme", "Content": "http://x.fi/a and " + "http://x.fi/" + "b" * 150, "Protocol": "SMS",
            "Recipients": [{"Address": "+358401234567"}]}  # fmt: skip
    status, answer, _ = await api.speak("POST", "/api-integrations/v1/messages", headers=headers, json=body)
    assert status == 200, answer
    assert answer["MessagePartCount"] == 1  # of the short ones
    recipient = await db.fetchval("select id from recipients")
    status, answered, _ = await follow(api, f"/l/{api.parts.short_links.token(recipient, 1)}")
    assert (status, answered["Location"]) == (302, "http://x.fi/" + "b" * 150)
