"""Where messages stand, their history and lists of them, as the native API tells it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import pytest
from tests.integration.api.conftest import BO_TOKEN, Api

from viesti.api.native.slice import BASE
from viesti.domain.channel import Attached, CarrierReceipt
from viesti.domain.message import Callback, Event, Inbound, PartRow
from viesti.domain.status import PartState, Status
from viesti.services import search_messages
from viesti.storage.store import FoundPart, MatchedReceipt

pytestmark = pytest.mark.integration

AT = datetime(2099, 1, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


async def get(api: Api, path: str) -> Any:
    """What a good call gives."""
    status, answer, _ = await api.call("GET", BASE + path)
    assert status == 200, answer
    return answer


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


async def test_where_a_message_stands(api: Api) -> None:
    _, [sms], _ = await api.send(CustomerData="cd", RequestId="r-1")
    waiting = await get(api, f"/messages/{sms['SMSID']}")
    assert (waiting["summary"], waiting["finished"]) == ("1 queued.", False)
    assert waiting["recipients"][0]["statusText"] == "It waits for the carrier, or is being sent."
    await play(api, sms["SMSID"])
    shown = await get(api, f"/messages/{sms['SMSID']}")
    assert shown == await get(api, f"/messages/{shown['id']}")
    [recipient] = shown.pop("recipients")
    message_id, created = shown.pop("id"), shown.pop("createdAt")
    assert shown == {
        "summary": "1 delivered.",
        "finished": True,
        "counts": [{"status": "delivered", "recipients": 1}],
        "protocol": "SMS",
        "sender": "Acme",
        "text": "Hello",
        "service": "alerts",
        "application": "acme-key",
        "interface": "txtsync",
        "lane": "transactional",
        "requestId": "r-1",
        "customerData": "cd",
        "recipientCount": 1,
        "partCount": 1,
        "currency": "EUR",
        "cost": 0.05,
        "costGbp": 0.043,
    }
    assert recipient == {
        "id": sms["SMSID"],
        "address": "358401234567",
        "status": "delivered",
        "statusText": "It is on the handset, says the carrier.",
        "finished": True,
        "carrierError": "000",
        "attempts": 0,
        "possibleDuplicate": False,
        "fellBack": False,
        "channel": "loop",
        "route": "all",
        "coding": "gsm7",
        "partCount": 1,
        "cost": 0.05,
        "costGbp": 0.043,
        "warnings": [],
        "createdAt": created,
        "carrierTime": "2099-01-01T00:00:03Z",
        "finishedAt": "2099-01-01T00:00:04Z",
        "parts": [
            {
                "number": 1,
                "of": 1,
                "attempt": 2,
                "channel": "loop",
                "reference": "ref-1",
                "sentAt": "2099-01-01T00:00:02Z",
                "state": "delivered",
                "carrierError": "000",
                "carrierTime": "2099-01-01T00:00:03Z",
            }
        ],
        "links": [],
        "callbacks": [
            {
                "id": 900,
                "kind": "delivery_report",
                "url": "https://example.com/hook?...",
                "attempts": 0,
                "dueAt": "2099-01-01T00:00:06Z",
            }
        ],
    }
    told = await get(api, f"/messages/{message_id}/timeline")
    assert (told["id"], told["finished"]) == (message_id, True)
    assert [(step["kind"], step.get("recipientId")) for step in told["steps"]] == [
        ("accepted", None),
        ("deferred", sms["SMSID"]),
        ("part_sent", sms["SMSID"]),
        ("receipt", sms["SMSID"]),
        ("finished", sms["SMSID"]),
        ("callback_owed", sms["SMSID"]),
    ]
    assert [step["at"] for step in told["steps"]] == sorted(step["at"] for step in told["steps"])
    assert told["steps"][1]["details"] == {"channel": "loop"}
    assert told["steps"][2]["text"] == "1 of 1 over loop attempt 2 reference ref-1"


async def test_one_recipient_of_many(api: Api) -> None:
    _, answer, _ = await api.send(To=["+358401234567", "+358407654321"])
    shown = await get(api, f"/messages/{answer[1]['SMSID']}")
    assert [recipient["address"] for recipient in shown["recipients"]] == ["358407654321"]
    assert shown["counts"] == [{"status": "queued", "recipients": 1}]
    whole = await get(api, f"/messages/{shown['id']}")
    assert len(whole["recipients"]) == whole["recipientCount"] == 2
    assert (whole["cost"], whole["summary"]) == (0.1, "2 queued.")


async def test_why_a_message_failed_is_told_in_words(api: Api) -> None:
    _, [sms], _ = await api.send()
    async with api.store.transaction() as tx:
        await tx._connection.execute(
            "update recipients set status = 60, failure = 'no_route', finished_at = now() where id = $1",
            sms["SMSID"],
        )
    [recipient] = (await get(api, f"/messages/{sms['SMSID']}"))["recipients"]
    assert (recipient["failure"], recipient["failureText"]) == (
        "no_route",
        "No route leads to this destination.",
    )
    assert recipient["statusText"] == "It was not sent. No route leads to this destination."


@pytest.mark.parametrize(
    ("identifier", "status"),
    [*((each, 400) for each in ("0", "-1", "x", "1.5", "9007199254740992", "1" * 5000)), ("1", 404)],
)
@pytest.mark.parametrize("path", ["", "/timeline"])
async def test_what_is_no_id_is_named(shared_api: Api, identifier: str, status: int, path: str) -> None:
    found, answer, _ = await shared_api.call("GET", f"{BASE}/messages/{identifier}{path}")
    assert found == status
    assert [error["field"] for error in answer["errors"]] == ["id"]


async def pages(api: Api, path: str) -> list[list[int]]:
    """The ids on each page of a list, to the end."""
    found = []
    cursor = ""
    while True:
        page = await get(api, path + (f"&cursor={cursor}" if cursor else ""))
        found.append([row["id"] for row in page["messages"]])
        if "next" not in page:
            return found
        cursor = page["next"]


async def test_the_list_goes_page_by_page_while_new_ones_come(api: Api) -> None:
    sent = [(await api.send())[1][0]["SMSID"] for _ in range(5)]
    first = await get(api, "/messages?limit=2")
    newer = [(await api.send())[1][0]["SMSID"] for _ in range(3)]
    second = await get(api, f"/messages?limit=2&cursor={first['next']}")
    third = await get(api, f"/messages?limit=2&cursor={second['next']}")
    found = [row["id"] for page in (first, second, third) for row in page["messages"]]
    assert found == sent[::-1]
    assert "next" not in third
    assert await pages(api, "/messages?limit=3") == [
        [*newer[::-1]],
        sent[:1:-1],
        sent[1::-1],
    ]


async def test_a_line_of_the_list(api: Api) -> None:
    _, [sms], _ = await api.send(RequestId="r-1", CustomerData="cd")
    [row] = (await get(api, "/messages"))["messages"]
    created = row.pop("createdAt")
    assert datetime.fromisoformat(created) <= datetime.now(UTC)
    assert row == {
        "id": sms["SMSID"],
        "messageId": row["messageId"],
        "protocol": "SMS",
        "sender": "Acme",
        "address": "358401234567",
        "text": "Hello",
        "status": "queued",
        "statusText": "It waits for the carrier, or is being sent.",
        "finished": False,
        "partCount": 1,
        "cost": 0.05,
        "currency": "EUR",
        "requestId": "r-1",
        "customerData": "cd",
    }


ANN, BEN = "+358401234567", "+358407654321"


async def shop(api: Api) -> dict[str, int]:
    """Messages that differ in what they can be looked for by, the oldest first; their recipients' ids."""
    found = {}
    for name, members in {
        "ann": {"To": ANN, "Message": "Your table is ready"},
        "ben": {"To": BEN, "Message": "Your order 50%_off has shipped", "RequestId": "r-7"},
        "later": {"To": ANN, "Message": "Summer SALE", "ScheduledDate": soon(60)},
        "number": {"From": "+358451110000", "To": BEN, "Message": "Call us", "CustomerData": "order 7"},
        "again": {"To": ANN, "Message": "Your table again", "RequestId": "r-8", "CustomerData": "order 7"},
    }.items():
        _, [sms], _ = await api.send(**members)
        found[name] = sms["SMSID"]
    async with api.store.transaction() as tx:
        for name, day in (("ann", 1), ("ben", 2), ("later", 3), ("number", 4), ("again", 5)):
            await tx._connection.execute(
                "update recipients set created_at = $2 where id = $1",
                found[name],
                datetime(2026, 1, day, tzinfo=UTC),
            )
        await tx._connection.execute(
            "update messages set campaign_id = 77 where id ="
            " any(select message_id from recipients where id = any($1::bigint[]))",
            [found["ann"], found["number"]],
        )
        await tx._connection.execute(
            "insert into contacts (id, bucket, customer_id, phone, created_at)"
            " values (5001, 1, 100, '358407654321', now()), (5002, 1, 100, '358401234567', now())"
        )
        await tx._connection.execute(
            "insert into lists (id, bucket, customer_id, name) values (6001, 1, 100, 'VIP')"
        )
        await tx._connection.execute(
            "insert into list_members (list_id, bucket, contact_id) values (6001, 1, 5001)"
        )
    return found


