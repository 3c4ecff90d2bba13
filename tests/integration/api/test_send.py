"""POST /sms/send: the contract's answer, every bad field, and request ids."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.integration.api.conftest import BODY_LIMIT, Api, basic
from yarl import URL

from viesti.api.native.slice import BASE as NATIVE

pytestmark = pytest.mark.integration

# The fields of an SMS that TxtSync publishes.
SMS_FIELDS: dict[str, type | tuple[type, ...]] = {
    "FromNumber": str,
    "ToNumber": str,
    "ContactID": int,
    "Direction": int,
    "Message": str,
    "CreatedDate": str,
    "SMSID": int,
    "Segments": int,
    "DeliveredDate": str,
    "CampaignID": int,
    "ApplicationID": int,
    "ApplicationName": str,
    "UserID": int,
    "UserName": str,
    "ContactName": str,
    "ProfileURL": str,
    "LinkDetails": str,
    "IsFlagged": bool,
    "FlaggedDate": str,
    "FlaggedDescription": str,
    "CurrencyCode": str,
    "CostLocal": (int, float),
    "CostGBP": (int, float),
    "ErrorCode": int,
    "Status": int,
}


async def post(api: Api, data: bytes, headers: Any = None) -> tuple[int, Any]:
    more = headers if isinstance(headers, list) else list((headers or {}).items())
    async with api.client.post(
        api.url + "/sms/send", data=data, headers=[*basic().items(), *more]
    ) as response:
        return response.status, await response.json()


async def test_the_answer_has_every_field_with_its_type(shared_api: Api) -> None:
    status, answer, headers = await shared_api.send()
    assert status == 200
    assert headers["content-type"] == "application/json"
    [sms] = answer
    assert list(sms) == list(SMS_FIELDS)
    wrong = [name for name, kind in SMS_FIELDS.items() if not isinstance(sms[name], kind)]
    assert wrong == []
    assert isinstance(sms["SMSID"], int) and 0 < sms["SMSID"] < 2**53
    assert datetime.fromisoformat(sms["CreatedDate"]).tzinfo is not None and sms["CreatedDate"].endswith("Z")
    json.loads(sms["LinkDetails"])
    shown = {name: sms[name] for name in sms if name not in ("SMSID", "CreatedDate")}
    assert shown == {
        "FromNumber": "Acme",
        "ToNumber": "358401234567",
        "ContactID": 0,
        "Direction": 0,
        "Message": "Hello",
        "Segments": 1,
        "DeliveredDate": "",
        "CampaignID": 0,
        "ApplicationID": 600,
        "ApplicationName": "Flow acme-key",
        "UserID": 0,
        "UserName": "",
        "ContactName": "",
        "ProfileURL": "",
        "LinkDetails": "[]",
        "IsFlagged": False,
        "FlaggedDate": "",
        "FlaggedDescription": "",
        "CurrencyCode": "EUR",
        "CostLocal": 0.05,
        "CostGBP": 0.043,
        "ErrorCode": 0,
        "Status": 0,
    }


async def test_what_was_answered_is_stored(api: Api) -> None:
    _, [sms], _ = await api.send(
        Message="Hei ä",
        RegardingReference="r1",
        Custom02="c2",
        CustomerData="cd",
        headers={"x-zapier": "true"},
    )
    async with api.store.transaction() as tx:
        recipient = await tx.messages.recipient(sms["SMSID"], 100)
        assert recipient is not None
        message = await tx.messages.message(recipient.message_id, 100)
        depth = await tx.outbox.depth()
    assert message is not None
    assert (message.text, message.customer_data, message.quiet) == ("Hei ä", "cd", True)
    assert message.extras == {"RegardingReference": "r1", "Custom02": "c2"}
    assert (message.application_id, message.service_id, message.dialect) == (600, 200, "txtsync")
    assert [(row.channel_id, row.ready) for row in depth] == [(300, 1)]


@pytest.mark.parametrize(
    ("members", "field", "sentence"),
    [
        ({"To": ""}, "To", "no recipient"),
        ({"To": None}, "To", "no recipient"),
        ({"To": []}, "To", "no recipient"),
        ({"To": 358401234567}, "To", "a text"),
        ({"To": ["+358401234567", 5]}, "To[1]", "a text"),
        ({"To": "hello"}, "To", ""),
        ({"To": ["+358401234567", "nonsense"]}, "To[1]", "not a phone number"),
        ({"ToContactID": 5}, "ToContactID", "not both"),
        ({"To": None, "ToContactID": 5}, "ToContactID", "no contact"),
        ({"To": "", "ToContactID": 2**62}, "ToContactID", "no contact"),
        ({"To": None, "ToContactID": "5"}, "ToContactID", "a whole number"),
        ({"TrackLinks": "yes"}, "TrackLinks", "true or false"),
        ({"Message": ""}, "Message", "empty"),
        ({"Message": None}, "Message", "must be there"),
        ({"Message": ["a"]}, "Message", "a text"),
        ({"Message": "a\0b"}, "Message", "NUL"),
        ({"Message": "x" * 40_001}, "Message", "longer than 40000"),
        ({"Message": "x" * 153 * 21}, "Message", "20 is the limit"),
        ({"From": ""}, "From", "no sender"),
        ({"From": 5}, "From", "a text"),
        ({"From": "far too long a sender"}, "From", ""),
        ({"ScheduledDate": "tomorrow"}, "ScheduledDate", "date and time"),
        ({"ScheduledDate": "0001-01-01T00:00:00+14:00"}, "ScheduledDate", "date and time"),
        ({"ScheduledDate": "2999-01-01T00:00:00Z"}, "ScheduledDate", "limit"),
        ({"ScheduledDate": 5}, "ScheduledDate", "a text"),
        ({"DlrUrl": "ftp://example.com/"}, "DlrUrl", ""),
        ({"DlrUrl": "http://127.0.0.1/"}, "DlrUrl", ""),
        ({"DlrUrl": "https://example.com/?s=%{nonsense}"}, "DlrUrl", "stands for nothing"),
        ({"CustomerData": "x" * 256}, "CustomerData", "255"),
        ({"CustomerData": True}, "CustomerData", "a text"),
        ({"RequestId": "x" * 1001}, "RequestId", "1000"),
        ({"RequestId": {}}, "RequestId", "a text"),
        ({"Custom01": 1.5}, "Custom01", "a text"),
        ({"Custom03": "x" * 1001}, "Custom03", "1000"),
        ({"RegardingSchema": "a\0"}, "RegardingSchema", "NUL"),
    ],
)
async def test_a_bad_field_is_named(
    shared_api: Api, members: dict[str, Any], field: str, sentence: str
) -> None:
    status, answer, _ = await shared_api.send(**members)
    assert status == 400
    assert set(answer) == {"Message", "errorMessage", "message", "code", "errors"}
    assert answer["Message"] == answer["message"] == answer["errorMessage"]
    assert answer["code"] == "invalid_request"
    assert [error["field"] for error in answer["errors"]] == [field]
    assert sentence in answer["errors"][0]["message"]
    assert answer["errors"][0]["message"] in answer["Message"]


async def test_every_problem_is_told_at_once(shared_api: Api) -> None:
    _, answer, _ = await shared_api.send(From=1, To=2, Message=3)
    assert [error["field"] for error in answer["errors"]] == ["From", "To", "Message"]


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        (b"", 400, "empty"),
        (b" \r\n", 400, "empty"),
        (b"{", 400, "not JSON"),
        (b'{"From": "Acme",}', 400, "byte 16"),
        (b'{"From": "Acme", "To": "+358401234567", "Message": "\\ud800"}', 400, "not JSON"),
        (b'{"From": "\xff"}', 400, "not UTF-8"),
        (b"[]", 400, "not an object"),
        (b'"text"', 400, "not an object"),
        (b"[" * 50_000, 400, "nested"),
        (b"From=Acme&To=1&Message=2", 400, "not JSON"),
        (b'{"Message": "' + b"x" * BODY_LIMIT + b'"}', 413, "larger than"),
    ],
)
async def test_a_bad_body_is_refused_by_its_place(
    shared_api: Api, data: bytes, status: int, sentence: str
) -> None:
    answered, answer = await post(shared_api, data)
    assert (answered, sentence in answer["Message"]) == (status, True), answer


async def test_a_body_without_a_declared_length_is_limited_too(shared_api: Api) -> None:
    async def chunks() -> Any:
        for _ in range(12):
            yield b"x" * 10_000

    async with shared_api.client.post(
        shared_api.url + "/sms/send", data=chunks(), headers=basic()
    ) as response:
        assert response.status == 413


GOOD = b'{"From": "Acme", "To": "+358401234567", "Message": "Hello"}'


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (GOOD, {"Content-Type": "text/plain"}),
        (GOOD, {"Content-Type": ": application/json"}),
        (GOOD, [("Content-Type", "application/json"), ("Content-Type", "application/json")]),
        (b"\xef\xbb\xbf" + GOOD, {"Content-Type": "application/json; charset=utf-8"}),
        (GOOD.replace(b"From", b"from").replace(b"To", b"TO").replace(b"Message", b"message"), {}),
        (GOOD[:-1] + b', "Unknown": {"a": [1]}, "Custom01": null, "ScheduledDate": ""}', {}),
        (GOOD[:-1] + b', "ScheduledDate": "2001-01-01T00:00:00"}', {}),
    ],
)
async def test_odd_but_good_bodies_are_taken(shared_api: Api, data: bytes, headers: Any) -> None:
    status, answer = await post(shared_api, data, headers)
    assert (status, len(answer)) == (200, 1)


async def test_scheduled_messages_wait(api: Api) -> None:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    status, [sms], _ = await api.send(ScheduledDate=at.astimezone(timezone(timedelta(hours=2))).isoformat())
    assert (status, sms["Status"]) == (200, 0)
    async with api.store.transaction() as tx:
        assert await tx.outbox.next_due() == at


async def test_several_numbers_give_several_objects(shared_api: Api) -> None:
    _, answer, _ = await shared_api.send(To=["+358401234567", "0407654321"], Message="x" * 161)
    assert [(sms["ToNumber"], sms["Segments"], sms["CostLocal"]) for sms in answer] == [
        ("358401234567", 2, 0.1),
        ("358407654321", 2, 0.1),
    ]


async def test_an_opted_out_recipient_is_told(api: Api) -> None:
    async with api.store.transaction() as tx:
        await tx.consents.opt_out(
            [(100, 1, "358401234567", "all", datetime.fromisoformat("2026-01-01T00:00Z"))]
        )
    status, [sms], _ = await api.send()
    assert (status, sms["Status"], sms["ErrorCode"], sms["CostLocal"]) == (200, 5, 21610, 0)


class TestRequestId:
    @pytest.mark.parametrize(
        ("members", "headers"),
        [({"RequestId": "r-1"}, {}), ({}, {"Idempotency-Key": "r-1"}), ({"requestid": "r-1"}, {})],
    )
    async def test_parallel_repeats_send_once(
        self, api: Api, members: dict[str, str], headers: dict[str, str]
    ) -> None:
        answers = await asyncio.gather(*(api.send(headers, **members) for _ in range(20)))
        assert {status for status, _, _ in answers} == {200}
        assert len({json.dumps(answer) for _, answer, _ in answers}) == 1
        _, recent, _ = await api.call("GET", f"{NATIVE}/messages")
        assert len(recent["messages"]) == 1

    async def test_another_body_is_a_conflict(self, api: Api) -> None:
        await api.send(RequestId="r-1")
        status, answer, _ = await api.send(RequestId="r-1", Message="Something else")
        assert (status, answer["code"], answer["errors"][0]["field"]) == (409, "conflict", "RequestId")

    async def test_header_and_member_must_agree(self, api: Api) -> None:
        status, answer, _ = await api.send({"Idempotency-Key": "a"}, RequestId="b")
        assert (status, answer["errors"][0]["field"]) == (400, "RequestId")

    async def test_another_application_has_its_own(self, api: Api) -> None:
        _, [first], _ = await api.send(RequestId="r-1")
        body = {"From": "Acme", "To": "+358401234567", "Message": "Hello", "RequestId": "r-1"}
        status, [second], _ = await api.call(
            "POST", "/sms/send", key="other-key", secret="other-secret", json=body
        )
        assert status == 200
        assert first["SMSID"] != second["SMSID"]


async def raw(api: Api, head: bytes, body: bytes = b"") -> tuple[int, Any, bytes]:
    """Octets on the wire, as no client would send them; status and JSON of the answer, and what came after
    it."""
    address = URL(api.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    writer.write(head.replace(b"\n", b"\r\n") + b"\r\n" + body)
    async with asyncio.timeout(10):
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", answer)[1])  # type: ignore[index]
        got = json.loads(await reader.readexactly(length))
    writer.close()
    await writer.wait_closed()
    return int(answer.split(b" ", 2)[1]), got, answer


HEAD = b"Host: x\nAuthorization: " + basic()["Authorization"].encode() + b"\n"


@pytest.mark.parametrize(
    "odd",
    [
        b"Content-Type:: application/json\n",  # a header that is literally named so
        b"Content-Type: application/json\nContent-Type:: application/json\n",
        b"content-type: text/html\nContent-Type: application/json\nCONTENT-TYPE:\n",
        b"Content-Type: multipart/form-data\nx-api-key: anything\nX-API-KEY: more\n",
        b"",
    ],
)
async def test_what_clients_make_of_content_type(shared_api: Api, odd: bytes) -> None:
    head = b"POST /sms/send HTTP/1.1\n" + HEAD + odd + b"Content-Length: %d\n" % len(GOOD)
    status, answer, _ = await raw(shared_api, head, GOOD)
    assert (status, len(answer)) == (200, 1), answer
