"""The native API: what a message would be, and sending it, once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.api.conftest import Api
from tests.integration.api.native import (
    ADA,
    ADA_FOR_BETA,
    APPLICATION,
    BO,
    call,
    count,
    named,
    run,
)
from tests.integration.api.whatsapp import ACME_WHATSAPP, wrote
from tests.integration.api.whatsapp import ESTATE as WHATSAPP

pytestmark = pytest.mark.integration

FINN, OTHER, SWEDE = "358401234567", "358401234568", "46701234567"
WHO = pytest.mark.parametrize("headers", [APPLICATION, BO], ids=["application", "person"])


async def send(api: Api, headers: dict[str, str] = APPLICATION, **body: Any) -> tuple[int, Any]:
    """SendMessage with these members over good ones; one that is None is left out."""
    asked = {"to": ["+" + FINN], "text": "Hello", "sender": "Acme"} | body
    members = {name: value for name, value in asked.items() if value is not None}
    return await call(api, "POST", "/messages", headers, json=members)


async def preview(api: Api, headers: dict[str, str] = APPLICATION, **body: Any) -> tuple[int, Any]:
    """PreviewMessage likewise."""
    asked = {"to": ["+" + FINN], "text": "Hello", "sender": "Acme"} | body
    return await call(api, "POST", "/messages/preview", headers, json=asked)


async def stored(api: Api, identifier: int) -> Any:
    async with api.store.transaction() as tx:
        message = await tx.messages.message(identifier, 100)
    assert message is not None
    return message


@WHO
async def test_a_message_goes_out_with_all_that_was_asked(api: Api, headers: dict[str, str]) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    status, body = await send(
        api,
        headers,
        to=["040 123 4567", "+46 70 123 45 67"],
        text="See https://example.com/a",
        service="desk",
        sendAt=at.isoformat(),
        validityMinutes=90,
        trackLinks=True,
        customerData="order-1",
        dlrUrl="https://flows.example.com/hook?id=MSGID",
    )
    assert status == 200
    ids = [one.pop("id") for one in body["recipients"]]
    queued = {"status": "scheduled", "partCount": 1, "cost": 0.05}
    assert body["recipients"] == [{"address": FINN, **queued}, {"address": SWEDE, **queued}]
    assert (body["partCount"], body["cost"], body["currency"]) == (2, 0.1, "EUR")
    assert datetime.fromisoformat(body["sendAt"]) == at
    assert len(set(ids)) == 2 and "skipped" not in body
    message = await stored(api, body["id"])
    assert (message.service_id, message.validity_seconds, message.customer_data) == (201, 5400, "order-1")
    assert (message.dialect, message.sender, message.link_base is not None) == ("viesti", "Acme", True)
    by = (message.application_id, message.user_id)
    assert by == ((600, None) if headers is APPLICATION else (None, 801))


@WHO
async def test_the_service_s_sender_and_validity_stand_where_nothing_is_said(
    api: Api, headers: dict[str, str]
) -> None:
    await run(api, "update services set default_sender = 'Acme', validity_seconds = 60 where id = 200")
    status, body = await send(api, headers, sender=None, service="200")
    assert status == 200
    message = await stored(api, body["id"])
    assert (message.sender, message.validity_seconds, message.service_id) == ("Acme", 60, 200)
    status, body = await send(api, headers, sender="")  # the application's own service has one
    assert (status, [] if status == 200 else list(named(body))) == (
        (200, []) if headers is APPLICATION else (400, ["sender"])
    )


@WHO
@pytest.mark.parametrize("in_header", [False, True])
async def test_a_repeat_is_answered_alike_and_sends_nothing(
    api: Api, headers: dict[str, str], in_header: bool
) -> None:
    said = {} if in_header else {"requestId": "order-1"}
    who = headers | ({"Idempotency-Key": "order-1"} if in_header else {})
    first = await send(api, who, to=["+" + FINN, OTHER, FINN], **said)
    assert first[0] == 200 and first[1]["skipped"][0]["place"] == 2
    assert await send(api, who, to=["+" + FINN, OTHER, FINN], **said) == first
    together = await asyncio.gather(*(send(api, who, to=["+" + FINN, OTHER, FINN], **said) for _ in range(5)))
    assert list(together) == [first] * 5
    assert (await count(api, "messages"), await count(api, "recipients")) == (1, 2)
    status, body = await send(api, who, text="Other", **said)
    assert (status, list(named(body))) == (409, ["requestId"])
    status, body = await send(api, who | {"Idempotency-Key": "one"}, requestId="another")
    assert (status, list(named(body))) == (400, ["requestId"])
    assert await count(api, "messages") == 1


@WHO
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"to": []}, ["to"]),
        ({"to": None}, ["to"]),
        ({"to": ["12", FINN, FINN, "nobody"]}, ["to[0]", "to[3]"]),
        ({"to": [FINN, 7]}, ["to[1]"]),
        ({"text": ""}, ["text"]),
        ({"text": None}, ["text"]),
        ({"sender": "Nobody"}, ["sender"]),
        ({"protocol": "Pigeon"}, ["protocol"]),
        ({"sendAt": "tomorrow"}, ["sendAt"]),
        ({"sendAt": "2099-01-01T00:00:00Z"}, ["sendAt"]),
        ({"validityMinutes": 0}, ["validityMinutes"]),
        ({"validityMinutes": 43201}, ["validityMinutes"]),
        ({"trackLinks": "yes"}, ["trackLinks"]),
        ({"dlrUrl": "ftp://example.com"}, ["dlrUrl"]),
        ({"customerData": "x" * 256}, ["customerData"]),
        ({"requestId": "x" * 1001}, ["requestId"]),
        ({"text": "", "sendAt": "2099-01-01T00:00:00Z", "dlrUrl": "x"}, ["text", "sendAt", "dlrUrl"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_sent(
    shared_api: Api, headers: dict[str, str], wrong: dict[str, Any], fields: list[str]
) -> None:
    before = await count(shared_api, "messages")
    status, body = await send(shared_api, headers, **wrong)
    assert (status, list(named(body))) == (400, fields)
    assert await count(shared_api, "messages") == before


@pytest.mark.parametrize("path", ["/messages", "/messages/preview"])
async def test_what_is_another_s_is_not_found(shared_api: Api, path: str) -> None:
    asked = {"to": [FINN], "text": "Hello"}
    for headers, service in ((APPLICATION, "news"), (BO, "210"), (APPLICATION, "nothing"), (BO, "0")):
        body = asked | {"service": service}
        status, answer = await call(shared_api, "POST", path, headers, json=body)
        assert (status, list(named(answer))) == (404, ["service"])
    status, answer = await call(shared_api, "POST", path, ADA, json=asked)
    assert (status, list(named(answer))) == (400, ["Customer"])
    status, answer = await call(shared_api, "POST", path, BO | {"Customer": "beta"}, json=asked)
    assert (status, list(named(answer))) == (404, ["Customer"])
    body = asked | {"service": "news"}
    assert (await call(shared_api, "POST", path, ADA_FOR_BETA, json=body))[0] == 200


OPTED_OUT = """
insert into opt_outs (customer_id, bucket, address, scope, since)
values (100, 1, '358401234568', 'all', now()), (100, 1, '46701234567', 'marketing', now());
"""


@WHO
@pytest.mark.parametrize(
    ("members", "parts", "cost"),
    [
        ({}, 2, 0.1),
        ({"advertisement": True}, 1, 0.05),
        ({"text": "Ää" * 100 + "č"}, 6, 0.3),
        ({"text": "Look " * 40 + "https://example.com/" + "a" * 300, "trackLinks": True}, 4, 0.2),
    ],
)
async def test_a_message_is_what_its_preview_said(
    api: Api, headers: dict[str, str], members: dict[str, Any], parts: int, cost: float
) -> None:
    await run(api, OPTED_OUT)
    to = ["040 1234567", SWEDE, "+" + OTHER, FINN]
    status, seen = await preview(api, headers, to=to, **members)
    assert (status, seen["partCount"], seen["cost"], seen["currency"]) == (200, parts, cost, "EUR")
    assert await count(api, "messages") == 0
    status, sent = await send(api, headers, to=to, **members)
    assert (status, sent["partCount"], sent["cost"], sent["currency"]) == (200, parts, cost, "EUR")
    going = [one for one in sent["recipients"] if one["status"] != "failed"]
    kept = ("address", "partCount", "cost")
    assert [{name: one[name] for name in kept} for one in seen["recipients"]] == [
        {name: one[name] for name in kept} for one in going
    ]
    assert len(going) == seen["recipientCount"]
    assert seen["partsEach"] * len(going) == parts
    barred = {one["address"]: one["failure"] for one in sent["recipients"] if one["status"] == "failed"}
    assert {one["written"].lstrip("+"): one["why"] for one in seen["skipped"]} == {
        **barred,
        FINN: "duplicate",
    }
    assert all(one["partCount"] == 0 and "cost" not in one for one in sent["recipients"] if "failure" in one)


@WHO
async def test_a_preview_says_who_gets_nothing_and_why(api: Api, headers: dict[str, str]) -> None:
    await run(api, OPTED_OUT + "update senders set countries = '{FI}' where id = 700")
    status, seen = await preview(api, headers, to=["12", SWEDE, FINN, "+" + OTHER, "+358 40 123 4567", "x"])
    assert (status, seen["acceptable"], seen["recipientCount"]) == (200, False, 1)
    assert seen["recipients"] == [{"place": 2, "address": FINN, "partCount": 1, "cost": 0.05}]
    reasons = {one["place"]: (one["written"], one["why"], one["reason"]) for one in seen["skipped"]}
    assert reasons == {
        0: ("12", "refused", "'12' is not a phone number: it has too few digits."),
        1: (SWEDE, "refused", "The sender 'Acme' is registered for FI only, not SE."),
        3: ("+" + OTHER, "opted_out", f"+{OTHER} has opted out of messages: nothing is sent to it."),
        4: ("+358 40 123 4567", "duplicate", "It is named more than once, and sent to once."),
        5: (
            "x",
            "refused",
            "'x' is not a phone number: it holds more than digits and the marks between them.",
        ),
    }
    assert (await send(api, headers, to=["12", FINN]))[0] == 400
    status, seen = await preview(api, headers, to=["12"])
    assert (status, seen["acceptable"], seen["recipientCount"], seen["cost"]) == (200, False, 0, 0)
    assert (seen["covered"], seen["recipients"]) == (True, [])
    status, seen = await preview(api, headers, to=[FINN])
    assert (seen["acceptable"], "skipped" in seen) == (True, False)


@WHO
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"to": []}, ["to"]),
        ({"text": "", "to": ["12"]}, ["text"]),
        ({"sender": "Nobody"}, ["sender"]),
        ({"sender": "Nobody", "to": ["12", FINN]}, ["sender"]),
        ({"sender": "much too long a name"}, ["sender"]),
        ({"sendAt": "2099-01-01T00:00:00Z"}, ["sendAt"]),
        ({"to": [FINN] * 2 + [f"+35840{number:07}" for number in range(1001)]}, ["to"]),
        ({"text": "x" * 40_001}, ["text"]),
    ],
)
async def test_what_nobody_could_get_is_refused_as_in_sending(
    shared_api: Api, headers: dict[str, str], wrong: dict[str, Any], fields: list[str]
) -> None:
    status, body = await preview(shared_api, headers, **wrong)
    assert (status, list(named(body))) == (400, fields)
    status, body = await send(shared_api, headers, **wrong)
    assert (status, set(named(body)) >= set(fields)) == (400, True)


async def test_the_text_and_how_it_could_be_one_part(shared_api: Api) -> None:
    _, seen = await preview(shared_api, text="Hello")
    assert (seen["text"], seen["coding"], seen["characters"], seen["partsEach"]) == ("Hello", "gsm7", 5, 1)
    assert "onePart" not in seen
    _, seen = await preview(shared_api, text="a" * 170)
    assert (seen["characters"], seen["partsEach"], seen["onePart"]) == (170, 2, {"excess": 10})
    text = "It is the customer\u2019s choice \u2013 and " + "a" * 60
    _, seen = await preview(shared_api, text=text)
    plain = text.replace("\u2019", "'").replace("\u2013", "-")
    assert (seen["coding"], seen["partsEach"]) == ("ucs2", 2)
    reworded = {"text": plain, "textParts": 1, "textExcess": 0}
    assert seen["onePart"] == {"excess": len(text) - 70} | reworded
    _, again = await preview(shared_api, text=seen["onePart"]["text"])
    assert (again["coding"], again["partsEach"]) == ("gsm7", 1)
    link = "https://example.com/" + "a" * 200
    _, seen = await preview(shared_api, text=f"See {link}", trackLinks=True)
    assert seen["partsEach"] == 1 and seen["text"] == f"See {shared_api.url}/l/{'X' * 11}"
    assert seen["characters"] == len(seen["text"])


@WHO
async def test_a_preview_says_whether_the_balance_covers_it(api: Api, headers: dict[str, str]) -> None:
    _, seen = await preview(api, headers)
    assert (seen["covered"], "left" in seen) == (True, False)
    await run(
        api,
        "insert into balances (customer_id, bucket, currency, paid, cap, spent, since)"
        " values (100, 1, 'EUR', 0.07, 0, 0, now())",
    )
    _, seen = await preview(api, headers)
    assert (seen["covered"], seen["left"]) == (True, 0.07)
    _, seen = await preview(api, headers, to=[FINN, OTHER])
    assert (seen["covered"], seen["cost"]) == (False, 0.1)
    _, sent = await send(api, headers, to=[FINN, OTHER])
    assert sorted(one["status"] for one in sent["recipients"]) == ["frozen", "queued"]


async def test_no_price_is_no_cost(api: Api) -> None:
    await run(api, "delete from prices")
    _, seen = await preview(api)
    assert ("cost" in seen, seen["currency"], seen["covered"]) == (False, "EUR", True)
    assert "cost" not in seen["recipients"][0]
    _, sent = await send(api)
    assert not {"cost", "currency"} & set(sent)


@WHO
async def test_by_whatsapp_to_who_wrote_within_a_day(api: Api, headers: dict[str, str]) -> None:
    await run(api, WHATSAPP)
    await wrote(api, FINN)
    asked: dict[str, Any] = {"protocol": "WhatsApp", "sender": ACME_WHATSAPP, "text": "Hi 👋"}
    status, seen = await preview(api, headers, to=[FINN, OTHER], **asked)
    assert (status, seen["coding"], seen["partCount"], seen["acceptable"]) == (200, "utf8", 1, False)
    assert [(one["place"], one["why"]) for one in seen["skipped"]] == [(1, "refused")]
    status, body = await send(api, headers, to=[FINN, OTHER], **asked)
    assert (status, list(named(body))) == (400, ["to[1]"])
    status, body = await send(api, headers, to=[FINN], **asked)
    assert (status, body["recipients"][0]["status"]) == (200, "queued")
    assert (await stored(api, body["id"])).protocol == "whatsapp"
