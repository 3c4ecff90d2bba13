"""GET /sms and /sms/{id}: the whole object, filters, pages, and nothing of others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import ACME_NUMBER, OTHER_KEY, OTHER_SECRET, Api

from viesti.domain.message import Inbound
from viesti.services.sms.read import ReadSms
from viesti.services.sms.seen import SmsFilter

pytestmark = pytest.mark.integration

ADA, BO = "358401234567", "358407654321"
OTHERS = {"key": OTHER_KEY, "secret": OTHER_SECRET}
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


async def run(api: Api, statement: str, *arguments: object) -> list[Any]:
    connection = await asyncpg.connect(api.store.dsn)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        await connection.close()


async def send(api: Api, to: str = ADA, **members: Any) -> Any:
    status, [sms], _ = await api.send(To=to, **members)
    assert status == 200
    return sms


async def receive(
    api: Api, source: str = ADA, text: str = "Hi", at: datetime | None = None, **changes: Any
) -> int:
    """What came in from a handset; gives its id."""
    identifier = await api.store.ids.one(1)
    inbound = Inbound(
        id=identifier, bucket=1, customer_id=100, service_id=201, channel_id=300, source=source,
        source_kind="international", destination=ACME_NUMBER, text=text, payload=None, parts=2,
        parts_missing=0, keyword="", consent=None, thread_id=None, received_at=at or datetime.now(UTC),
    )  # fmt: skip
    async with api.store.transaction() as tx:
        await tx.inbound.add([replace(inbound, **changes)])
    return identifier


async def ids(api: Api, query: str = "", **who: str) -> list[int]:
    status, listed, _ = await api.call("GET", f"/sms{query}", **who)
    assert status == 200, listed
    return [sms["SMSID"] for sms in listed]


async def have_contact(api: Api, phone: str, first: str, identifier: int = 9001) -> None:
    await run(
        api,
        "insert into contacts (id, bucket, customer_id, phone, first_name, last_name, created_at)"
        " values ($1, 1, 100, $2, $3, 'Ek', now())",
        identifier, phone, first,
    )  # fmt: skip


async def test_what_was_answered_is_what_is_read(api: Api) -> None:
    await have_contact(api, ADA, "Ada")
    sent = await send(api, Message="Hei ä")
    status, read, _ = await api.call("GET", f"/sms/{sent['SMSID']}")
    assert (status, read) == (200, sent)
    assert (read["ContactID"], read["ContactName"]) == (9001, "Ada Ek")
    assert read["ProfileURL"] == f"{api.url}/console/contacts/9001"
    _, [listed], _ = await api.call("GET", "/sms")
    assert listed == sent


async def test_to_a_contact(api: Api) -> None:
    await have_contact(api, ADA, "Ada")
    await run(
        api,
        "insert into contacts (id, bucket, customer_id, phone, created_at) values (9002, 2, 101, $1, now())",
        BO,
    )
    sms = await send(api, None, ToContactID=9001)  # type: ignore[arg-type]
    assert (sms["ToNumber"], sms["ContactID"]) == (ADA, 9001)
    status, answer, _ = await api.send(To=None, ToContactID=9002)
    assert (status, answer["errors"][0]["field"]) == (400, "ToContactID")


async def test_warnings_are_told_when_there_are_any(api: Api) -> None:
    sms = await send(api, "+35891234567")
    assert "Warnings" not in await send(api)
    [warning] = sms["Warnings"]
    assert "fixed line" in warning
    _, read, _ = await api.call("GET", f"/sms/{sms['SMSID']}")
    assert read == sms


async def test_a_repeat_is_answered_alike(api: Api) -> None:
    await have_contact(api, ADA, "Ada")
    first = await send(api, RequestId="r")
    assert await send(api, RequestId="r") == first
    assert first["ContactName"] == "Ada Ek"


async def test_what_became_of_it(api: Api) -> None:
    sms = await send(api)
    await run(
        api,
        "update recipients set status = 70, finished_at = $2, carrier_at = $3, flagged_at = $3,"
        " flagged_why = 'Too often.', cost = 0.02 where id = $1",
        sms["SMSID"], NOON, NOON - timedelta(seconds=30),
    )  # fmt: skip
    await run(api, "update messages set campaign_id = 77, user_id = 800")
    _, read, _ = await api.call("GET", f"/sms/{sms['SMSID']}")
    changed = {name: value for name, value in read.items() if sms[name] != value}
    assert changed == {
        "Status": 3,
        "DeliveredDate": "2026-05-01T12:00:00.000Z",
        "IsFlagged": True,
        "FlaggedDate": "2026-05-01T11:59:30.000Z",
        "FlaggedDescription": "Too often.",
        "CampaignID": 77,
        "UserID": 800,
        "UserName": "Ada",
        "CostLocal": 0.02,
    }
    await run(api, "update recipients set status = 55, failure = 'unreachable'")
    _, read, _ = await api.call("GET", f"/sms/{sms['SMSID']}")
    assert (read["Status"], read["ErrorCode"], read["DeliveredDate"]) == (4, 30003, "")


async def test_links_of_an_sms(api: Api) -> None:
    await run(api, "update services set track_links = true where id = 200")
    await run(api, "update customers set link_domain = 'go.acme.example' where id = 100")
    await api.estate.load()
    sms = await send(api, Message="See https://example.com/a?b=1 and http://example.org.")
    _, read, _ = await api.call("GET", f"/sms/{sms['SMSID']}")
    assert read == sms
    first, second = json.loads(sms["LinkDetails"])
    assert (first["Url"], second["Url"]) == ("https://example.com/a?b=1", "http://example.org")
    assert sms["Message"] == f"See {first['ShortUrl']} and {second['ShortUrl']}."
    assert first["ShortUrl"].startswith("https://go.acme.example/l/")
    assert {name: first[name] for name in first if name not in ("Url", "ShortUrl")} == {
        "TotalClicks": 0,
        "TotalDistinctClicks": 0,
        "PersonClicks": 0,
        "MachineClicks": 0,
        "FirstClickDate": "",
        "LastClickDate": "",
    }


async def test_what_came_in(api: Api) -> None:
    await have_contact(api, ADA, "Ada")
    identifier = await receive(api, at=NOON)
    _, read, _ = await api.call("GET", f"/sms/{identifier}")
    assert read == {
        "FromNumber": ADA,
        "ToNumber": ACME_NUMBER,
        "ContactID": 9001,
        "Direction": 1,
        "Message": "Hi",
        "CreatedDate": "2026-05-01T12:00:00.000Z",
        "SMSID": identifier,
        "Segments": 2,
        "DeliveredDate": "2026-05-01T12:00:00.000Z",
        "CampaignID": 0,
        "ApplicationID": 0,
        "ApplicationName": "",
        "UserID": 0,
        "UserName": "",
        "ContactName": "Ada Ek",
        "ProfileURL": f"{api.url}/console/contacts/9001",
        "LinkDetails": "[]",
        "IsFlagged": False,
        "FlaggedDate": "",
        "FlaggedDescription": "",
        "CurrencyCode": "EUR",
        "CostLocal": 0,
        "CostGBP": 0,
        "ErrorCode": 0,
        "Status": 7,
    }


async def talk(api: Api) -> tuple[int, int, int, int]:
    """To Ada, to Bo, from Ada, from Bo, in this order."""
    return (
        (await send(api, ADA))["SMSID"],
        (await send(api, BO))["SMSID"],
        await receive(api, ADA),
        await receive(api, BO),
    )


async def test_who_shows_whatsapp_no_number_stands_there_by_his_user_id(api: Api) -> None:
    user = "FI.13491208655302741918"
    identifier = await receive(api, user, source_kind="whatsapp_user", protocol="whatsapp")
    await receive(api)
    _, [listed], _ = await api.call("GET", f"/sms?number={user}")
    assert (listed["SMSID"], listed["FromNumber"], listed["ContactID"]) == (identifier, user, 0)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", (3, 2, 1, 0)),
        ("?orderby=CreatedDate%20ASC", (0, 1, 2, 3)),
        ("?orderby=smsid", (0, 1, 2, 3)),
        ("?limit=2", (3, 2)),
        ("?limit=2&offset=1", (2, 1)),
        ("?limit=2&offset=1&orderby=SMSID ASC", (1, 2)),
        ("?offset=4", ()),
        ("?direction=0", (1, 0)),
        ("?direction=1", (3, 2)),
        ("?number=%2B358401234567", (2, 0)),
        ("?number=040%201234567&orderby=SMSID", (0, 2)),
        ("?number=0407654321&direction=0", (1,)),
        ("?number=0409999999", ()),
        ("?contact=9001", (2, 0)),
        ("?contact=9001&limit=1&offset=1", (0,)),
        ("?contact=9001&number=0407654321", ()),
        ("?contact=9002", ()),
        ("?campaign=77", (1,)),
        ("?campaign=77&number=0401234567", ()),
        ("?campaign=77&direction=1", ()),
        ("?campaign=78", ()),
        ("?status=3", (0,)),
        ("?status=delivered&orderby=SMSID", (0,)),
        ("?status=0", (1,)),
        ("?status=7", (3, 2)),
        ("?status=received&direction=0", ()),
        ("?status=3&direction=1", ()),
        ("?status=3&number=0407654321", ()),
        ("?status=3&campaign=77", ()),
        ("?status=queued&campaign=77", (1,)),
        ("?since=2001-01-01T00:00:00Z", (3, 2, 1, 0)),
        ("?until=2001-01-01T00:00:00Z", ()),
        ("?since=2999-01-01T00:00:00+02:00", ()),
    ],
)
async def test_filters(api: Api, query: str, places: Sequence[int]) -> None:
    await have_contact(api, ADA, "Ada")
    await run(
        api,
        "insert into contacts (id, bucket, customer_id, phone, created_at) values (9002, 2, 101, $1, now())",
        BO,
    )
    made = await talk(api)
    await run(api, "update recipients set status = 70, finished_at = now() where id = $1", made[0])
    await run(
        api,
        "update messages set campaign_id = 77 where id = (select message_id from recipients where id = $1)",
        made[1],
    )
    assert await ids(api, query) == [made[place] for place in places]
    assert await ids(api, query, **OTHERS) == []


async def test_times_are_exact_where_ids_are_out_of_order(api: Api) -> None:
    """An hour's worth of ids may stand in any order; a list keeps it, and leaves out by time."""
    made = [await receive(api, at=NOON + timedelta(minutes=minutes)) for minutes in (0, 50, 10, 59, 5, 90)]
    for identifier in [(await send(api))["SMSID"] for _ in range(3)]:
        await run(api, "update recipients set created_at = $2 where id = $1", identifier, NOON)
    since = (NOON + timedelta(minutes=10)).isoformat().replace("+", "%2B")
    until = (NOON + timedelta(minutes=59)).isoformat().replace("+", "%2B")
    assert await ids(api, f"?since={since}&until={until}&orderby=SMSID") == [made[1], made[2]]
    assert await ids(api, f"?until={since}&direction=1") == [made[4], made[0]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("direction=2", "direction"),
        ("direction=in", "direction"),
        ("number=hello", "number"),
        (f"number={'1' * 65}", "number"),
        ("contact=x", "contact"),
        ("campaign=1.5", "campaign"),
        ("status=8", "status"),
        ("status=sleeping", "status"),
        ("since=yesterday", "since"),
        ("until=5", "until"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("offset=-1", "offset"),
        ("orderby=Message", "orderby"),
        ("orderby=SMSID DESC, CreatedDate", "orderby"),
    ],
)
async def test_what_cannot_be_read_is_named(shared_api: Api, query: str, field: str) -> None:
    status, answer, _ = await shared_api.call("GET", f"/sms?{query}")
    assert (status, [each["field"] for each in answer["errors"]]) == (400, [field])


