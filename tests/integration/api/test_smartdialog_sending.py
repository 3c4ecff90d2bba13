"""SmartDialog's messages, replies and discussions over HTTP, and the lists that come before them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.api.conftest import (
    ACME,
    ACME_NUMBER,
    ADA,
    ADA_TOKEN,
    BETA,
    BETA_NUMBER,
    BETA_ONE_WAY,
    BETA_TWO_WAY,
    BO_TOKEN,
    CY_TOKEN,
    DI_TOKEN,
    GROUP,
    ONE_WAY,
    TWO_WAY,
    Api,
)

from viesti.api.native.slice import BASE as NATIVE
from viesti.domain.message import Inbound
from viesti.services.guids import GuidKind
from viesti.storage.store import OpenThread

pytestmark = pytest.mark.integration

FINN, SWEDE = "358401234567", "46701234567"
BASE = "/api-integrations/v1"
BODY = {"Sender": "Acme", "Content": "Hello", "Protocol": "SMS", "Recipients": [{"Address": "+" + FINN}]}


def ids(api: Api, customer: int = ACME, service: int = ONE_WAY) -> dict[str, str]:
    return {
        "Customer-Id": api.guids.of(GuidKind.CUSTOMER, customer),
        "Service-Id": api.guids.of(GuidKind.SERVICE, service),
    }


async def send(
    api: Api,
    headers: dict[str, str] | None = None,
    path: str = "/messages",
    token: str = ADA_TOKEN,
    **body: Any,
) -> tuple[int, Any]:
    """SendMessage with these members over good ones; one that is None is left out."""
    members = {name: value for name, value in (BODY | body).items() if value is not None}
    status, answer, _ = await api.speak(
        "POST", BASE + path, token=token, headers=ids(api) | (headers or {}), json=members
    )
    return status, answer


async def discuss(api: Api, thread: str, token: str = ADA_TOKEN, customer: int = ACME, **fields: Any) -> Any:
    """SendDiscussionReplyMessage."""
    headers = {"CustomerId": api.guids.of(GuidKind.CUSTOMER, customer)} | fields.pop("headers", {})
    body = {"ThreadId": thread, "Content": "Yes"} | fields
    status, answer, _ = await api.speak(
        "POST", f"{BASE}/messages/discussion/reply", token=token, headers=headers, json=body
    )
    return status, answer


async def received(
    api: Api, customer: int = ACME, service: int = TWO_WAY, *, thread: bool = False
) -> Inbound:
    """A message that came in, as the engine writes it."""
    bucket = api.estate.current.estate.customers[customer].bucket
    identifier, thread_id = await api.store.ids.take([bucket] * 2)
    destination = ACME_NUMBER if customer == ACME else BETA_NUMBER
    now = datetime.now(UTC)
    inbound = Inbound(
        id=identifier, bucket=bucket, customer_id=customer, service_id=service, channel_id=300, source=FINN,
        source_kind="international", destination=destination, text="Hi", payload=None, parts=1,
        parts_missing=0, keyword="", consent=None, thread_id=None, received_at=now,
    )  # fmt: skip
    async with api.store.transaction() as tx:
        if thread:
            opened = OpenThread(thread_id, bucket, customer, service, FINN, destination, now)
            inbound = replace(inbound, thread_id=(await tx.threads.open([opened]))[service, FINN])
        await tx.inbound.add([inbound])
    return inbound


async def owed(api: Api) -> list[str]:
    """The calls that are owed, in their order."""
    connection = await asyncpg.connect(api.store.dsn)
    rows = await connection.fetch("select url from callbacks order by id")
    await connection.close()
    return [row["url"] for row in rows]


async def opt_out(api: Api, address: str, scope: str) -> None:
    async with api.store.transaction() as tx:
        bucket = api.estate.current.estate.customers[ACME].bucket
        await tx.consents.opt_out([(ACME, bucket, address, scope, datetime.now(UTC))])


async def change(api: Api, statement: str) -> None:
    """Change the estate."""
    connection = await asyncpg.connect(api.store.dsn)
    await connection.execute(statement)
    await connection.close()
    await api.estate.load()


async def stored(api: Api, guid: str) -> Any:
    identifier = api.guids.read(GuidKind.MESSAGE, guid)
    assert identifier is not None
    async with api.store.transaction() as tx:
        return await tx.messages.message(identifier, ACME)


async def test_an_accepted_message_is_answered_with_its_ids(api: Api) -> None:
    status, answer = await send(api, Recipients=[{"Address": "040 123 4567"}, {"Address": "+" + SWEDE}])
    assert (status, list(answer)) == (200, ["MessageId", "MessagePartCount", "Recipients"])
    assert answer["MessagePartCount"] == 2
    assert [(list(r), r["Address"]) for r in answer["Recipients"]] == [
        (["Address", "Id"], FINN),
        (["Address", "Id"], SWEDE),
    ]
    message = await stored(api, answer["MessageId"])
    assert (message.dialect, message.user_id, message.application_id, message.service_id) == (
        "smartdialog", ADA, None, ONE_WAY,
    )  # fmt: skip
    async with api.store.transaction() as tx:
        recipients = await tx.messages.recipients_of(message.id, 10)
    assert [api.guids.of(GuidKind.RECIPIENT, r.id) for r in recipients] == [
        r["Id"] for r in answer["Recipients"]
    ]


async def test_each_recipient_gets_his_values_and_what_is_missing_is_told(api: Api) -> None:
    people = [
        {"Address": FINN, "Personalization": {"name": "Ada" + "x" * 150, "n": 5}},
        {"Address": SWEDE, "personalization": {"NAME": "Bo", "n": None}},
    ]
    status, answer = await send(api, Content="Hi $(name)! $(n) $$(x)", Recipients=people)
    assert status == 200
    assert answer["MessagePartCount"] == 3
    assert answer["Warnings"] == [f"+{SWEDE} has no value for $(n): left blank."]
    message = await stored(api, answer["MessageId"])
    async with api.store.transaction() as tx:
        texts = [r.text for r in await tx.messages.recipients_of(message.id, 10)]
    assert texts == ["Hi Ada" + "x" * 150 + "! 5 $(x)", "Hi Bo!  $(x)"]


async def test_names_are_read_in_any_case_and_unknown_members_pass(api: Api) -> None:
    body = {
        "SENDER": "Acme", "content": "Hello", "protocol": "sms", "recipients": [{"ADDRESS": FINN}],
        "somethingElse": {"a": 1},
    }  # fmt: skip
    status, answer, _ = await api.speak("POST", f"{BASE}/messages", headers=ids(api), json=body)
    assert status == 200, answer


@pytest.mark.parametrize(
    ("advertisement", "services", "skipped"),
    [(True, False, True), (None, True, True), (False, True, False), (None, False, False)],
)
async def test_who_opted_out_of_advertising_is_skipped_and_told(
    api: Api, advertisement: bool | None, services: bool, skipped: bool
) -> None:
    await opt_out(api, FINN, "marketing")
    await change(api, f"update services set advertisement = {services} where id = {ONE_WAY}")
    people = [{"Address": FINN}, {"Address": SWEDE}]
    status, answer = await send(
        api,
        AdMessage=advertisement,
        Recipients=people,
        DlrUrl="https://dlr.example/?id=%{recipientId}&s=%{status}",
    )
    assert status == 200
    assert len(answer["Recipients"]) == 2
    assert answer["MessagePartCount"] == (1 if skipped else 2)
    told = [f"+{FINN} has opted out of advertising: nothing is sent to it."]
    assert answer.get("Warnings") == (told if skipped else None)
    report = f"https://dlr.example/?id={answer['Recipients'][0]['Id']}&s=failed"
    assert await owed(api) == ([report] if skipped else [])


async def test_all_that_a_message_may_say_is_kept(api: Api) -> None:
    later = datetime(2099, 1, 1, 10, tzinfo=UTC)
    status, answer = await send(
        api, SendDateTime="", CustomerData="cd", AttachmentUri="https://files.example/a.pdf", AdMessage=True,
        DlrUrl="https://dlr.example/r?s=%{status}", unicodeCharacterHandlingPolicy="Replace", Content="“Hi”",
    )  # fmt: skip
    assert (status, answer["Warnings"]) == (
        200,
        ["An SMS carries no attachment: AttachmentUri is kept, but not sent."],
    )
    message = await stored(api, answer["MessageId"])
    assert (message.text, message.customer_data, message.dlr_url, message.lane, message.send_at) == (
        '"Hi"', "cd", "https://dlr.example/r?s=%{status}", 1, None,
    )  # fmt: skip
    assert message.extras == {"AttachmentUri": "https://files.example/a.pdf"}
    assert (await send(api, SendDateTime=later.isoformat()))[0] == 400  # more than 60 days from now
    soon = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    _, answer = await send(api, SendDateTime=soon.replace(tzinfo=None).isoformat())
    assert (await stored(api, answer["MessageId"])).send_at == soon
    _, answer = await send(api, SendDateTime="2020-01-01T00:00:00")
    assert (await stored(api, answer["MessageId"])).send_at is None


async def test_a_message_waits_for_its_hours_and_days(api: Api) -> None:
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    window = {"allowedSendTimeStart": "06:30:00", "allowedSendTimeEnd": "06:31"}
    for name in ("allowedSendDays", "allowedSendTimeDays"):
        status, answer = await send(api, **window, **{name: [f"{day:%A}"]})
        assert status == 200
        assert (await stored(api, answer["MessageId"])).send_at == datetime(
            day.year, day.month, day.day, 6, 30, tzinfo=UTC
        )


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"Sender": None}, "Sender"),
    ({"Content": None}, "Content"),
    ({"Content": ""}, "Content"),
    ({"Protocol": None}, "Protocol"),
    ({"Recipients": None}, "Recipients"),
    ({"Recipients": []}, "Recipients"),
    ({"Recipients": [{}]}, "Recipients[0].Address"),
    ({"Recipients": [{"Address": FINN}, {"Address": "x"}]}, "Recipients[1].Address"),
    ({"Recipients": [{"Address": FINN, "Personalization": {"a": []}}]}, "Recipients[0].Personalization.a"),
    ({"Recipients": [{"Address": FINN}], "Content": "$(a)"}, "Recipients[0].Address"),
    ({"Protocol": "mms"}, "Protocol"),
    ({"Protocol": "Fax"}, "Protocol"),
    ({"Sender": "Beta"}, "Sender"),
    ({"SendDateTime": "tomorrow"}, "SendDateTime"),
    ({"AttachmentUri": "file:///etc/passwd"}, "AttachmentUri"),
    ({"AttachmentUri": "http://169.254.169.254/"}, "AttachmentUri"),
    ({"DlrUrl": "http://10.0.0.1/"}, "DlrUrl"),
    ({"DlrUrl": "https://a.example/%{moon}"}, "DlrUrl"),
    ({"CustomerData": "x" * 256}, "CustomerData"),
    ({"RequestId": "x" * 1001}, "RequestId"),
    ({"AdMessage": "true"}, "AdMessage"),
    ({"unicodeCharacterHandlingPolicy": "Guess"}, "unicodeCharacterHandlingPolicy"),
    ({"unicodeCharacterHandlingPolicy": "strict", "Content": "Привет"}, "Content"),
    ({"allowedSendTimeStart": "8 o'clock"}, "allowedSendTimeStart"),
    ({"allowedSendTimeStart": "09:00", "allowedSendTimeEnd": "08:00"}, "allowedSendTimeEnd"),
    ({"allowedSendDays": ["Someday"]}, "allowedSendDays"),
]


@pytest.mark.parametrize(
    ("members", "field"), WRONG, ids=[f"{field}-{n}" for n, (_, field) in enumerate(WRONG)]
)
async def test_what_is_wrong_is_named_as_the_contract_names_it(
    shared_api: Api, members: dict[str, Any], field: str
) -> None:
    body = {name: value for name, value in (BODY | members).items() if value is not None}
    for path in ("/messages", f"/messages/reply/{await parent(shared_api)}"):
        if path != "/messages" and members.get("Recipients") == []:
            continue  # a reply needs none
        status, answer, _ = await shared_api.speak("POST", BASE + path, headers=ids(shared_api), json=body)
        assert (status, [error["field"] for error in answer["errors"]]) == (400, [field])
        assert answer["errorMessage"].startswith(f"{field}: ")


async def parent(api: Api) -> str:
    return api.guids.of(GuidKind.INBOUND, (await received(api)).id)


async def test_a_protocol_that_is_not_there_is_refused_by_name(shared_api: Api) -> None:
    _, answer = await send(shared_api, Protocol="mms")
    assert answer["errorMessage"] == "Protocol: MMS messages can't be sent; use SMS or WhatsApp."


async def test_a_repeat_is_answered_octet_by_octet_as_the_first(api: Api) -> None:
    await opt_out(api, SWEDE, "all")
    people = [{"Address": FINN}, {"Address": SWEDE, "Personalization": {"name": "Bo"}}]
    body = BODY | {"Content": "Hi $(name)!", "Recipients": people, "RequestId": "r-1"}
    other_form = {name.lower(): body[name] for name in reversed(body)}

    async def octets(members: dict[str, Any]) -> bytes:
        headers = ids(api) | {"Personal-Access-Token": BO_TOKEN if members is other_form else ADA_TOKEN}
        async with api.client.post(f"{api.url}{BASE}/messages", json=members, headers=headers) as response:
            assert response.status == 200
            return await response.read()

    answers = await asyncio.gather(*(octets(form) for form in (body, other_form) * 10))
    answers.append(await octets(body))
    assert len(set(answers)) == 1
    assert b"Warnings" in answers[0]
    assert (await send(api, RequestId="r-1"))[0] == 409
    assert (await send(api, ids(api, service=TWO_WAY), **{**body, "Sender": ACME_NUMBER}))[0] == 409


async def test_the_idempotency_key_is_a_request_id(api: Api) -> None:
    key = {"Idempotency-Key": "k-1"}
    _, first = await send(api, key)
    assert await send(api, key) == (200, first)
    assert await send(api, RequestId="k-1") == (200, first)
    assert await send(api, key, RequestId="k-1") == (200, first)
    status, answer = await send(api, key, RequestId="k-2")
    assert (status, answer["errors"][0]["field"]) == (400, "RequestId")


async def test_a_reply_goes_back_to_who_wrote(api: Api) -> None:
    inbound = await received(api, thread=True)
    path = f"/messages/reply/{api.guids.of(GuidKind.INBOUND, inbound.id)}"
    status, answer = await send(api, path=path, Sender="", Recipients=[])
    assert (status, [r["Address"] for r in answer["Recipients"]]) == (200, [FINN])
    message = await stored(api, answer["MessageId"])
    assert (message.sender, message.parent_id, message.thread_id) == (
        ACME_NUMBER, inbound.id, inbound.thread_id,
    )  # fmt: skip
    status, answer = await send(api, path=path, Recipients=[{"Address": SWEDE}])
    assert (status, answer["Recipients"][0]["Address"]) == (200, SWEDE)


async def test_a_request_id_of_a_reply_is_for_what_it_answers(api: Api) -> None:
    one, other = [f"/messages/reply/{await parent(api)}" for _ in range(2)]
    first = await send(api, path=one, RequestId="r-1")
    assert first[0] == 200
    assert await send(api, path=one, RequestId="r-1") == first
    assert (await send(api, path=other, RequestId="r-1"))[0] == 409
    assert (await send(api, RequestId="r-1"))[0] == 409


async def test_who_asked_and_for_what_is_shown(api: Api) -> None:
    inbound = await received(api, thread=True)
    assert inbound.thread_id is not None
    _, answer = await discuss(api, api.guids.of(GuidKind.INBOUND, inbound.id))
    status, shown, _ = await api.call(
        "GET", f"{NATIVE}/messages/{api.guids.read(GuidKind.MESSAGE, answer['MessageId'])}"
    )
    assert status == 200
    assert (shown["user"], shown["interface"]) == ("ada@acme.example", "smartdialog")
    assert "application" not in shown
    assert (shown["parentId"], shown["threadId"]) == (inbound.id, inbound.thread_id)


async def test_a_service_that_may_not_reply_says_so(api: Api) -> None:
    await change(api, f"update services set allow_reply = false where id = {ONE_WAY}")
    status, answer = await send(api, path=f"/messages/reply/{await parent(api)}")
    assert (status, answer["errors"][0]["field"]) == (400, "Service-Id")
    assert (await send(api))[0] == 200


async def test_a_discussion_is_answered_by_any_id_of_it(api: Api) -> None:
    inbound = await received(api, thread=True)
    assert inbound.thread_id is not None
    thread = api.guids.of(GuidKind.THREAD, inbound.thread_id)
    status, answer = await discuss(api, thread, CustomerData="cd")
    assert (status, list(answer)) == (200, ["MessageId", "MessagePartCount", "Recipients", "ThreadId"])
    assert answer["ThreadId"] == thread
    assert [r["Address"] for r in answer["Recipients"]] == [FINN]
    message = await stored(api, answer["MessageId"])
    assert (message.sender, message.service_id, message.thread_id) == (
        ACME_NUMBER,
        TWO_WAY,
        inbound.thread_id,
    )
    assert (message.customer_data, message.user_id) == ("cd", ADA)
    for named in (api.guids.of(GuidKind.INBOUND, inbound.id), answer["MessageId"]):
        status, again = await discuss(api, named)
        assert (status, again["ThreadId"]) == (200, thread)
    key = {"Idempotency-Key": "d-1"}
    first = await discuss(api, thread, headers=key)
    assert await discuss(api, thread, headers=key) == first
    assert (await discuss(api, thread, headers=key, Content="No"))[0] == 409


async def test_a_message_outside_discussions_says_how_they_begin(api: Api) -> None:
    _, answer = await send(api)
    status, answer = await discuss(api, answer["MessageId"])
    assert (status, answer["errors"][0]["field"]) == (404, "ThreadId")
    assert "dialogue" in answer["errorMessage"]


async def test_nothing_of_another_customers_can_be_used(api: Api) -> None:
    theirs = await received(api, BETA, BETA_TWO_WAY, thread=True)
    assert theirs.thread_id is not None
    betas = ids(api, BETA, BETA_ONE_WAY)
    _, message = await send(api, betas, token=CY_TOKEN, Sender="Beta")
    mixed = ids(api) | {"Service-Id": betas["Service-Id"]}
    reply = f"/messages/reply/{api.guids.of(GuidKind.INBOUND, theirs.id)}"
    for outcome in (
        await send(api, betas, token=BO_TOKEN, Sender="Beta"),
        await send(api, mixed, token=BO_TOKEN),
        await send(api, mixed, token=ADA_TOKEN),  # hers, but of another customer
        await send(api, path=reply, token=BO_TOKEN),
        await send(api, path=reply, token=ADA_TOKEN),
        await send(api, betas, path=reply, token=BO_TOKEN),
        await discuss(api, api.guids.of(GuidKind.THREAD, theirs.thread_id), BO_TOKEN),
        await discuss(api, api.guids.of(GuidKind.THREAD, theirs.thread_id), BO_TOKEN, BETA),
        await discuss(api, api.guids.of(GuidKind.INBOUND, theirs.id), ADA_TOKEN),
        await discuss(api, message["MessageId"], ADA_TOKEN),
    ):
        assert outcome[0] == 404, outcome
    unknown = await send(api, {"Service-Id": "no id at all"}, token=BO_TOKEN)
    assert unknown == await send(api, mixed, token=BO_TOKEN)
    assert await discuss(api, api.guids.of(GuidKind.INBOUND, theirs.id), ADA_TOKEN) == await discuss(api, "x")


async def test_another_kind_of_service_or_id_does_not_pass(shared_api: Api) -> None:
    api = shared_api
    status, answer = await send(api, ids(api, service=GROUP))
    assert (status, answer["errors"][0]["field"]) == (400, "Service-Id")
    assert (await send(api, {"Service-Id": ids(api)["Customer-Id"]}))[0] == 404
    guid = api.guids.of(GuidKind.RECIPIENT, 1)
    assert (await send(api, path=f"/messages/reply/{guid}"))[0] == 404
    assert (await discuss(api, guid))[0] == 404


async def test_customers_and_services_of_a_person(shared_api: Api) -> None:
    api = shared_api
    status, answer, _ = await api.speak("GET", f"{BASE}/customers")
    assert (status, answer) == (
        200,
        {
            "customerUsers": [
                {"customerId": api.guids.of(GuidKind.CUSTOMER, customer), "customerName": name}
                for customer, name in ((ACME, "Acme"), (BETA, "Beta"))
            ]
        },
    )
    _, answer, _ = await api.speak("GET", f"{BASE}/customers", token=CY_TOKEN)
    assert [each["customerName"] for each in answer["customerUsers"]] == ["Beta"]
    acme = ids(api)["Customer-Id"]
    for headers, expected in (
        ({"ServiceType": "OneWay"}, ONE_WAY),
        ({"ServiceType": "oneway", "AllowReplyMessage": "False"}, ONE_WAY),
        ({"ServiceType": "OneWay", "AllowReplyMessage": "True"}, ONE_WAY),
        ({"ServiceType": "TwoWay"}, TWO_WAY),
        ({"ServiceType": "Group"}, GROUP),
    ):
        status, answer, _ = await api.speak("GET", f"{BASE}/services/{acme}", headers=headers)
        assert status == 200
        assert [list(each) for each in answer] == [["id", "name"]] * len(answer)
        assert api.guids.of(GuidKind.SERVICE, expected) in [each["id"] for each in answer]
    for headers, status in (({}, 400), ({"ServiceType": "Dialogue"}, 400)):
        assert (await api.speak("GET", f"{BASE}/services/{acme}", headers=headers))[0] == status
    one_way = {"ServiceType": "OneWay"}
    assert (await api.speak("GET", f"{BASE}/services/{acme}", token=CY_TOKEN, headers=one_way))[0] == 404
    assert (await api.speak("GET", f"{BASE}/services/{acme}", token=None, headers=one_way))[0] == 401
    assert (await api.speak("GET", f"{BASE}/customers", token=DI_TOKEN))[0] == 200
