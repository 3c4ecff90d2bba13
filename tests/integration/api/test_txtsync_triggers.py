"""Triggers of TxtSync's flows over HTTP: made, found again, removed by the owner or by their id."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import asyncpg
import pytest
from tests.fakes.endpoint import Endpoint
from tests.integration.api.conftest import OTHER_KEY, OTHER_SECRET, Api, make_estate, running
from tests.integration.api.flows import call, part, take

from viesti.services.guids import GuidKind
from viesti.services.subscribe import MAX_LIVE
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

ROOT = "/system/applications/webhooks"
FLOW = (
    "https://prod-42.westeurope.logic.azure.com:443/workflows/0123abc/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-_%2B%2f~.!$'()*,;:@"
)
OTHERS = {"key": OTHER_KEY, "secret": OTHER_SECRET}


async def create(api: Api, path: str = "/type/0", url: Any = FLOW, **who: str) -> tuple[int, Any, Any]:
    return await api.call("POST", ROOT + path, json={"URL": url}, **who)


async def remove(api: Api, hook: str, **who: str) -> tuple[int, Any]:
    status, answer, _ = await api.call("DELETE", f"{ROOT}/{hook}", **who)
    return status, answer


async def rows(api: Api) -> list[tuple[Any, ...]]:
    """What is subscribed to: whose, where, what, the exact URL ('' when it has ended)."""
    connection = await asyncpg.connect(api.store.dsn)
    try:
        found = await connection.fetch(
            "select customer_id, application_id, service_id, dialect, event, url_sealed"
            " from subscriptions order by id"
        )
    finally:
        await connection.close()
    return [(*row[:5], api.parts.seal.open(row[5]).decode() if row[5] else "") for row in found]


@pytest.mark.parametrize(
    ("path", "event"),
    [
        ("/type/0", "inbound"),
        ("/type/5", "outbound"),
        ("", "inbound"),
        ("/0", "inbound"),
        ("/5", "outbound"),
        ("/00", None),
        ("/1", None),
        ("/inbound", None),
        ("/type/1", None),
    ],
)
async def test_paths_of_triggers(api: Api, path: str, event: str | None) -> None:
    status, answer, headers = await create(api, path)
    if event is None:
        assert (status, await rows(api)) == (404, [])
        return
    assert status == 201
    assert list(answer) == ["hook_Id"]
    assert headers["Location"] == f"{api.url}{ROOT}/{answer['hook_Id']}"
    assert await rows(api) == [(100, 600, None, "txtsync", event, FLOW)]


async def test_the_same_url_is_one_trigger(api: Api) -> None:
    made = await asyncio.gather(*(create(api) for _ in range(10)))
    assert {status for status, _, _ in made} == {201}
    assert len({answer["hook_Id"] for _, answer, _ in made}) == 1
    _, outbound, _ = await create(api, "/type/5")
    assert outbound["hook_Id"] != made[0][1]["hook_Id"]
    assert len(await rows(api)) == 2


async def test_removed_by_its_owner_again_and_again(api: Api) -> None:
    _, made, _ = await create(api)
    for _ in range(2):
        assert await remove(api, made["hook_Id"]) == (200, "The trigger was removed.")
    assert (await rows(api))[0][-1] == ""
    _, again, _ = await create(api)
    assert again["hook_Id"] != made["hook_Id"]


async def test_removed_by_whoever_knows_its_id(api: Api) -> None:
    _, made, _ = await create(api)
    for headers in ({}, {"Authorization": "Basic bm9ib2R5Om5vdGhpbmc="}):
        async with api.client.delete(f"{api.url}{ROOT}/{made['hook_Id']}", headers=headers) as response:
            assert (response.status, await response.json()) == (200, "The trigger was removed.")
    assert (await rows(api))[0][-1] == ""


@pytest.mark.parametrize("hook", ["1", "x", "00000000-0000-0000-0000-000000000000", "9" * 2000])
async def test_what_is_no_id_of_ours(api: Api, hook: str) -> None:
    assert (await remove(api, hook))[0] in (400, 404)


async def test_ids_of_others_and_of_other_things(api: Api) -> None:
    _, made, _ = await create(api)
    status, answer = await remove(api, made["hook_Id"], **OTHERS)
    assert (status, answer["errors"][0]["field"]) == (404, "hook_Id")
    identifier = api.guids.read(GuidKind.HOOK, made["hook_Id"])
    assert identifier is not None
    assert (await remove(api, api.guids.of(GuidKind.ACTION, identifier)))[0] == 404
    assert (await rows(api))[0][-1] == FLOW


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (None, "must be there"),
        ("", "empty"),
        (5, "a text"),
        ("ftp://x.example/", ""),
        ("http://127.0.0.1/", ""),
    ],
)
async def test_urls_that_are_not_called(api: Api, url: Any, sentence: str) -> None:
    status, answer, _ = await create(api, url=url)
    assert (status, answer["errors"][0]["field"]) == (400, "URL")
    assert sentence in answer["Message"]
    assert await rows(api) == []


async def test_not_more_than_the_limit(api: Api) -> None:
    connection = await asyncpg.connect(api.store.dsn)
    await connection.execute(
        "insert into subscriptions (id, bucket, customer_id, dialect, event, url_sealed, url_digest,"
        " created_at) select n * 64 + 1, 1, 100, 'txtsync', 'inbound', 'x', sha256(n::text::bytea), now()"
        " from generate_series(1, $1) n",
        MAX_LIVE,
    )
    await connection.close()
    status, answer, _ = await create(api)
    assert (status, answer["Message"]) == (
        400,
        f"URL: The customer has {MAX_LIVE} subscriptions, which is the limit.",
    )
    assert (await create(api, **OTHERS))[0] == 201


async def test_answered_with_200_when_set_so(database_url: str, store: Store) -> None:
    await make_estate(database_url)
    async with running(store, trigger_status=200) as api:
        status, answer, headers = await create(api)
        assert (status, headers["Location"]) == (200, f"{api.url}{ROOT}/{answer['hook_Id']}")


async def test_a_body_and_a_type_where_none_is_asked_for(api: Api) -> None:
    """A removal as the connector's own code sends it."""
    _, made, _ = await create(api)
    async with api.client.delete(
        f"{api.url}{ROOT}/{made['hook_Id']}",
        data=b"{" * 1000,
        headers={"Content-Type": "application/json", "x-api-key": "k"},
    ) as response:
        assert response.status == 200
    async with aiohttp.ClientSession() as other, other.get(f"{api.url}{ROOT}") as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")


