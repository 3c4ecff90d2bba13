"""The native API: a text to groups and tags, as a campaign of which each is sent to once."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from tests.integration.api.conftest import Api
from tests.integration.api.native import ADA, ADA_FOR_BETA, APPLICATION, BO, call, count, named, run

from viesti.api.answer import Answer
from viesti.api.meters import Meters
from viesti.api.native.sending.shapes import ToListsAsked
from viesti.api.native.sending.to_lists import ToLists
from viesti.api.native.slice import Common
from viesti.api.native.who import NativeCaller
from viesti.cli.api_parts import native_sending
from viesti.services.campaigns.preview import PreviewCampaign
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

WHO = pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
# In the group: Aino, Ben (inactive); with the tag: Aino, Cia (no number), Dan (opted out). Beta has its own.
BOOK = """
insert into contacts (id, bucket, customer_id, phone, external_reference, first_name, source, created_at)
values (9001, 1, 100, '358401234561', null, 'Aino', 'api', now()),
       (9002, 1, 100, '358401234562', null, 'Ben', 'api', now()),
       (9003, 1, 100, null, 'crm-3', 'Cia', 'api', now()),
       (9004, 1, 100, '358401234564', null, '', 'api', now()),
       (9005, 4, 103, '358401234565', null, 'Eva', 'api', now());
insert into lists (id, bucket, customer_id, name, service_id)
values (7001, 1, 100, 'Guests', null), (7002, 1, 100, 'vip', 202), (7003, 4, 103, 'members', null),
       (7004, 4, 103, 'club', 212);
insert into list_members (list_id, bucket, contact_id, active, added_at)
values (7001, 1, 9001, true, now()), (7001, 1, 9003, true, now()), (7001, 1, 9004, true, now()),
       (7002, 1, 9001, true, now()), (7002, 1, 9002, false, now()), (7004, 4, 9005, true, now());