EVERY = "again number later ben ann"
SEARCHES = [
    ("", EVERY),
    ("status=scheduled", "later"),
    ("status=QUEUED", "again number ben ann"),
    ("status=delivered", ""),
    (f"recipient={quote(ANN)}", "again later ann"),
    ("recipient=040 765 4321", "number ben"),
    ("recipient=%2B358409999999", ""),
    ("sender=Acme", "again later ben ann"),
    ("sender=0451110000", "number"),
    ("text=table your", "again ann"),
    ("text=sale", "later"),
    ("text=50%25_OFF", "ben"),
    ("text=50%25x", ""),
    ("text=%5C", ""),
    ("tag=vip", "number ben"),
    ("campaign=77", "number ann"),
    ("campaign=78", ""),
    ("requestId=r-7", "ben"),
    ("requestId=R-7", ""),
    ("customerData=order 7", "again number"),
    ("customerData=order 7&requestId=r-8", "again"),
    (f"customerData=order 7&recipient={quote(BEN)}", "number"),
    (f"requestId=r-7&recipient={quote(ANN)}", ""),
    (f"campaign=77&recipient={quote(ANN)}", "ann"),
    ("campaign=77&customerData=order 7&sender=0451110000&text=call&tag=VIP&status=queued", "number"),
    ("from=2026-01-03T00:00:00Z", "again number later"),
    ("from=2026-01-02T01:00:00%2B02:00", "again number later ben"),
    ("until=2026-01-03T00:00:00Z", "ben ann"),
    ("from=2026-01-02T00:00:00&until=2026-01-04T00:00:00", "later ben"),
    ("campaign=77&until=2026-01-02T00:00:00", "ann"),
]


