"""Triggers of flows over HTTP: made, called, removed; and attachments by their signed URLs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.fakes.endpoint import Endpoint, answer
from tests.integration.api.conftest import (
    ACME,
    ACME_NUMBER,
    ADA_TOKEN,
    BETA,
    BETA_TWO_WAY,
    BO_TOKEN,
    CY_TOKEN,
    DI_TOKEN,
    ONE_WAY,
    TWO_WAY,
    Api,
    make_estate,
    running,
)
from tests.integration.api.flows import call, part, take

from viesti.services.attachment_links import PATH, AttachmentLinks
from viesti.services.guids import GuidKind
from viesti.services.subscribe import MAX_LIVE
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

BASE = "/api-integrations/v1"
FLOW = (
    "https://prod-42.westeurope.logic.azure.com:443/workflows/0123abc/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=aB-_%2B%2f~.!$'()*,;:@"
)
LONG = FLOW + "&x=" + "%2F" * ((4_000 - len(FLOW) - 3) // 3)
BODY: dict[str, Any] = {
    "name": "Flow", "actionType": "HttpRequest", "description": "Made by a flow",
    "options": {"endpointUrl": FLOW, "httpVerb": "POST"},
}  # fmt: skip


@pytest.fixture
async def api(database_url: str, store: Store) -> AsyncIterator[Api]:
    """An API that may call endpoints of this machine."""
    await make_estate(database_url)
    async with running(store, allowed_subnets=("127.0.0.0/8",)) as api:
        yield api


async def create(
    api: Api,
    url: str = FLOW,
    token: str | None = ADA_TOKEN,
    customer: int = ACME,
    service: int = TWO_WAY,
    **members: Any,
) -> tuple[int, Any, Any]:
    """NewMessage."""
    options = {"endpointUrl": url, "httpVerb": "POST"}
    return await api.speak(
        "POST",
        f"{BASE}/service/{api.guids.of(GuidKind.SERVICE, service)}/pipelines/actions",
        token=token,
        headers={"Customer": api.guids.of(GuidKind.CUSTOMER, customer)},
        json=BODY | {"options": options} | members,
    )


async def made(api: Api, url: str = FLOW, **fields: Any) -> str:
    """A trigger; gives the path of its Location."""
    status, body, headers = await create(api, url, **fields)
    assert status == 201, body
    location: str = headers["Location"]
    assert location.startswith(api.url)
    return location.removeprefix(api.url)


async def remove(api: Api, path: str, token: str | None = ADA_TOKEN) -> int:
    status, body, _ = await api.speak("DELETE", path, token=token)
    assert (body is None) == (status == 204)
    return status


async def rows(api: Api, statement: str, *arguments: object) -> list[Any]:
    connection = await asyncpg.connect(api.store.dsn)
    try:
        return await connection.fetch(statement, *arguments)
    finally:
        await connection.close()


# Making and removing


async def test_a_trigger_is_made(api: Api) -> None:
    status, body, headers = await create(api)
    assert (status, list(body)) == (201, ["id"])
    pipeline = api.guids.of(GuidKind.PIPELINE, TWO_WAY)
    assert headers["Location"] == f"{api.url}{BASE}/pipelines/{pipeline}/actions/{body['id']}"
    (row,) = await rows(api, "select * from subscriptions")
    assert api.guids.of(GuidKind.ACTION, row["id"]) == body["id"]
    assert (row["customer_id"], row["service_id"], row["dialect"], row["event"]) == (
        ACME, TWO_WAY, "smartdialog", "inbound",
    )  # fmt: skip
    assert "logic.azure.com" not in "".join(map(str, row.values()))
    assert api.parts.seal.open(row["url_sealed"]).decode() == FLOW


async def test_location_comes_from_the_address_we_are_known_by(api: Api) -> None:
    service = api.guids.of(GuidKind.SERVICE, TWO_WAY)
    headers = {"Customer": api.guids.of(GuidKind.CUSTOMER, ACME), "Host": "evil.example"}
    status, _, got = await api.speak(
        "POST", f"{BASE}/service/{service}/pipelines/actions", headers=headers, json=BODY
    )
    assert status == 201
    assert got["Location"].startswith(api.url + BASE)


async def test_the_same_url_again_is_the_same_trigger(api: Api) -> None:
    answers = await asyncio.gather(*(create(api, token=t) for t in (ADA_TOKEN, BO_TOKEN) * 10))
    assert {status for status, _, _ in answers} == {201}
    assert len({(body["id"], headers["Location"]) for _, body, headers in answers}) == 1
    assert len(await rows(api, "select id from subscriptions")) == 1
    assert await made(api, FLOW + "x") != await made(api)


async def test_removed_and_made_again_it_is_another(api: Api) -> None:
    first = await made(api)
    assert await remove(api, first) == 204
    second = await made(api)
    assert second != first
    assert await remove(api, first) == 204  # gone already; the new one stays
    live = await rows(api, "select url_sealed from subscriptions where ended_at is null")
    assert len(live) == 1
    ended = await rows(api, "select url_sealed, ended_why from subscriptions where ended_at is not null")
    assert [tuple(row) for row in ended] == [("", "deleted")]


@pytest.mark.parametrize("token", [ADA_TOKEN, BO_TOKEN, None, "vsp_nobody's"])
async def test_the_owner_or_the_id_alone_removes(api: Api, token: str | None) -> None:
    path = await made(api)
    assert await remove(api, path, token) == 204
    assert await remove(api, path, token) == 204
    assert await rows(api, "select id from subscriptions where ended_at is null") == []


async def test_somebody_else_does_not(api: Api) -> None:
    path = await made(api, token=BO_TOKEN)
    assert await remove(api, path, CY_TOKEN) == 404
    assert len(await rows(api, "select id from subscriptions where ended_at is null")) == 1


async def test_a_connection_without_the_scope_does_not(api: Api) -> None:
    path = await made(api)
    await rows(api, "update personal_tokens set scopes = '{Gateway.Send}' where user_id = 801")
    status, body, headers = await api.speak("DELETE", path, token=BO_TOKEN)
    assert (status, body["code"]) == (403, "forbidden")
    assert "TwoWay.Management" in headers["WWW-Authenticate"]


async def test_ids_can_not_be_made_up(api: Api) -> None:
    path = await made(api)
    before, pipeline, _, action = path.rsplit("/", 3)
    beta = api.guids.of(GuidKind.PIPELINE, BETA_TWO_WAY)
    (row,) = await rows(api, "select id from subscriptions")
    for wrong in (
        f"{before}/{beta}/actions/{action}",
        f"{before}/{pipeline}/actions/{pipeline}",
        f"{before}/{pipeline}/actions/{api.guids.of(GuidKind.ACTION, row['id'] + 64)}",
        f"{before}/{pipeline}/actions/{api.guids.of(GuidKind.MESSAGE, row['id'])}",
        f"{before}/{pipeline}/actions/{row['id']}",
        f"{before}/{action}/actions/{pipeline}",
        f"{before}/x/actions/y",
    ):
        for token in (ADA_TOKEN, None):
            assert await remove(api, wrong, token) == 404, wrong
    assert await remove(api, path) == 204


# What is refused


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"customer": BETA, "token": BO_TOKEN}, 404, "Customer"),
        ({"customer": BETA}, 404, "Service"),
        ({"service": BETA_TWO_WAY}, 404, "Service"),
        ({"service": ONE_WAY}, 400, "Service"),
        ({"token": None}, 401, None),
        ({"token": DI_TOKEN}, 201, None),
        ({"actionType": "SendSms"}, 400, "actionType"),
        ({"options": {"endpointUrl": FLOW, "httpVerb": "GET"}}, 400, "options.httpVerb"),
        ({"options": {"httpVerb": "POST"}}, 400, "options.endpointUrl"),
        ({"url": "http://10.0.0.1/"}, 400, "options.endpointUrl"),
        ({"url": "ftp://example.com/"}, 400, "options.endpointUrl"),
        ({"url": LONG + "x" * 200}, 400, "options.endpointUrl"),
        ({"name": None}, 400, "name"),
        ({"name": "x" * 1_001}, 400, "name"),
        ({"description": 7}, 400, "description"),
        ({"options": "POST"}, 400, "options"),
    ],
)
async def test_refused(api: Api, fields: dict[str, Any], status: int, field: str | None) -> None:
    got, body, _ = await create(api, **fields)
    assert got == status, body
    if field:
        assert [error["field"] for error in body["errors"]] == [field]
        assert "sig=" not in str(body)
    assert len(await rows(api, "select id from subscriptions")) == (status == 201)


async def test_letter_case_is_nothing(api: Api) -> None:
    body = {
        "NAME": "Flow", "ActionType": "httprequest", "Description": "", "Options":
        {"EndpointURL": FLOW, "httpverb": "post"},
    }  # fmt: skip
    service = api.guids.of(GuidKind.SERVICE, TWO_WAY).upper()
    headers = {"customer": "{" + api.guids.of(GuidKind.CUSTOMER, ACME) + "}"}
    path = f"{BASE}/service/{service}/pipelines/actions"
    assert (await api.speak("POST", path, headers=headers, json=body))[0] == 201


async def test_a_service_has_no_more_than_the_limit(api: Api) -> None:
    await made(api)
    await rows(
        api,
        "insert into subscriptions select 10000000 + n * 64, bucket, customer_id, service_id, dialect, event,"
        " url_sealed, sha256(n::text::bytea), name, description, user_id, application_id, created_at"
        " from subscriptions, generate_series(2, $1) n",
        MAX_LIVE,
    )
    assert (await create(api))[0] == 201  # there already
    status, body, _ = await create(api, FLOW + "x")
    assert (status, body["errors"][0]["field"]) == (400, "options.endpointUrl")


# Being called


async def test_a_message_calls_the_flow_with_the_exact_url(api: Api) -> None:
    async with Endpoint(lambda _: answer("202 Accepted")) as endpoint:
        target = LONG.removeprefix("https://prod-42.westeurope.logic.azure.com:443")
        await made(api, endpoint.url + target)
        await take(api, part("VASTAA kyllä"))
        assert await call(api) == 1
        (got,) = endpoint.received
        assert got.line == f"POST {target} HTTP/1.1"
        assert got.headers["host"] == f"127.0.0.1:{endpoint.port}"
        assert got.headers["content-type"] == "application/json"
        assert got.headers["webhook-id"].startswith("cb_")
        (message,) = await rows(api, "select * from inbound_messages")
        at = message["received_at"].isoformat().replace("+00:00", "Z")
        guids = api.guids
        assert got.body.decode() == (
            f'{{"sender":"358401234567","recipient":"{ACME_NUMBER}","content":"VASTAA kyllä",'
            f'"timestamp":"{at}","protocol":"SMS","attachments":[],'
            f'"messageId":"{guids.of(GuidKind.INBOUND, message["id"])}",'
            f'"threadId":"{guids.of(GuidKind.THREAD, message["thread_id"])}"}}'
        )
        assert await rows(api, "select id from callbacks") == []


async def test_without_a_discussion_there_is_no_thread(api: Api) -> None:
    await rows(api, "update services set dialogue = false")
    await api.estate.load()
    async with Endpoint() as endpoint:
        await made(api, endpoint.url + "/flow")
        await take(api, part("Hello"))
        await call(api)
        assert b"threadId" not in endpoint.received[0].body


async def test_each_flow_of_the_service_is_called_and_no_other(api: Api) -> None:
    async with Endpoint() as endpoint:
        removed = await made(api, endpoint.url + "/removed")
        for name in ("one", "two"):
            await made(api, f"{endpoint.url}/{name}")
        await made(api, endpoint.url + "/beta", customer=BETA, service=BETA_TWO_WAY)
        await remove(api, removed)
        await take(api, part("Hello"), part("Elsewhere", destination="16400"))
        await call(api)
        assert sorted(got.line.split()[1] for got in endpoint.received) == ["/one", "/two"]


async def test_what_is_owed_goes_with_the_trigger(api: Api) -> None:
    async with Endpoint() as endpoint:
        path = await made(api, endpoint.url + "/flow")
        await take(api, part("Hello"))
        (owed,) = await rows(api, "select * from callbacks")
        assert endpoint.url not in str(owed)
        await remove(api, path, None)
        assert await rows(api, "select id from callbacks") == []
        assert await call(api) == 0
        assert endpoint.received == []


# Attachments


async def _attached(api: Api, **fields: Any) -> dict[str, Any]:
    """The attachment in the notification of a binary message."""
    async with Endpoint() as endpoint:
        await made(api, endpoint.url + "/flow")
        await take(api, part("", payload=b"\x00\x01<script>\xff", **fields))
        await call(api)
        (attachment,) = json.loads(endpoint.received[0].body)["attachments"]
    assert isinstance(attachment, dict)
    return attachment


async def test_an_attachment_is_fetched_without_credentials(api: Api) -> None:
    attachment = await _attached(api)
    assert list(attachment) == ["name", "mimeType", "resourceLocation"]
    assert (attachment["name"], attachment["mimeType"]) == ("message.bin", "application/octet-stream")
    assert attachment["resourceLocation"].startswith(f"{api.url}{PATH}/")
    async with api.client.get(attachment["resourceLocation"]) as response:
        assert response.status == 200
        assert await response.read() == b"\x00\x01<script>\xff"
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Disposition"].startswith("attachment")


async def test_the_url_of_an_attachment_can_not_be_bent(api: Api) -> None:
    url = (await _attached(api))["resourceLocation"]
    address, _, token = url.partition("?token=")
    other = api.guids.of(GuidKind.ATTACHMENT, 64)
    links: AttachmentLinks = api.parts.links
    guid = address.rsplit("/", 1)[1]
    old = links.url(guid, datetime.now(UTC) - timedelta(days=7, seconds=1))
    foreign = AttachmentLinks(bytes(32), api.url, timedelta(days=7)).url(guid, datetime.now(UTC))
    for wrong in (
        address,
        f"{address}?token=",
        f"{address}?token={token[:-2]}",
        f"{address}?token=%C3%A4.b.c",
        f"{api.url}{PATH}/{other}?token={token}",
        f"{api.url}{PATH}/x?token={token}",
        old,
        foreign,
        f"{address}?token=eyJhbGciOiJub25lIn0.e30.",
    ):
        async with api.client.get(wrong) as response:
            assert response.status == 404, wrong
    await take(api, part("Hello"))
    (row,) = await rows(api, "select id from inbound_messages where text = 'Hello'")
    nothing = links.url(api.guids.of(GuidKind.ATTACHMENT, row["id"]), datetime.now(UTC))
    async with api.client.get(nothing) as response:
        assert response.status == 404


async def test_a_file_of_whatsapp_is_given_out_when_it_is_here(api: Api, database_url: str) -> None:
    """Under its own name, and never as a page of ours; before, who asks is told to ask again."""
    db = await asyncpg.connect(database_url)
    identifier, name = 6401, 'Lasku "ä";\r\n%41.pdf'
    await db.execute(
        "insert into inbound_messages (id, bucket, customer_id, channel_id, source, source_kind, destination,"
        " text, parts, received_at, protocol) values ($1, 1, $2, 300, '358401234567', 'international',"
        " '358451110000', '', 1, now(), 'whatsapp')",
        identifier,
        ACME,
    )
    await db.execute(
        "insert into inbound_media (inbound_id, bucket, position, channel_id, mime_type, name, provider_id,"
        " due_at) values ($1, 1, 0, 300, 'text/html', $2, 'm7', now())",
        identifier,
        name,
    )
    url = api.parts.links.url(api.guids.of(GuidKind.ATTACHMENT, identifier), datetime.now(UTC))
    async with api.client.get(url) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
    await db.execute("update inbound_media set bytes = 'x<script>', fetched_at = now(), due_at = null")
    async with api.client.get(url) as response:
        assert (response.status, await response.read()) == (200, b"x<script>")
        saved = response.headers["Content-Disposition"]
        assert "sandbox" in response.headers["Content-Security-Policy"]
    assert saved == (
        'attachment; filename="Lasku ___;___41.pdf"; '
        "filename*=UTF-8''Lasku%20%22%C3%A4%22%3B%0D%0A%2541.pdf"
    )
    await db.execute("update inbound_media set bytes = null, error = 'HTTP 404'")
    async with api.client.get(url) as response:
        assert response.status == 404
        assert "no longer gives" in (await response.json())["errorMessage"]
    await db.close()
