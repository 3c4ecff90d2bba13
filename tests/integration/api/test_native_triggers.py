"""Triggers of the native API over HTTP: made, found again, ended by the owner or by their id."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import ACME, BETA, CY_TOKEN, Api, basic
from tests.integration.api.native import ADA, ADA_FOR_BETA, APPLICATION, BO, call, named, run

from viesti.api.native.slice import BASE
from viesti.services.guids import GuidKind
from viesti.services.subscribe import MAX_LIVE

pytestmark = pytest.mark.integration

FLOW = (
    "https://prod-42.westeurope.logic.azure.com:443/workflows/0123abc/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-_%2B%2f~.!$'()*,;:@"
)
CY = {"Personal-Access-Token": CY_TOKEN}  # works for Beta alone
TRIGGERS = {
    "delivery-report": ("report", {"outcome": "all", "every": False}),
    "opt-out": ("opt_out", {"direction": "out"}),
    "keyword": ("keyword", {"keyword": ""}),
    "link-click": ("click", {"visitors": "people", "first": False}),
    "invalid-recipient": ("invalid", {}),
}
EVERY = pytest.mark.parametrize("path", TRIGGERS)


async def create(
    api: Api, path: str = "delivery-report", headers: dict[str, str] = APPLICATION, **body: Any
) -> tuple[int, Any, Any]:
    asked = {"callbackUrl": FLOW} | body
    return await api.speak("POST", f"{BASE}/triggers/{path}", token=None, headers=headers, json=asked)


async def end(api: Api, trigger: str, headers: dict[str, str] = APPLICATION) -> int:
    status, _ = await call(api, "DELETE", f"/triggers/{trigger}", headers)
    return status


async def rows(api: Api) -> list[dict[str, Any]]:
    connection = await asyncpg.connect(api.store.dsn)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=json.loads)
    found = await connection.fetch("select * from subscriptions order by id")
    await connection.close()
    return [dict(row) for row in found]


@EVERY
async def test_a_trigger_is_made(api: Api, path: str) -> None:
    status, body, headers = await create(api, path)
    assert (status, list(body)) == (201, ["id"])
    assert headers["Location"] == f"{api.url}{BASE}/triggers/{body['id']}"
    (row,) = await rows(api)
    event, options = TRIGGERS[path]
    assert api.guids.read(GuidKind.TRIGGER, body["id"]) == row["id"]
    assert api.parts.seal.open(row["url_sealed"]).decode() == FLOW
    expected = {
        "customer_id": ACME, "service_id": None, "dialect": "viesti", "event": event, "options": options,
        "application_id": 600, "user_id": None,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("headers", "customer"), [(APPLICATION, ACME), (BO, ACME), (CY, BETA), (ADA_FOR_BETA, BETA)]
)
async def test_whose_it_is(api: Api, headers: dict[str, str], customer: int) -> None:
    assert (await create(api, headers=headers))[0] == 201
    (row,) = await rows(api)
    assert row["customer_id"] == customer
    assert (row["user_id"] is None) == (row["application_id"] is not None) == (headers is APPLICATION)


@pytest.mark.parametrize(
    ("path", "body", "options"),
    [
        ("delivery-report", {"outcome": "failed"}, {"outcome": "failed", "every": False}),
        ("delivery-report", {"everyStatus": True}, {"outcome": "all", "every": True}),
        ("opt-out", {"direction": "both"}, {"direction": "both"}),
        ("keyword", {"keyword": " Vote:  A "}, {"keyword": "vote a"}),
        ("link-click", {"visitors": "all", "firstOnly": True}, {"visitors": "all", "first": True}),
    ],
)
async def test_what_it_is_narrowed_by(
    api: Api, path: str, body: dict[str, Any], options: dict[str, Any]
) -> None:
    assert (await create(api, path, **body))[0] == 201
    assert [row["options"] for row in await rows(api)] == [options]


@pytest.mark.parametrize("path", [path for path in TRIGGERS if path != "opt-out"])
@pytest.mark.parametrize("written", ["alerts", "id"])
async def test_of_one_service(api: Api, path: str, written: str) -> None:
    service = next(s for s in api.estate.current.estate.services.values() if s.key == "alerts")
    assert (await create(api, path, service=str(service.id) if written == "id" else written))[0] == 201
    assert [row["service_id"] for row in await rows(api)] == [service.id]


async def test_the_same_url_is_one_trigger(api: Api) -> None:
    made = await asyncio.gather(*(create(api) for _ in range(10)))
    assert {status for status, _, _ in made} == {201}
    assert len({body["id"] for _, body, _ in made}) == 1
    _, again, _ = await create(api, outcome="failed")
    assert again["id"] == made[0][1]["id"]
    assert [row["options"]["outcome"] for row in await rows(api)] == ["failed"]  # the last that was asked


@pytest.mark.parametrize(
    "headers", [APPLICATION, BO, ADA, {}, basic("nobody", "wrong")], ids=["app", "bo", "ada", "none", "bad"]
)
async def test_ended_again_and_again(api: Api, headers: dict[str, str]) -> None:
    """By the owner, and by the id alone."""
    _, made, _ = await create(api)
    for _ in range(2):
        assert await end(api, made["id"], headers) == 204
    (row,) = await rows(api)
    assert (row["url_sealed"], row["ended_why"]) == ("", "deleted")
    _, again, _ = await create(api)
    assert again["id"] != made["id"]


async def test_of_one_service_it_is_ended_too(api: Api) -> None:
    _, made, _ = await create(api, service="alerts")
    assert await end(api, made["id"]) == 204
    assert [row["url_sealed"] for row in await rows(api)] == [""]


@pytest.mark.parametrize("trigger", ["1", "x", "00000000-0000-0000-0000-000000000000", "9" * 2000])
async def test_what_is_no_id_of_ours(api: Api, trigger: str) -> None:
    assert await end(api, trigger) in (400, 404)
    assert await end(api, trigger, {}) in (400, 404)


async def test_ids_of_others_and_of_other_things(api: Api) -> None:
    _, made, _ = await create(api)
    assert await end(api, made["id"], CY) == 404
    identifier = api.guids.read(GuidKind.TRIGGER, made["id"])
    assert identifier is not None
    assert await end(api, api.guids.of(GuidKind.HOOK, identifier)) == 404
    assert (await rows(api))[0]["ended_at"] is None


@pytest.mark.parametrize(
    ("body", "field", "status"),
    [
        ({"callbackUrl": "https://x.example/" + "a" * 9000}, "callbackUrl", 400),
        ({"callbackUrl": None}, "callbackUrl", 400),
        ({"callbackUrl": ""}, "callbackUrl", 400),
        ({"callbackUrl": 5}, "callbackUrl", 400),
        ({"callbackUrl": "ftp://x.example/"}, "callbackUrl", 400),
        ({"callbackUrl": "http://127.0.0.1/"}, "callbackUrl", 400),
        ({"outcome": "perhaps"}, "outcome", 400),
        ({"everyStatus": "perhaps"}, "everyStatus", 400),
        ({"service": "none"}, "service", 404),
    ],
)
async def test_what_is_refused(api: Api, body: dict[str, Any], field: str, status: int) -> None:
    found, answer, _ = await create(api, **body)
    assert (found, list(named(answer))) == (status, [field])
    assert await rows(api) == []


async def test_another_customers_service(api: Api) -> None:
    theirs = next(s for s in api.estate.current.estate.services.values() if s.customer_id == BETA)
    assert (await create(api, service=str(theirs.id)))[0] == 404


async def test_somebody_has_to_be_known(api: Api) -> None:
    assert (await create(api, headers={}))[0] == 401
    assert (await create(api, headers=ADA))[0] == 400  # for which customer?


async def test_not_more_than_the_limit(api: Api) -> None:
    await run(
        api,
        "insert into subscriptions"
        " (id, bucket, customer_id, dialect, event, url_sealed, url_digest, created_at)"
        " select n * 64 + 1, 1, 100, 'viesti', 'report', 'x', sha256(n::text::bytea), now()"
        f" from generate_series(1, {MAX_LIVE}) n",
    )
    status, answer, _ = await create(api)
    assert (status, named(answer)) == (
        400,
        {"callbackUrl": f"The customer has {MAX_LIVE} subscriptions, which is the limit."},
    )
    assert (await create(api, headers=CY))[0] == 201