class TestSearch:
    @pytest.mark.parametrize("look", ["whole", "small"])
    async def test_what_fits_is_found(self, api: Api, look: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where a look is at fewer rows than there are, and page by page."""
        names = {identifier: name for name, identifier in (await shop(api)).items()}
        if look == "small":
            monkeypatch.setattr(search_messages, "WINDOWS", (1, 2))
        for query, wanted in SEARCHES:
            for limit in (1, 2, 50):
                found = await pages(api, f"/messages?limit={limit}&{query}")
                assert all(len(page) <= limit for page in found)
                told = " ".join(names[identifier] for page in found for identifier in page)
                assert told == wanted, (query, limit, found)

    async def test_all_recipients_of_a_message_are_found_by_its_request_id(self, api: Api) -> None:
        numbers = [f"+35840123{number:04}" for number in range(7)]
        _, sent, _ = await api.send(To=numbers, RequestId="many")
        await api.send(RequestId="other")
        found = await pages(api, "/messages?limit=3&requestId=many")
        assert [len(page) for page in found] == [3, 3, 1]
        assert [each for page in found for each in page] == [sms["SMSID"] for sms in sent][::-1]

    async def test_a_tag_that_is_not_there_is_named(self, api: Api) -> None:
        status, answer, _ = await api.call("GET", f"{BASE}/messages?tag=nobody")
        assert (status, [error["field"] for error in answer["errors"]]) == (400, ["tag"])


PAGES = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=x", "limit"),
    ("cursor=x", "cursor"),
    ("cursor=7", "cursor"),
    ("cursor=9007199254740992.1", "cursor"),
    ("cursor=" + "1" * 41, "cursor"),
    ("from=yesterday", "from"),
    ("until=x", "until"),
    ("from=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        *(("/messages", *each) for each in PAGES),
        *(("/inbound", *each) for each in PAGES),
        ("/messages", "status=gone", "status"),
        ("/messages", "recipient=12", "recipient"),
        ("/messages", "sender=much-too-long-a-name", "sender"),
        ("/messages", "text=" + "a+" * 11, "text"),
        ("/messages", "campaign=x", "campaign"),
        ("/messages", "requestId=" + "x" * 1001, "requestId"),
        ("/messages", "customerData=" + "x" * 256, "customerData"),
        ("/inbound", "sender=12", "sender"),
        ("/inbound", "service=nobody", "service"),
        ("/inbound", "service=club", "service"),  # of another customer
        ("/inbound", "keyword=" + "x" * 101, "keyword"),
    ],
)
async def test_what_can_not_be_read_is_named(shared_api: Api, path: str, query: str, field: str) -> None:
    status, answer, _ = await shared_api.call("GET", f"{BASE}{path}?{query}")
    assert (status, [error["field"] for error in answer["errors"]]) == (400, [field])


async def test_everything_wrong_is_told_at_once(shared_api: Api) -> None:
    query = "limit=0&recipient=12&cursor=x"
    _, answer, _ = await shared_api.call("GET", f"{BASE}/messages?{query}")
    assert [error["field"] for error in answer["errors"]] == ["limit"]  # what is declared comes first
    _, answer, _ = await shared_api.call("GET", f"{BASE}/messages?{query[8:]}")
    assert {error["field"] for error in answer["errors"]} == {"recipient", "cursor"}


def came(identifier: int, customer: int = 100, **fields: Any) -> Inbound:
    """A message from a handset."""
    values: dict[str, Any] = {
        "bucket": 1, "service_id": 200, "channel_id": 300, "source": "358401234567",
        "source_kind": "international", "destination": "16010", "text": "hello", "payload": None, "parts": 1,
        "parts_missing": 0, "keyword": "", "consent": None, "thread_id": None, "received_at": AT,
    }  # fmt: skip
    return Inbound(id=identifier, customer_id=customer, **(values | fields))


async def test_messages_that_came_in(api: Api) -> None:
    whatsapp = {
        "source": "FI.17", "source_kind": "whatsapp_user", "text": "Look", "protocol": "whatsapp",
        "reference": "wamid.1", "kind": "image", "attachments": (Attached("m-1", "image/jpeg", "image.jpg"),),
        "details": {"name": "Ann"}, "service_id": None,
    }  # fmt: skip
    picture = came(1004, **whatsapp)
    async with api.store.transaction() as tx:
        await tx.inbound.add([came(1001), came(1002, 101), came(1003), picture])
        assert await tx.inbound.message(1004, 100) == picture
    answer = await get(api, "/inbound")
    assert "next" not in answer
    assert answer["messages"] == [
        {
            "id": 1004,
            "protocol": "WhatsApp",
            "kind": "image",
            "sender": "FI.17",
            "recipient": "16010",
            "text": "Look",
            "keyword": "",
            "partCount": 1,
            "partsMissing": 0,
            "receivedAt": "2099-01-01T00:00:00Z",
            "attachments": [{"name": "image.jpg", "mimeType": "image/jpeg"}],
        },
        *(
            {
                "id": identifier,
                "protocol": "SMS",
                "kind": "text",
                "sender": "358401234567",
                "recipient": "16010",
                "text": "hello",
                "service": "alerts",
                "keyword": "",
                "partCount": 1,
                "partsMissing": 0,
                "receivedAt": "2099-01-01T00:00:00Z",
                "attachments": [],
            }
            for identifier in (1003, 1001)
        ),
    ]


@pytest.mark.parametrize("look", ["whole", "small"])
async def test_what_came_in_is_found(api: Api, look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if look == "small":
        monkeypatch.setattr(search_messages, "WINDOWS", (1, 2))
    async with api.store.transaction() as tx:
        await tx.inbound.add(
            [
                came(1, source="358407654321", received_at=at(10)),
                came(2, service_id=201, keyword="JOIN", received_at=at(20)),
                came(3, 103, service_id=211, keyword="JOIN"),
                came(4, service_id=201, keyword="JOIN VIP", received_at=at(30)),
                came(5, service_id=201, keyword="JOINER", received_at=at(40)),
            ]
        )
    for query, wanted in (
        ("", [5, 4, 2, 1]),
        ("service=alerts", [1]),
        ("service=201", [5, 4, 2]),
        ("sender=040 7654321", [1]),
        ("keyword=JOIN", [4, 2]),
        ("keyword=Join VIP", [4]),
        ("keyword=vip", []),
        ("from=2099-01-01T00:00:20Z&until=2099-01-01T00:00:40Z", [4, 2]),
        ("service=desk&sender=0401234567&keyword=join&from=2099-01-01T00:00:30Z", [4]),
    ):
        for limit in (1, 2, 50):
            found = await pages(api, f"/inbound?limit={limit}&{query}")
            assert [each for page in found for each in page] == wanted, (query, limit, found)


async def steer(api: Api, identifier: int, verb: str, body: Any = None) -> tuple[int, Any]:
    options = {"json": body} if body is not None else {}
    status, answer, _ = await api.call("POST", f"{BASE}/messages/{identifier}/{verb}", **options)
    return status, answer


async def finish(api: Api, identifier: int) -> None:
    """The carrier took it."""
    async with api.store.transaction() as tx:
        await tx.outbox.drop([identifier])
        await tx._connection.execute("update recipients set status = 30 where id = $1", identifier)


class TestCancel:
    async def test_of_a_message_and_of_one_recipient(self, api: Api) -> None:
        _, sent, _ = await api.send(To=["+358401234567", "+358407654321", "+358407654322"])
        first, second, third = [sms["SMSID"] for sms in sent]
        message = (await get(api, f"/messages/{first}"))["id"]
        await finish(api, third)
        answer = {"id": message, "cancelled": 1, "alreadyCancelled": 0, "notCancelled": 0}
        assert await steer(api, second, "cancel") == (200, answer)
        answer = {"id": message, "cancelled": 1, "alreadyCancelled": 1, "notCancelled": 1}
        assert await steer(api, message, "cancel") == (200, answer)
        shown = await get(api, f"/messages/{message}")
        assert (shown["summary"], shown["finished"]) == ("2 cancelled, 1 sent.", False)
        words = [each["statusText"] for each in shown["recipients"]]
        assert words[0] == "It was cancelled before it was sent."
        told = await get(api, f"/messages/{message}/timeline")
        texts = {step["text"] for step in told["steps"] if step["kind"] == "cancelled"}
        assert texts == {"1 recipient(s) by application acme-key"}

    async def test_when_it_is_too_late_a_sentence_says_so(self, api: Api) -> None:
        _, [sms], _ = await api.send()
        await finish(api, sms["SMSID"])
        for verb, body in (("cancel", None), ("reschedule", {"sendAt": soon(60)})):
            status, answer = await steer(api, sms["SMSID"], verb, body)
            assert (status, answer["code"]) == (409, "conflict")
            assert answer["message"].startswith("It is too late")

    async def test_a_person_may_and_is_named(self, api: Api) -> None:
        _, [sms], _ = await api.send()
        path = f"{BASE}/messages/{sms['SMSID']}/cancel"
        status, answer, _ = await api.speak("POST", path, token=BO_TOKEN)
        assert (status, answer["cancelled"]) == (200, 1)
        told = await get(api, f"/messages/{answer['id']}/timeline")
        [by] = [step["details"]["by"] for step in told["steps"] if step["kind"] == "cancelled"]
        assert by.startswith("bo@acme.example through ")


def soon(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


class TestReschedule:
    async def test_it_waits_for_its_time(self, api: Api) -> None:
        _, sent, _ = await api.send(To=["+358401234567", "+358407654321"], ScheduledDate=soon(60))
        message = (await get(api, f"/messages/{sent[0]['SMSID']}"))["id"]
        wanted = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
        at = wanted.isoformat().replace("+00:00", "Z")
        elsewhere = wanted.astimezone(timezone(timedelta(hours=2))).isoformat()
        status, answer = await steer(api, message, "reschedule", {"sendAt": elsewhere})
        assert (status, answer) == (
            200,
            {"id": message, "sendAt": at, "rescheduled": 2, "notRescheduled": 0},
        )
        shown = await get(api, f"/messages/{message}")
        assert (shown["sendAt"], shown["summary"]) == (at, "2 scheduled.")
        told = await get(api, f"/messages/{message}/timeline")
        assert [step["kind"] for step in told["steps"]] == ["accepted", "scheduled", "rescheduled"]
        assert told["steps"][1]["details"]["send_at"] != at
        assert told["steps"][2]["text"] == f"2 recipient(s) for {at} by application acme-key"
        status, answer = await steer(api, sent[0]["SMSID"], "reschedule", {"sendAt": soon(60)})
        assert (status, str(message) in answer["message"]) == (409, True)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"sendAt": ""},
            {"sendAt": "tomorrow"},
            {"sendAt": 7},
            {"sendAt": "2020-01-01T00:00:00Z"},
            {"sendAt": "9999-12-31T23:59:59Z"},
        ],
    )
    async def test_times_that_can_not_be_are_named(self, api: Api, body: dict[str, Any]) -> None:
        _, [sms], _ = await api.send()
        status, answer = await steer(api, sms["SMSID"], "reschedule", body)
        assert (status, [each["field"] for each in answer["errors"]]) == (400, ["sendAt"])
