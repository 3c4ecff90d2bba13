"""The native API: tags and groups, and giving contacts tags by whatever they are known by."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.api.conftest import Api
from tests.integration.api.native import ADA, ADA_FOR_BETA, APPLICATION, BO, call, count, named, run

pytestmark = pytest.mark.integration

FINN = "358401234567"
BOOK = """
insert into contacts (id, bucket, customer_id, phone, external_reference, source, created_at)
values (9001, 1, 100, '358401234567', 'crm-1', 'api', now()),
       (9002, 1, 100, '358401234568', null, 'group', now()),
       (9003, 1, 100, null, 'crm-3', 'api', now()),
       (9004, 4, 103, '358401234567', 'crm-1', 'api', now());
insert into lists (id, bucket, customer_id, name, service_id)
values (7001, 1, 100, 'guests', null), (7002, 1, 100, 'vip', 202), (7003, 4, 103, 'guests', null);
insert into list_members (list_id, bucket, contact_id, active, added_at)
values (7001, 1, 9001, false, now()), (7002, 1, 9001, true, now()), (7002, 1, 9002, false, now());
"""
GUESTS = {"id": 7001, "name": "guests", "subscribed": False}


async def add(api: Api, headers: dict[str, str] = APPLICATION, **body: Any) -> tuple[int, Any]:
    return await call(api, "POST", "/contacts/tags", headers, json=body)


async def remove(api: Api, headers: dict[str, str] = APPLICATION, **body: Any) -> tuple[int, Any]:
    return await call(api, "POST", "/contacts/tags/remove", headers, json=body)


def names(body: Any) -> list[str]:
    return [tag["name"] for tag in body["tags"]]


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_tags_page_by_page(api: Api, headers: dict[str, str]) -> None:
    assert await call(api, "GET", "/tags", headers) == (200, {"tags": []})
    await run(api, BOOK + "insert into lists (id, bucket, customer_id, name) values (7010, 1, 100, 'Annual')")
    first = {"id": 7010, "name": "Annual", "contacts": 0}
    second = {"id": 7001, "name": "guests", "contacts": 1}
    assert await call(api, "GET", "/tags", headers) == (200, {"tags": [first, second]})
    assert await call(api, "GET", "/tags?limit=1", headers) == (200, {"tags": [first], "next": "1"})
    assert await call(api, "GET", "/tags?limit=1&cursor=1", headers) == (200, {"tags": [second]})
    for query in ("limit=0", "limit=201", "cursor=x", "cursor=-1", "cursor=9999999999"):
        status, body = await call(api, "GET", f"/tags?{query}", headers)
        assert (status, list(named(body))) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_groups_with_how_many_are_in_them(api: Api, headers: dict[str, str]) -> None:
    vip = {"id": 202, "key": "vip", "name": "VIP customers", "contacts": 0, "active": 0}
    assert await call(api, "GET", "/groups", headers) == (200, {"groups": [vip]})
    await run(api, BOOK)
    assert await call(api, "GET", "/groups", headers) == (
        200,
        {"groups": [vip | {"contacts": 2, "active": 1}]},
    )
    _, body = await call(api, "GET", "/groups", ADA_FOR_BETA)
    assert [group["key"] for group in body["groups"]] == ["club"]


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_a_new_number_becomes_a_contact_once(api: Api, headers: dict[str, str]) -> None:
    status, made = await add(api, headers, number="040 123 4567", tags=["new ", "Guests"])
    assert (status, made["number"], made["created"], names(made)) == (200, FINN, True, ["Guests", "new"])
    assert all(tag["subscribed"] for tag in made["tags"])
    status, again = await add(api, headers, number="+358401234567", tags=["NEW"])
    assert (status, again) == (200, made | {"created": False})
    assert await count(api, "contacts") == 1


async def test_who_is_there_is_found_by_each_name(api: Api) -> None:
    await run(api, BOOK)
    for whom in ({"number": "0401234567"}, {"contactId": 9001}, {"externalReference": "crm-1"}):
        status, body = await add(api, **whom, tags=["guests"])
        found = {"contactId": 9001, "number": FINN, "externalReference": "crm-1"}
        assert (status, body) == (200, {**found, "tags": [GUESTS], "created": False})
    status, body = await add(api, externalReference="crm-3", number="", tags=["new"])
    assert (status, body["contactId"], names(body), "number" in body) == (200, 9003, ["new"], False)


async def test_who_is_not_there_is_not_found(api: Api) -> None:
    await run(api, BOOK)
    for whom in (
        {"contactId": 9004},  # Beta's
        {"contactId": 1},
        {"externalReference": "crm-9"},
        {"number": "0409999999", "createContact": False},
    ):
        status, body = await add(api, **whom, tags=["new"])
        assert (status, list(named(body))) == (404, [next(iter(whom))])
        if "createContact" not in whom:
            assert (await remove(api, **whom, tags=["guests"]))[0] == 404
    status, body = await remove(api, number="0409999999", tags=["guests"])
    assert (status, list(named(body))) == (404, ["number"])
    assert (await call(api, "GET", "/tags"))[1]["tags"] == [{"id": 7001, "name": "guests", "contacts": 1}]


@pytest.mark.parametrize("path", ["/contacts/tags", "/contacts/tags/remove"])
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"tags": ["new"]}, ["number"]),
        ({"tags": ["new"], "number": FINN, "contactId": 9001}, ["number"]),
        ({"number": "12", "tags": ["a,b"]}, ["number", "tags[0]"]),
        ({"number": FINN}, ["tags"]),
        ({"number": FINN, "tags": []}, ["tags"]),
        ({"number": FINN, "tags": ["good", " "]}, ["tags[1]"]),
        ({"number": FINN, "tags": ["good", "x" * 101]}, ["tags[1]"]),
        ({"number": "0409999999", "tags": ["good", "VIP"]}, ["tags[1]"]),  # a group's list
        ({"contactId": "9001", "tags": ["new"]}, ["contactId"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_done(
    api: Api, path: str, body: dict[str, Any], fields: list[str]
) -> None:
    await run(api, BOOK)
    status, answer = await call(api, "POST", path, json=body)
    assert (status, list(named(answer))) == (400, fields)
    assert (await count(api, "contacts"), await count(api, "lists")) == (4, 3)
    assert await count(api, "list_members") == 3


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_tags_are_taken_as_far_as_there_are_any(api: Api, headers: dict[str, str]) -> None:
    await run(api, BOOK)
    await add(api, number=FINN, tags=["one", "two"])
    status, body = await remove(api, headers, number="0401234567", tags=["ONE", "guests", "nothing"])
    assert (status, body["contactId"], names(body)) == (200, 9001, ["two"])
    assert await remove(api, headers, number="0401234567", tags=["one"]) == (status, body)
    assert "created" not in body
    _, body = await call(api, "GET", "/tags")
    assert {tag["name"]: tag["contacts"] for tag in body["tags"]} == {"guests": 0, "one": 0, "two": 1}


async def test_whom_only_a_group_had_brought_goes_with_his_last_list(api: Api) -> None:
    await run(api, BOOK)
    await add(api, number="0401234568", tags=["guests"])
    await run(api, "delete from list_members where list_id = 7002 and contact_id = 9002")
    status, body = await remove(api, number="0401234568", tags=["guests"])
    assert (status, body) == (200, {"contactId": 9002, "number": "358401234568", "tags": []})
    assert (await remove(api, number="0401234568", tags=["guests"]))[0] == 404


async def test_a_person_says_for_whom(api: Api) -> None:
    for method, path, body in (
        ("GET", "/tags", None),
        ("GET", "/groups", None),
        ("POST", "/contacts/tags", {"number": FINN, "tags": ["new"]}),
        ("POST", "/contacts/tags/remove", {"number": FINN, "tags": ["new"]}),
    ):
        status, answer = await call(api, method, path, ADA, json=body)
        assert (status, list(named(answer))) == (400, ["Customer"])
        status, answer = await call(api, method, path, BO | {"Customer": "beta"}, json=body)
        assert (status, list(named(answer))) == (404, ["Customer"])
    status, _ = await add(api, ADA_FOR_BETA, number=FINN, tags=["new"])
    assert status == 200
    assert (await call(api, "GET", "/tags"))[1] == {"tags": []}
    assert names((await call(api, "GET", "/tags", ADA_FOR_BETA))[1]) == ["new"]
