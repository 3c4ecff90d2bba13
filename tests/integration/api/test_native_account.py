"""The native API: services, senders, balance and numbers, of the caller's customer alone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.api.conftest import BETA_TWO_WAY, Api
from tests.integration.api.native import ADA, ADA_FOR_BETA, APPLICATION, BO, call, named, run

pytestmark = pytest.mark.integration

ALERTS = {
    "id": 200,
    "key": "alerts",
    "name": "Alerts",
    "kind": "OneWay",
    "allowReply": True,
    "trackLinks": False,
}
DESK = ALERTS | {"id": 201, "key": "desk", "name": "Desk", "kind": "TwoWay", "sender": "358451110000"}
VIP = ALERTS | {"id": 202, "key": "vip", "name": "VIP customers", "kind": "Group", "sender": "Acme"}
PATHS = ("/services", "/senders", "/balance", "/numbers/0401234567")


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_services_of_the_customer(shared_api: Api, headers: dict[str, str]) -> None:
    status, body = await call(shared_api, "GET", "/services", headers)
    assert (status, body) == (200, {"services": [ALERTS, DESK, VIP]})
    assert await call(shared_api, "GET", "/services?kind=twoway", headers) == (200, {"services": [DESK]})
    status, body = await call(shared_api, "GET", "/services?kind=Both", headers)
    assert (status, named(body)) == (400, {"kind": "It must be one of OneWay, TwoWay, Group."})


@pytest.mark.parametrize("path", PATHS)
async def test_who_works_for_several_says_for_whom(shared_api: Api, path: str) -> None:
    status, body = await call(shared_api, "GET", path, ADA)
    assert (status, list(named(body))) == (400, ["Customer"])
    assert (await call(shared_api, "GET", path, ADA | {"Customer": "103"}))[0] == 200
    for headers in (APPLICATION, BO, ADA):  # another's, one that is closed, and none alike
        for customer in ("other", "closed", "102", "nobody"):
            status, body = await call(shared_api, "GET", path, headers | {"Customer": customer})
            assert (status, list(named(body))) == (404, ["Customer"])


async def test_a_person_sees_the_customer_he_names(shared_api: Api) -> None:
    _, body = await call(shared_api, "GET", "/services", ADA_FOR_BETA)
    assert [each["key"] for each in body["services"]] == ["club", "desk", "news"]
    _, body = await call(shared_api, "GET", "/senders", ADA_FOR_BETA)
    assert [each["sender"] for each in body["senders"]] == ["Beta", "358452220000"]


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_senders_with_what_they_are_for(api: Api, headers: dict[str, str]) -> None:
    await run(
        api,
        """
        insert into channels (id, bucket, key, kind, options, created_at)
        values (301, 0, 'wa', 'whatsapp', '{"identity": "+358 45 111 0000", "waba_id": "1"}', now());
        insert into senders (id, customer_id, sender, kind, state)
        values (710, 100, 'Later', 'alphanumeric', 'pending'),
               (711, 100, 'Gone', 'alphanumeric', 'suspended');
        update senders set countries = '{SE,FI}' where id = 705;
        update services set whatsapp_sender = '358451110000' where id = 200;
        """,
    )
    status, body = await call(api, "GET", "/senders", headers)
    assert (status, body["senders"]) == (
        200,
        [
            {"sender": "Acme", "kind": "name", "protocols": ["SMS"], "services": ["vip"]},
            {
                "sender": "358451110000",
                "kind": "number",
                "protocols": ["SMS", "WhatsApp"],
                "services": ["alerts", "desk"],
            },
            {"sender": "16400", "kind": "shortCode", "protocols": ["SMS"], "countries": ["FI", "SE"]},
        ],
    )


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
async def test_balance(api: Api, headers: dict[str, str]) -> None:
    nothing = {"currency": "EUR", "balance": 0, "paid": 0, "spent": 0, "limited": False}
    nothing |= {"frozen": 0, "frozenForBalance": 0, "frozenCost": 0}
    assert await call(api, "GET", "/balance", headers) == (200, nothing)
    await run(
        api,
        """
        insert into balances (customer_id, bucket, currency, paid, cap, spent, since)
        values (100, 1, 'EUR', 10, 5, 4, now()), (103, 4, 'EUR', 99, 0, 0, now());
        insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, cost, since)
        values (1, 1, 100, 'balance', 300, 1, 2, 0.1, now()), (2, 1, 100, 'repeated', 300, 1, 1, 0.05, now());
        """,
    )
    status, body = await call(api, "GET", "/balance", headers)
    held = {"frozen": 2, "frozenForBalance": 1, "frozenCost": 0.1}
    money = {"balance": 6, "paid": 10, "spent": 4, "cap": 5, "left": 11, "limited": True}
    assert (status, body) == (200, {"currency": "EUR", **money, **held})


FINN: dict[str, Any] = {
    "valid": True,
    "number": "358401234567",
    "e164": "+358401234567",
    "international": "+358 40 1234567",
    "national": "040 1234567",
    "type": "mobile",
    "region": "FI",
    "country": "Finland",
    "optedOut": False,
    "routed": True,
    "pricePerPart": 0.05,
    "currency": "EUR",
}


@pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])
@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/numbers/0401234567", "0401234567"),
        ("/numbers/%2B358401234567", "+358401234567"),
        ("/numbers/+358401234567", "+358401234567"),
        ("/numbers/040/123%204567", "040/123 4567"),
        ("/numbers/040%2F123%204567", "040/123 4567"),
        ("/numbers/00358%2040%201234567", "00358 40 1234567"),
        ("/numbers/0401234567?region=fi", "0401234567"),
    ],
)
async def test_a_number_in_any_writing(
    shared_api: Api, headers: dict[str, str], path: str, written: str
) -> None:
    assert await call(shared_api, "GET", path, headers) == (200, {"written": written, **FINN})


async def test_a_national_number_of_the_region_that_is_named(shared_api: Api) -> None:
    status, body = await call(shared_api, "GET", "/numbers/070-123%2045%2067?region=SE")
    assert (status, body["e164"], body["country"]) == (200, "+46701234567", "Sweden")
    status, body = await call(shared_api, "GET", "/numbers/1234?region=Finland")
    assert (status, list(named(body))) == (400, ["region"])


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("12", "'12' is not a phone number: it has too few digits."),
        ("nobody", "'nobody' is not a phone number: it holds more than digits and the marks between them."),
        ("%20", "The phone number is empty."),
        ("%2B999123456789", "'+999123456789' is not a phone number: no country has this calling code."),
    ],
)
async def test_what_is_no_number_is_an_answer(shared_api: Api, written: str, reason: str) -> None:
    status, body = await call(shared_api, "GET", f"/numbers/{written}")
    assert (status, set(body)) == (200, {"written", "valid", "reason", "optedOut", "routed"})
    assert (body["valid"], body["reason"], body["optedOut"], body["routed"]) == (False, reason, False, False)


@pytest.mark.parametrize(
    ("digits", "kind", "warned"),
    [
        ("358931541", "fixed", True),
        ("12015550123", "fixedOrMobile", False),
        ("491111111111", "unknown", True),
    ],
)
async def test_the_type_of_a_number(shared_api: Api, digits: str, kind: str, warned: bool) -> None:
    status, body = await call(shared_api, "GET", f"/numbers/+{digits}")
    assert (status, body["valid"], body["type"], "warnings" in body) == (200, True, kind, warned)


async def test_whose_a_number_is_and_whether_he_may_be_written_to(api: Api) -> None:
    await run(
        api,
        """
        insert into contacts (id, bucket, customer_id, phone, first_name, last_name, external_reference,
                              created_at)
        values (9001, 1, 100, '358401234567', 'Aino', 'Virtanen', 'crm-1', now()),
               (9002, 4, 103, '358401234568', 'Bertta', '', null, now());
        insert into opt_outs (customer_id, bucket, address, scope, since)
        values (100, 1, '358401234567', 'marketing', now()), (103, 4, '358401234568', 'all', now());
        """,
    )
    _, body = await call(api, "GET", "/numbers/0401234567")
    who = {"contactId": 9001, "contactName": "Aino Virtanen", "externalReference": "crm-1"}
    assert body == {"written": "0401234567", **FINN, **who, "optedOutOf": "marketing"}
    _, body = await call(api, "GET", "/numbers/0401234568")  # of another customer
    assert not {"contactId", "contactName", "optedOutOf"} & set(body) and body["optedOut"] is False
    _, body = await call(api, "GET", "/numbers/0401234568", ADA_FOR_BETA)
    assert (body["contactName"], body["optedOut"], body["optedOutOf"]) == ("Bertta", True, "all")


async def test_the_price_is_that_of_the_service(api: Api) -> None:
    await run(
        api,
        """
        insert into channels (id, bucket, key, kind, created_at) values (302, 0, 'dear', 'loopback', now());
        insert into routes (id, key, channel_id, service_id) values (402, 'desk', 302, 201);
        insert into prices (id, prefix, channel_id, per_part, currency, gbp_per_part)
        values (502, '358', 302, 0.5, 'EUR', 0.43);
        """,
    )
    for service, price in (("", 0.05), ("desk", 0.5), ("201", 0.5), ("alerts", 0.05)):
        _, body = await call(api, "GET", f"/numbers/0401234567?service={service}")
        assert body["pricePerPart"] == price
    for service in ("news", str(BETA_TWO_WAY), "nothing"):
        status, body = await call(api, "GET", f"/numbers/0401234567?service={service}")
        assert (status, list(named(body))) == (404, ["service"])
    await run(api, "update routes set enabled = false")
    _, body = await call(api, "GET", "/numbers/0401234567")
    assert (body["valid"], body["routed"], "pricePerPart" in body) == (True, False, False)