async def test_everything_wrong_is_told_at_once(shared_api: Api) -> None:
    _, answer, _ = await shared_api.call("GET", "/sms?number=x&status=x&orderby=x")
    assert {each["field"] for each in answer["errors"]} == {"number", "status", "orderby"}


async def test_ids_of_others_and_of_nothing(api: Api) -> None:
    sms = await send(api)
    received = await receive(api)
    for identifier in (sms["SMSID"], received):
        assert (await api.call("GET", f"/sms/{identifier}", **OTHERS))[0] == 404
    for written in ("0", "1", "x", str(2**53), "9" * 30, "-1", f"{sms['SMSID']}.0"):
        status, answer, _ = await api.call("GET", f"/sms/{written}")
        assert (status, "Message" in answer) == (404, True)


async def test_a_list_looks_at_no_more_than_it_says(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("viesti.services.sms.read.LOOKED_AT", 2)
    made = [(await send(api))["SMSID"] for _ in range(3)]
    await run(api, "update recipients set status = 70, finished_at = now() where id = $1", made[0])
    assert await ids(api, "?status=3") == []
    assert await ids(api, "?status=3&orderby=SMSID") == [made[0]]


async def test_many_by_id(api: Api) -> None:
    made = await talk(api)
    read = ReadSms(api.store, api.estate, api.parts.short_links)
    found = await read.many(100, (made[2], made[0], 5, made[1]))
    assert [sms.id for sms in found] == [made[2], made[0], made[1]]
    assert await read.many(101, made) == []
    assert await read.many(100, ()) == []
    assert await read.page(100, SmsFilter(limit=0)) == []


async def test_the_same_text_too_often_is_held_and_flagged(api: Api) -> None:
    limit = api.estate.current.estate.customers[100].repeat_limit
    answers = [await send(api, Message="Again") for _ in range(limit + 1)]
    assert {sms["Status"] for sms in answers[:limit]} == {0}
    held = answers[limit]
    assert (held["Status"], held["IsFlagged"], held["FlaggedDate"]) == (6, True, held["CreatedDate"])
    assert held["FlaggedDescription"] in held["Warnings"]
    _, read, _ = await api.call("GET", f"/sms/{held['SMSID']}")
    assert read == held
    assert await ids(api, "?status=frozen") == [held["SMSID"]]