insert into opt_outs (customer_id, bucket, address, scope, since)
values (100, 1, '358401234564', 'all', now());
"""


async def send(api: Api, headers: dict[str, str] = APPLICATION, **body: Any) -> tuple[int, Any]:
    """SendToGroupOrTag."""
    asked = {"text": "Hello $(FirstName)", "sender": "Acme"} | body
    return await call(api, "POST", "/messages/to-lists", headers, json=asked)


@WHO
async def test_groups_tags_and_numbers_each_person_once(api: Api, headers: dict[str, str]) -> None:
    await run(api, BOOK)
    to = ["040 1234561", "+358 40 1234569"]
    status, body = await send(api, headers, groups=["vip"], tags=["guests", ""], to=to, name="Opening hours")
    campaign_id = body.pop("campaignId")
    assert (status, body) == (
        200,
        {
            "name": "Opening hours",
            "status": "planning",
            "people": 3,
            "recipientCount": 2,
            "optedOut": 1,
            "duplicates": 2,
            "inactive": 1,
            "withoutNumber": 1,
            "partsEach": 1,
            "cost": 0.1,
            "currency": "EUR",
            "exact": True,
            "warnings": ["+358401234569 has no value for $(FirstName): left blank."],
        },
    )
    async with api.store.transaction() as tx:
        campaign = await tx.campaigns.one(campaign_id, 100)
        assert campaign is not None
        sources = [await tx.campaigns.source(campaign_id, place) for place in range(4)]
    assert (campaign.dialect, campaign.sender) == ("viesti", "Acme")
    by = (campaign.application_id, campaign.user_id, campaign.service_id)
    assert by == ((600, None, 200) if headers is APPLICATION else (None, 801, None))
    assert [each.list_id for each in sources if each] == [None, 7001, 7002]


@WHO
async def test_a_group_alone_is_sent_to_by_its_service(api: Api, headers: dict[str, str]) -> None:
    await run(api, BOOK)
    for group in ("vip", "202"):
        status, body = await send(api, headers, groups=[group], sender="")
        assert (status, body["recipientCount"], body["name"]) == (200, 1, "Hello $(FirstName)")
        async with api.store.transaction() as tx:
            campaign = await tx.campaigns.one(body["campaignId"], 100)
        assert campaign is not None and campaign.service_id == 202
    status, body = await send(api, headers, groups=["vip"], service="alerts", sender="")
    assert (status, list(named(body))) == (400, ["sender"])  # which has none


@WHO
async def test_a_repeat_makes_no_second_campaign(api: Api, headers: dict[str, str]) -> None:
    await run(api, BOOK)
    first = await send(api, headers, tags=["Guests"], requestId="spring")
    assert first[0] == 200
    together = await asyncio.gather(
        *(send(api, headers, tags=["Guests"], requestId="spring") for _ in range(4))
    )
    assert list(together) == [first] * 4
    in_header = headers | {"Idempotency-Key": "spring"}
    assert await send(api, in_header, tags=["Guests"]) == first
    assert await count(api, "campaigns") == 1
    status, body = await send(api, headers, groups=["vip"], requestId="spring")
    assert (status, list(named(body))) == (409, ["requestId"])
    await run(api, "update lists set emptied_at = now(), name = 'gone' where id = 7001")
    status, body = await send(api, headers, tags=["Guests"], requestId="spring")
    assert (status, body["campaignId"], "people" in body) == (200, first[1]["campaignId"], False)
    assert await count(api, "campaigns") == 1


@WHO
@pytest.mark.parametrize(
    ("wrong", "status", "fields"),
    [
        ({}, 400, ["groups"]),
        ({"tags": [""], "groups": [], "to": []}, 400, ["groups"]),
        ({"groups": ["vip", "club"]}, 404, ["groups[1]"]),  # Beta's
        ({"groups": ["alerts"]}, 404, ["groups[0]"]),  # no group
        ({"groups": ["212"]}, 404, ["groups[0]"]),
        ({"tags": ["Guests", "members"]}, 404, ["tags[1]"]),  # Beta's
        ({"tags": ["vip"]}, 404, ["tags[0]"]),  # a group's list
        ({"tags": ["nothing"], "to": ["12"]}, 400, ["to[0]", "tags[0]"]),
        ({"tags": ["Guests"], "text": ""}, 400, ["text"]),
        ({"tags": ["Guests"], "sender": "Nobody"}, 400, ["sender"]),
        ({"tags": ["Guests"], "service": "news"}, 404, ["service"]),
        ({"tags": ["Guests"], "sendAt": "2099-01-01T00:00:00Z"}, 400, ["sendAt"]),
        ({"tags": ["Guests"], "name": "x" * 201}, 400, ["name"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_made(
    api: Api, headers: dict[str, str], wrong: dict[str, Any], status: int, fields: list[str]
) -> None:
    await run(api, BOOK)
    said, body = await send(api, headers, **wrong)
    assert (said, list(named(body))) == (status, fields)
    assert await count(api, "campaigns") == 0


async def test_later_and_for_the_customer_that_is_named(api: Api) -> None:
    await run(api, BOOK)
    assert (await send(api, ADA, tags=["Guests"]))[0] == 400
    at = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    asked = {"groups": ["club"], "sender": "Beta", "sendAt": at.isoformat()}
    status, body = await send(api, ADA_FOR_BETA, **asked)
    assert (status, body["status"], body["recipientCount"]) == (200, "scheduled", 1)
    assert datetime.fromisoformat(body["sendAt"]) == at
    assert (await send(api, BO | {"Customer": "beta"}, groups=["club"]))[0] == 404


async def test_what_is_stored_is_answered_even_if_nothing_more_can_be_told(api: Api) -> None:
    """An error would have the caller send it to everybody again."""
    await run(api, BOOK)
    parts = api.parts
    away = await Store.open(api.store.dsn, size=1, monotonic=time.monotonic)
    await away.close()
    services = replace(
        native_sending.make(parts),
        preview_campaign=PreviewCampaign(away, parts.estate, parts.submit, parts.now),
    )
    common = Common(parts.estate, parts.guids, Meters(CollectorRegistry()), parts.base_url)
    estate = parts.estate.current.estate
    application = next(each for each in estate.applications.values() if each.customer_id == 100)
    caller = NativeCaller(application, None, estate.customers[100], application.name)
    asked = ToListsAsked(text="Hello", sender="Acme", tags=("Guests",))
    answer = await ToLists(services, common).send(caller, asked)
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert set(json.loads(answer.body)) == {"campaignId", "name", "status"}
    assert await count(api, "campaigns") == 1