async def told(api: Api, flow: Endpoint) -> list[Any]:
    """What the flow is called with now."""
    before = len(flow.received)
    await call(api)
    return [json.loads(each.body) for each in flow.received[before:]]


async def test_what_flows_are_told(database_url: str, store: Store) -> None:
    await make_estate(database_url)
    async with Endpoint() as flow, running(store, allowed_subnets=("127.0.0.0/8",)) as api:
        url = f"http://127.0.0.1:{flow.port}/hook?sp=%2Fa&sig=b%2Bc"
        _, inbound, _ = await create(api, "/type/0", url)
        _, outbound, _ = await create(api, "/type/5", url)
        status, contact, _ = await api.call(
            "POST",
            "/contacts",
            json={"MobileNumber": "0401234567", "FirstName": "Ada", "ExternalReference": "crm/1"},
        )
        assert status == 200
        quiet = {"x-zapier": "true"}
        _, [silent], _ = await api.send(quiet, Message="From the flow itself")
        _, [sms], _ = await api.send(Message="Hello Ada")
        person = {"ContactID": contact["ContactID"], "ContactName": "Ada"}
        sent = {
            "FromNumber": "Acme",
            "Message": "Hello Ada",
            "SMSID": sms["SMSID"],
            "ToNumber": "358401234567",
        }
        assert await told(api, flow) == [
            {
                "Content": {
                    "Contact": {"ExternalReference": "crm/1"},
                    "SMS": person | {"CreatedDate": sms["CreatedDate"]} | sent,
                }
            }
        ]
        assert flow.received[-1].line == "POST /hook?sp=%2Fa&sig=b%2Bc HTTP/1.1"
        connection = await asyncpg.connect(store.dsn)
        await connection.execute(
            "update recipients set sent_at = now(), status = 30 where id = $1", sms["SMSID"]
        )
        await connection.close()

        await take(api, part("Hello back"))
        _, [came], _ = await api.call("GET", "/sms?direction=1")
        assert await told(api, flow) == [
            {
                "Content": {
                    "LastSMSOutbound": person | {"DeliveredDate": ""} | sent,
                    "Contact": {"ExternalReference": "crm/1"},
                    "SMS": {
                        name: came[name]
                        for name in (
                            *("ContactID", "ContactName", "DeliveredDate"),
                            *("FromNumber", "Message", "SMSID", "ToNumber"),
                        )
                    },
                }
            }
        ]
        assert (came["ContactName"], came["Message"], came["Status"]) == ("Ada", "Hello back", 7)
        assert silent["Status"] == 0

        for hook in (inbound, outbound):
            assert (await remove(api, hook["hook_Id"]))[0] == 200
        await api.send(Message="Nobody is told")
        await take(api, part("Nor of this"))
        assert await told(api, flow) == []
