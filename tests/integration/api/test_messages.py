"""What a customer is shown of his messages, and that he is shown no others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.api.conftest import OTHER_KEY, OTHER_SECRET, Api

from viesti.domain.channel import Attached, CarrierReceipt
from viesti.domain.message import Callback, Event, Inbound, PartRow
from viesti.domain.status import PartState, Status
from viesti.storage.store import FoundPart, MatchedReceipt

pytestmark = pytest.mark.integration

AT = datetime(2099, 1, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


async def play(api: Api, recipient_id: int) -> None:
    """What the engine writes of a recipient: deferred once, sent, receipt, delivered, a callback owed."""
    part = PartRow(recipient_id, 1, 2, 1, 1, 300, "ref-1", at(2))
    receipt = CarrierReceipt(300, ("ref-1",), PartState.DELIVERED, "000", at(3), at(4), "", "", "id:ref-1")
    found = FoundPart(recipient_id, 1, 2, 1, 1, "ref-1", None)
    async with api.store.transaction() as tx:
        await tx.messages.add_events([Event(recipient_id, at(1), "deferred", {"channel": 300})])
        await tx.messages.add_parts([part])
        await tx.receipts.apply([MatchedReceipt(found, receipt, True, Status.DELIVERED, None)], 300)
        url = "https://example.com/hook?sig=secret"
        await tx.callbacks.add(
            [Callback(900, 1, 100, recipient_id, "delivery_report", "GET", url, "", at(6), at(6))]
        )


async def test_the_whole_story_of_a_message(api: Api) -> None:
    _, [sms], _ = await api.send(CustomerData="cd", RequestId="r-1")
    await play(api, sms["SMSID"])
    status, shown, _ = await api.call("GET", f"/messages/{sms['SMSID']}")
    assert status == 200
    assert shown == (await api.call("GET", f"/messages/{shown['id']}"))[1]
    [recipient] = shown["recipients"]
    message = {
        name: shown[name] for name in shown if name not in ("id", "created_at", "recipients", "timeline")
    }
    assert message == {
        "sender": "Acme",
        "text": "Hello",
        "protocol": "sms",
        "content": None,
        "fallback": None,
        "send_at": None,
        "service": "alerts",
        "application": "acme-key",
        "user": None,
        "interface": "txtsync",
        "lane": "transactional",
        "request_id": "r-1",
        "customer_data": "cd",
        "quiet": False,
        "parent_id": None,
        "thread_id": None,
        "campaign_id": None,
        "recipient_count": 1,
        "part_count": 1,
        "currency": "EUR",
        "cost": 0.05,
        "cost_gbp": 0.043,
    }
    told = (
        "address",
        "status",
        "code",
        "failure",
        "channel",
        "route",
        "coding",
        "part_count",
        "cost",
        "doubts",
    )
    assert {name: recipient[name] for name in told} == {
        "address": "358401234567",
        "status": "delivered",
        "code": 3,
        "failure": None,
        "channel": "loop",
        "route": "all",
        "coding": "gsm7",
        "part_count": 1,
        "cost": 0.05,
        "doubts": 0,
    }
    assert (recipient["carrier_time"], recipient["finished_at"]) == (
        "2099-01-01T00:00:03Z",
        "2099-01-01T00:00:04Z",
    )
    [part] = recipient["parts"]
    assert (part["reference"], part["state"], part["channel"], part["attempt"]) == (
        "ref-1",
        "delivered",
        "loop",
        2,
    )
    [receipt] = recipient["receipts"]
    assert (receipt["state"], receipt["raw"]) == ("delivered", "id:ref-1")
    [callback] = recipient["callbacks"]
    assert callback["url"] == "https://example.com/hook?..."
    steps = [(step["kind"], step["recipient_id"] == sms["SMSID"]) for step in shown["timeline"]]
    assert steps == [
        ("accepted", False),
        ("deferred", True),
        ("part_sent", True),
        ("receipt", True),
        ("finished", True),
        ("callback_owed", True),
    ]
    assert shown["timeline"][1]["detail"] == {"channel": "loop"}


async def test_one_recipient_of_many(api: Api) -> None:
    _, answer, _ = await api.send(To=["+358401234567", "+358407654321"])
    _, shown, _ = await api.call("GET", f"/messages/{answer[1]['SMSID']}")
    assert [recipient["address"] for recipient in shown["recipients"]] == ["358407654321"]
    _, whole, _ = await api.call("GET", f"/messages/{shown['id']}")
    assert len(whole["recipients"]) == whole["recipient_count"] == 2
    assert whole["cost"] == 0.1


async def test_another_customers_message_is_not_there(api: Api) -> None:
    _, [sms], _ = await api.send()
    _, mine, _ = await api.call("GET", f"/messages/{sms['SMSID']}")
    for identifier in (sms["SMSID"], mine["id"]):
        status, answer, _ = await api.call(
            "GET", f"/messages/{identifier}", key=OTHER_KEY, secret=OTHER_SECRET
        )
        nothing, same, _ = await api.call("GET", "/messages/1", key=OTHER_KEY, secret=OTHER_SECRET)
        assert (status, answer) == (nothing, same)
        assert status == 404
    _, listed, _ = await api.call("GET", "/messages", key=OTHER_KEY, secret=OTHER_SECRET)
    assert listed == {"messages": [], "next_before": None}


@pytest.mark.parametrize(
    "identifier", ["0", "-1", "x", "1.5", "9007199254740992", "1" * 5000, "%00", "%D9%A1"]
)
async def test_what_is_no_id_is_not_there(shared_api: Api, identifier: str) -> None:
    status, answer, _ = await shared_api.call("GET", f"/messages/{identifier}")
    assert (status, answer["code"]) == (404, "not_found")


async def test_the_list_goes_page_by_page(api: Api) -> None:
    sent = [(await api.send())[1][0]["SMSID"] for _ in range(5)]
    found: list[int] = []
    path = "/messages?limit=2"
    while path:
        _, page, _ = await api.call("GET", path)
        found += [row["id"] for row in page["messages"]]
        path = f"/messages?limit=2&before={page['next_before']}" if page["next_before"] else ""
    assert found == sent[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("before=x", "before"),
        ("before=0", "before"),
        ("before=99999999999999999999", "before"),
    ],
)
@pytest.mark.parametrize("path", ["/messages", "/inbound"])
async def test_bad_pages_are_named(shared_api: Api, path: str, query: str, field: str) -> None:
    status, answer, _ = await shared_api.call("GET", f"{path}?{query}")
    assert (status, [error["field"] for error in answer["errors"]]) == (400, [field])


async def test_inbound_messages(api: Api) -> None:
    async with api.store.transaction() as tx:
        await tx.inbound.add(
            [
                Inbound(
                    *(
                        identifier,
                        1,
                        customer,
                        200,
                        300,
                        "358401234567",
                        "international",
                        "16010",
                        "hello",
                        None,
                    ),
                    *(1, 0, "", None, None, AT),
                )
                for identifier, customer in ((1001, 100), (1002, 101), (1003, 100))
            ]
        )
        picture = Inbound(
            *(1004, 1, 100, 200, 300, "FI.17", "whatsapp_user", "358451110001", "Look", None, 1, 0, ""),
            *(None, None, AT, "whatsapp", "wamid.1", "image"),
            attachments=(Attached("m-1", "image/jpeg", "image.jpg"),),
        )
        await tx.inbound.add([picture])
    _, answer, _ = await api.call("GET", "/inbound")
    assert [row["id"] for row in answer["inbound"]] == [1004, 1003, 1001]
    shown = {name: answer["inbound"][0][name] for name in ("sender", "protocol", "kind", "attachments")}
    assert shown == {
        "sender": "FI.17",
        "protocol": "whatsapp",
        "kind": "image",
        "attachments": [{"name": "image.jpg", "mime_type": "image/jpeg"}],
    }
    assert answer["inbound"][1] == {
        "id": 1003,
        "sender": "358401234567",
        "recipient": "16010",
        "text": "hello",
        "service": "alerts",
        "keyword": "",
        "consent": None,
        "thread_id": None,
        "parts": 1,
        "parts_missing": 0,
        "received_at": "2099-01-01T00:00:00Z",
        "protocol": "sms",
        "kind": "text",
        "attachments": [],
    }


async def test_an_inbound_message_from_whatsapp(api: Api) -> None:
    file = Attached("m7", "image/png", "image.png", "x")
    one = Inbound(
        *(
            1001,
            1,
            100,
            200,
            300,
            "FI.1349",
            "whatsapp_user",
            "16010",
            "Look",
            None,
            1,
            0,
            "",
            None,
            None,
            AT,
        ),
        protocol="whatsapp",
        kind="image",
        attachments=(file,),
        details={"name": "Ann"},
    )
    async with api.store.transaction() as tx:
        await tx.inbound.add([one])
        assert await tx.inbound.message(1001, 100) == one
    _, answer, _ = await api.call("GET", "/inbound")
    [row] = answer["inbound"]
    assert (row["sender"], row["protocol"], row["kind"]) == ("FI.1349", "whatsapp", "image")
    assert row["attachments"] == [{"name": "image.png", "mime_type": "image/png"}]
