"""Contacts of groups, regions and WhatsApp consent, over HTTP: exact names, kinds and statuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import (
    ACME,
    ACME_NUMBER,
    ADA_TOKEN,
    BETA,
    BETA_GROUP,
    BO_TOKEN,
    CY_TOKEN,
    GROUP,
    ONE_WAY,
    Api,
)

from viesti.services.fold_counts import FoldCounts
from viesti.services.guids import GuidKind
from viesti.services.sweep_lists import SweepLists

pytestmark = pytest.mark.integration

BASE = "/api-integrations/v1"
FULL: dict[str, Any] = {
    "active": True,
    "phone": "+358 40 123 4567",
    "email": "ada@example.test",
    "firstName": "Ada",
    "lastName": "Lovelace",
    "gender": "Female",
    "birthYear": 1915,
    "streetAddress": "Mannerheimintie 1 B 12",
    "zipCode": "00100",
    "city": "Helsinki",
    "countryCode": "FIN",
    "customContactProperties": [{"name": "size", "value": "M"}, {"name": "dog", "value": "Rex"}],
    "phoneNumberRegions": ["FI", "SE"],
}
SHOWN = {name: value for name, value in FULL.items() if name not in ("active", "phoneNumberRegions")} | {
    "phone": "358401234567",
    "failedMessages": 0,
}


@dataclass(frozen=True, slots=True)
class Groups:
    """Calls on one group."""

    api: Api
    customer: int = ACME
    service: int = GROUP
    token: str = ADA_TOKEN

    @property
    def path(self) -> str:
        guids = self.api.guids
        customer, service = (
            guids.of(GuidKind.CUSTOMER, self.customer),
            guids.of(GuidKind.SERVICE, self.service),
        )
        return f"{BASE}/groupcontact/{customer}/{service}"

    async def call(self, method: str, phone: str = "", **options: Any) -> tuple[int, Any]:
        path = f"{self.path}/{phone}" if phone else self.path
        status, body, _ = await self.api.speak(method, path, token=self.token, **options)
        return status, body


@pytest.fixture
def groups(api: Api) -> Groups:
    return Groups(api)


@pytest.fixture
def shared(shared_api: Api) -> Groups:
    return Groups(shared_api)


async def test_a_contact_s_life(groups: Groups) -> None:
    status, made = await groups.call("POST", json=FULL)
    assert status == 200 and isinstance(made, str)
    assert groups.api.guids.read(GuidKind.CONTACT, made) is not None
    assert await groups.call("GET", "%2B358401234567") == (200, SHOWN)
    assert await groups.call("PUT", "0401234567", json={"city": "Turku", "gender": ""}) == (200, True)
    status, now = await groups.call("GET", "0401234567?Region=fi")
    assert status == 200
    assert now == {name: value for name, value in SHOWN.items() if name != "gender"} | {"city": "Turku"}
    assert list(now) == [name for name in SHOWN_ORDER if name != "gender"]
    assert await groups.call("DELETE", "358401234567") == (200, True)
    assert await groups.call("DELETE", "358401234567") == (200, False)
    assert await groups.call("PUT", "358401234567", json={"city": "Oulu"}) == (200, False)
    status, refusal = await groups.call("GET", "358401234567")
    assert (status, refusal["errors"][0]["field"]) == (404, "Phone")


SHOWN_ORDER = (
    "phone",
    "email",
    "firstName",
    "lastName",
    "gender",
    "birthYear",
    "streetAddress",
    "zipCode",
    "city",
    "countryCode",
    "failedMessages",
    "customContactProperties",
)


async def test_a_contact_of_whom_little_is_known(groups: Groups) -> None:
    await groups.call("POST", json={"PHONE": "0401234567", "email": None})
    status, shown = await groups.call("GET", "0401234567")
    assert status == 200
    assert shown == {
        "phone": "358401234567", "email": "", "firstName": "", "lastName": "", "streetAddress": "",
        "zipCode": "", "city": "", "countryCode": "", "failedMessages": 0, "customContactProperties": [],
    }  # fmt: skip


async def test_names_in_any_case(groups: Groups) -> None:
    body = {"Phone": "0401234567", "FIRSTNAME": "Ada", "gender": "FEMALE", "customcontactproperties":
            [{"Name": "size", "VALUE": "M"}]}  # fmt: skip
    assert (await groups.call("POST", json=body))[0] == 200
    _, shown = await groups.call("GET", "0401234567")
    assert (shown["firstName"], shown["gender"]) == ("Ada", "Female")
    assert shown["customContactProperties"] == [{"name": "size", "value": "M"}]


async def test_twice(groups: Groups) -> None:
    await groups.call("POST", json=FULL)
    status, refusal = await groups.call("POST", json={"phone": "040 1234567"})
    assert status == 409
    assert refusal["errors"] == [{"field": "phone", "message": "+358401234567 is in this group already."}]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["phone"]),
        ({"phone": "x"}, ["phone"]),
        ({"phone": 40}, ["phone"]),
        ({"phone": "040123", "gender": "robot"}, ["gender"]),
        ({"phone": "0401234567", "birthYear": "1980"}, ["birthYear"]),
        ({"phone": "0401234567", "birthYear": 1800, "countryCode": "FI"}, ["birthYear", "countryCode"]),
        ({"phone": "0401234567", "phoneNumberRegions": ["Finland"]}, ["phoneNumberRegions[0]"]),
        ({"phone": "0401234567", "phoneNumberRegions": "FI"}, ["phoneNumberRegions"]),
        (
            {"phone": "0401234567", "customContactProperties": [{"value": "M"}]},
            ["customContactProperties[0]"],
        ),
        ({"phone": "0401234567", "active": "true"}, ["active"]),
        ({"phone": "0401234567", "streetAddress": "x" * 256}, ["streetAddress"]),
        ({"phone": "0401234567", "lastName": "\0"}, ["lastName"]),
    ],
)
async def test_what_is_wrong_is_named(shared: Groups, body: dict[str, Any], fields: list[str]) -> None:
    status, refusal = await shared.call("POST", json=body)
    assert status == 400
    assert [error["field"] for error in refusal["errors"]] == fields


@pytest.mark.parametrize(
    ("method", "phone", "field"),
    [("GET", "x", "Phone"), ("GET", "0401234567?Region=Finland", "Region"), ("DELETE", "x", "Phone")],
)
async def test_what_is_wrong_in_the_address_is_named(
    shared: Groups, method: str, phone: str, field: str
) -> None:
    status, refusal = await shared.call(method, phone)
    assert (status, refusal["errors"][0]["field"]) == (400, field)


async def test_delete_all(groups: Groups) -> None:
    for number in range(7):
        await groups.call("POST", json={"phone": f"04012345{number}0"})
    assert await groups.call("DELETE") == (200, True)
    assert (await groups.call("GET", "0401234500"))[0] == 404
    sweep = SweepLists(groups.api.store, step=3)
    while await sweep():
        pass
    assert await groups.call("DELETE") == (200, True)
    assert (await groups.call("POST", json={"phone": "0401234500"}))[0] == 200


async def test_failed_messages(groups: Groups, database_url: str) -> None:
    await groups.call("POST", json=FULL)
    db = await asyncpg.connect(database_url)
    await db.execute(
        "insert into contact_counts (id, bucket, customer_id, address, kind, amount, at)"
        " select n * 64 + 1, 1, 100, '358401234567', 'failed', 1, now() from generate_series(1, 3) n"
    )
    await db.close()
    assert await FoldCounts(groups.api.store)() == 3
    _, shown = await groups.call("GET", "0401234567")
    assert shown["failedMessages"] == 3


@pytest.mark.parametrize(
    ("customer", "service", "token", "status"),
    [
        (ACME, GROUP, BO_TOKEN, 200),
        (BETA, BETA_GROUP, BO_TOKEN, 404),  # Bo works for Acme only
        (ACME, BETA_GROUP, BO_TOKEN, 404),
        (ACME, BETA_GROUP, ADA_TOKEN, 404),  # hers, but not Acme's
        (BETA, BETA_GROUP, ADA_TOKEN, 200),
        (BETA, BETA_GROUP, CY_TOKEN, 200),
        (ACME, ONE_WAY, ADA_TOKEN, 400),  # no group
        (ACME, 999, ADA_TOKEN, 404),
    ],
)
async def test_whose_group(shared_api: Api, customer: int, service: int, token: str, status: int) -> None:
    groups = Groups(shared_api, customer, service, token)
    assert (await groups.call("DELETE"))[0] == status
    assert (await groups.call("POST", json=FULL))[0] == status
    assert (await groups.call("GET", "0401234567"))[0] == status
    assert (await groups.call("PUT", "0401234567", json={}))[0] == status
    assert (await groups.call("DELETE", "0401234567"))[0] == status


async def test_regions(shared_api: Api) -> None:
    status, regions, _ = await shared_api.speak("GET", f"{BASE}/phonenumberregions")
    assert status == 200
    assert all(set(region) == {"value", "name"} for region in regions)
    assert {"value": "FI", "name": "Finland"} in regions
    assert len(regions) == 245


def opt_in(sender: str, recipient: str) -> str:
    return f"{BASE}/whatsapp/opt-in/sender/{sender}/recipient/{recipient}"


async def test_consent(api: Api, database_url: str) -> None:
    for method in ("POST", "DELETE"):
        status, body, _ = await api.speak(method, opt_in(f"%2B{ACME_NUMBER}", "0401234567"))
        assert (status, body) == (204, None)
    assert (await api.speak("POST", opt_in("16400", "%2B358401234567")))[0] == 204
    db = await asyncpg.connect(database_url)
    standing = await db.fetch(
        "select customer_id, channel, identity, address, opted_in from channel_consents order by identity"
    )
    assert [tuple(row) for row in standing] == [
        (ACME, "whatsapp", "16400", "358401234567", True),
        (ACME, "whatsapp", ACME_NUMBER, "358401234567", False),
    ]
    ledger = await db.fetch("select action, scope, source from consent_ledger order by id")
    assert [tuple(row) for row in ledger] == [
        (action, "whatsapp", "smartdialog") for action in ("start", "stop", "start")
    ]
    await db.close()


@pytest.mark.parametrize(
    ("sender", "recipient", "token", "status"),
    [
        ("358452220000", "0401234567", BO_TOKEN, 404),  # Beta's number
        ("358452220000", "0401234567", CY_TOKEN, 204),
        ("Acme", "0401234567", ADA_TOKEN, 404),  # a name
        ("358409999999", "0401234567", ADA_TOKEN, 404),
        ("1" * 100, "0401234567", ADA_TOKEN, 404),
        (ACME_NUMBER, "x", ADA_TOKEN, 400),
        (ACME_NUMBER, "4" * 100, ADA_TOKEN, 400),
    ],
)
async def test_consent_to_whom(shared_api: Api, sender: str, recipient: str, token: str, status: int) -> None:
    assert (await shared_api.speak("POST", opt_in(sender, recipient), token=token))[0] == status
