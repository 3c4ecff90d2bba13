"""SmartDialog by WhatsApp: templates to whom we choose, texts and files to who wrote within a day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.integration.api import whatsapp
from tests.integration.api.conftest import ACME, ADA, ADA_TOKEN, ONE_WAY, TWO_WAY, Api
from tests.integration.api.test_smartdialog_sending import (
    BASE,
    change,
    discuss,
    ids,
    opt_out,
    owed,
    received,
    send,
    stored,
)
from tests.integration.api.whatsapp import ACME_WHATSAPP, BETA_WHATSAPP, add_template, wrote

from viesti.api.native.slice import BASE as NATIVE
from viesti.domain.message import Inbound
from viesti.domain.whatsapp_content import (
    Component,
    Media,
    MediaParameter,
    PayloadParameter,
    Template,
    Text,
    TextParameter,
    decode,
)
from viesti.services.guids import GuidKind
from viesti.storage.store import OpenThread

pytestmark = pytest.mark.integration

FINN, SWEDE, BSUID = "358401234567", "46701234567", "FI.13491208655302741918"
ORDER = {
    "TemplateName": "order",
    "Recipients": [{"Address": "040 123 4567"}],
    "HeaderParameters": ["17"],
    "BodyParameters": ["Ada", "on Monday"],
}
ORDER_TEXT = (
    "Order 17\nHello Ada, your order is on its way and comes on Monday at the latest.\nAcme Ltd\n"
    "Our shop: https://shop.example.com/\nCall us: +358451110000"
)


@pytest.fixture
async def world(api: Api) -> AsyncIterator[Api]:
    """The API's world with WhatsApp numbers, and the templates `order` and `open`."""
    await change(api, whatsapp.ESTATE)
    await add_template(api.store.dsn, "order", whatsapp.HELLO)
    await add_template(api.store.dsn, "open", whatsapp.PLAIN)
    yield api


async def template(
    api: Api, headers: dict[str, str] | None = None, token: str = ADA_TOKEN, **members: Any
) -> tuple[int, Any]:
    """SendWhatsappTemplateMessage with these members over good ones; one that is None is left out."""
    body = {name: value for name, value in (ORDER | members).items() if value is not None}
    path = f"{BASE}/messages/templates/whatsapp"
    status, answer, _ = await api.speak(
        "POST", path, token=token, headers=ids(api) | (headers or {}), json=body
    )
    return status, answer


async def plain(api: Api, **members: Any) -> tuple[int, Any]:
    """A template without places."""
    without = {"HeaderParameters": None, "BodyParameters": None}
    return await template(api, **{"TemplateName": "open", **without, **members})


async def by_whatsapp(api: Api, **members: Any) -> tuple[int, Any]:
    """SendMessage by WhatsApp."""
    return await send(api, **{"Protocol": "WhatsApp", "Sender": "", **members})


async def message_of(api: Api, answer: dict[str, Any]) -> Any:
    return await stored(api, answer.get("messageId") or answer["MessageId"])


async def recipients_of(api: Api, answer: dict[str, Any]) -> list[Any]:
    async with api.store.transaction() as tx:
        return await tx.messages.recipients_of((await message_of(api, answer)).id, 10)


async def count(api: Api, table: str) -> int:
    connection = await asyncpg.connect(api.store.dsn)
    found: int = await connection.fetchval(f"select count(*) from {table}")
    await connection.close()
    return found


async def came_in(api: Api, source: str = FINN, *, thread: bool = False) -> Inbound:
    """A WhatsApp message that came in, as the engine writes it; the window is open."""
    bucket = api.estate.current.estate.customers[ACME].bucket
    identifier, thread_id = await api.store.ids.take([bucket] * 2)
    now = datetime.now(UTC)
    kind = "international" if source.isdecimal() else "whatsapp_user"
    inbound = Inbound(
        id=identifier, bucket=bucket, customer_id=ACME, service_id=TWO_WAY, channel_id=whatsapp.ACME_CHANNEL,
        source=source, source_kind=kind, destination=ACME_WHATSAPP, text="Hi", payload=None, parts=1,
        parts_missing=0, keyword="", consent=None, thread_id=None, received_at=now, protocol="whatsapp",
        reference=f"wamid.{identifier}",
    )  # fmt: skip
    async with api.store.transaction() as tx:
        if thread:
            opened = OpenThread(thread_id, bucket, ACME, TWO_WAY, source, ACME_WHATSAPP, now, "whatsapp")
            inbound = replace(inbound, thread_id=(await tx.threads.open([opened]))[TWO_WAY, source])
        await tx.inbound.add([inbound])
    await wrote(api, source)
    return inbound


async def test_a_template_is_answered_in_camel_case_and_kept_whole(world: Api) -> None:
    status, answer = await template(
        world,
        Recipients=[{"Address": "040 123 4567"}, {"Address": "+" + SWEDE}],
        Buttons=[{"Type": "QuickReply", "Data": "change 17"}],
        CustomerData="order 17",
        DlrUrl="https://dlr.example/r",
    )
    assert (status, list(answer)) == (200, ["messageId", "messagePartCount", "recipients"])
    assert answer["messagePartCount"] == 2
    assert [list(each) for each in answer["recipients"]] == [["address", "id"]] * 2
    assert [each["address"] for each in answer["recipients"]] == [FINN, SWEDE]
    message = await message_of(world, answer)
    assert (message.protocol, message.sender, message.service_id, message.user_id, message.dialect) == (
        "whatsapp", ACME_WHATSAPP, ONE_WAY, ADA, "smartdialog",
    )  # fmt: skip
    assert (message.text, message.customer_data, message.dlr_url, message.fallback) == (
        ORDER_TEXT, "order 17", "https://dlr.example/r", None,
    )  # fmt: skip
    assert decode(message.content) == Template(
        "order",
        "en",
        (
            Component("header", (TextParameter("17"),)),
            Component("body", (TextParameter("Ada"), TextParameter("on Monday"))),
            Component("button", (PayloadParameter("change 17"),), "quick_reply", 0),
        ),
    )
    guids = [world.guids.of(GuidKind.RECIPIENT, each.id) for each in await recipients_of(world, answer)]
    assert guids == [each["id"] for each in answer["recipients"]]
    await send(world)
    _, listed, _ = await world.call("GET", f"{NATIVE}/messages?limit=3")
    assert [row["protocol"] for row in listed["messages"]] == ["SMS", "WhatsApp", "WhatsApp"]


async def test_it_is_sent_when_it_is_asked_for(world: Api) -> None:
    soon = (datetime.now(UTC) + timedelta(days=2)).replace(microsecond=0)
    for written, at in (
        ("", None),
        ("2020-01-01T00:00:00", None),
        (soon.isoformat(), soon),
        (soon.replace(tzinfo=None).isoformat(), soon),
    ):
        status, answer = await template(world, SendDateTime=written)
        assert status == 200, answer
        assert (await message_of(world, answer)).send_at == at
    status, answer = await template(world, SendDateTime="2099-01-01T00:00:00Z")
    assert (status, answer["errors"][0]["field"]) == (400, "SendDateTime")


async def test_the_file_of_a_header_is_the_attachment(world: Api) -> None:
    header = {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::x"]}}
    await add_template(world.store.dsn, "bill", [header, *whatsapp.PLAIN])
    status, answer = await plain(world, TemplateName="bill", AttachmentUri="https://files.example/b%201.pdf")
    assert status == 200, answer
    [component] = decode((await message_of(world, answer)).content).components
    assert component == Component(
        "header", (MediaParameter("document", link="https://files.example/b%201.pdf", filename="b 1.pdf"),)
    )
    status, answer = await plain(world, TemplateName="bill")
    assert (status, [each["field"] for each in answer["errors"]]) == (400, ["AttachmentUri"])


async def test_an_sms_is_kept_for_whom_whatsapp_does_not_reach(world: Api) -> None:
    status, answer = await template(world, ids(world, service=TWO_WAY), UseSmsFallback=True)
    assert status == 200, answer
    message = await message_of(world, answer)
    assert (message.fallback["text"], await count(world, "fallbacks")) == (ORDER_TEXT, 1)
    status, answer = await template(world, UseSmsFallback=True)  # whose service has no sender
    assert (status, answer["errors"][0]["field"]) == (400, "UseSmsFallback")


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"TemplateName": None}, 400, "TemplateName"),
    ({"TemplateName": "nothing"}, 404, "TemplateName"),
    ({"TemplateName": ""}, 404, "TemplateName"),
    ({"TemplateName": "waiting"}, 400, "TemplateName"),
    ({"TemplateName": "order:fi"}, 404, "TemplateName"),
    ({"Language": "fi"}, 404, "TemplateName"),
    ({"Recipients": None}, 400, "Recipients"),
    ({"Recipients": []}, 400, "Recipients"),
    ({"Recipients": [{}]}, 400, "Recipients[0].Address"),
    ({"Recipients": [{"Address": FINN}, {"Address": "x"}]}, 400, "Recipients[1].Address"),
    ({"BodyParameters": ["Ada"]}, 400, "BodyParameters"),
    ({"BodyParameters": ["Ada", ""]}, 400, "BodyParameters[1]"),
    ({"BodyParameters": ["Ada\nBo", "today"]}, 400, "BodyParameters[0]"),
    ({"HeaderParameters": []}, 400, "HeaderParameters"),
    ({"Buttons": [{"Type": "Menu"}]}, 400, "Buttons[0].Type"),
    ({"Buttons": [{"Type": "Call"}, {"Type": "Call"}]}, 400, "Buttons[1].Data"),
    ({"AttachmentUri": "https://files.example/a.png"}, 400, "AttachmentUri"),
    ({"AttachmentUri": "http://10.0.0.1/"}, 400, "AttachmentUri"),
    ({"SendDateTime": "tomorrow"}, 400, "SendDateTime"),
    ({"DlrUrl": "http://10.0.0.1/"}, 400, "DlrUrl"),
    ({"CustomerData": "x" * 256}, 400, "CustomerData"),
    ({"RequestId": "x" * 1001}, 400, "RequestId"),
    ({"UseSmsFallback": "yes"}, 400, "UseSmsFallback"),
]


async def test_what_is_wrong_is_named_as_the_contract_names_it(world: Api) -> None:
    await add_template(world.store.dsn, "waiting", whatsapp.PLAIN, status="PENDING")
    for members, expected, field in WRONG:
        status, answer = await template(world, **members)
        assert (status, [each["field"] for each in answer["errors"]]) == (expected, [field]), members
    assert await count(world, "messages") == 0


async def test_a_template_of_another_is_not_there(world: Api) -> None:
    await add_template(world.store.dsn, "theirs", whatsapp.PLAIN, customer=103, channel=whatsapp.BETA_CHANNEL)
    assert await plain(world, TemplateName="theirs") == await plain(world, TemplateName="nothing")


async def test_a_service_names_its_number_when_there_are_several(world: Api) -> None:
    other = "358451110002"
    await change(
        world,
        "insert into channels (id, bucket, key, kind, options, created_at) values (312, 0, 'acme-wa-2',"
        f' \'whatsapp\', \'{{"identity": "{other}", "waba_id": "2001"}}\', now());'
        f"insert into senders (id, customer_id, sender, kind) values (712, 100, '{other}', 'international')",
    )
    status, answer = await template(world)
    assert (status, answer["errors"][0]["field"]) == (400, "Service-Id")
    assert "whatsapp_sender" in answer["message"]
    await change(world, f"update services set whatsapp_sender = '{other}' where id = {ONE_WAY}")
    status, answer = await template(world)
    assert (status, (await message_of(world, answer)).sender) == (200, other)
    await change(world, f"update services set whatsapp_sender = '{BETA_WHATSAPP}' where id = {ONE_WAY}")
    status, answer = await template(world)
    assert (status, answer["errors"][0]["field"]) == (400, "Service-Id")


async def test_a_repeat_of_a_template_makes_no_second_message(world: Api) -> None:
    body = {"RequestId": "w-1", "Recipients": [{"Address": FINN}, {"Address": SWEDE}]}
    await opt_out(world, SWEDE, "all")
    answers = await asyncio.gather(*(template(world, **body) for _ in range(20)))
    assert {status for status, _ in answers} == {200}
    assert all(answer == answers[0][1] for _, answer in answers)
    assert answers[0][1]["warnings"]
    await change(world, "update templates set status = 'PAUSED'")  # even when it could not be sent any more
    assert await template(world, **body) == answers[0]
    assert (await template(world))[0] == 400
    await change(world, f"update services set whatsapp_sender = '{BETA_WHATSAPP}' where id = {ONE_WAY}")
    assert await template(world, **body) == answers[0]
    assert await template(world, {"Idempotency-Key": "w-1"}, **(body | {"RequestId": None})) == answers[0]
    assert (await template(world, **(body | {"BodyParameters": ["Bo", "today"]})))[0] == 400
    assert await count(world, "messages") == 1
    assert await count(world, "recipients") == 2


async def test_a_request_id_names_one_message_whatever_its_protocol(world: Api) -> None:
    await wrote(world, FINN)
    assert (await template(world, RequestId="w-2"))[0] == 200
    assert (await send(world, RequestId="w-2"))[0] == 409
    assert (await by_whatsapp(world, RequestId="w-2"))[0] == 409
    assert (await by_whatsapp(world, RequestId="w-3"))[0] == 200
    assert (await send(world, RequestId="w-3"))[0] == 409
    status, answer = await template(world, RequestId="w-3")
    assert (status, answer["errors"][0]["field"]) == (409, "RequestId")
    assert await count(world, "messages") == 2


@pytest.mark.parametrize(
    ("category", "scope", "skipped"),
    [
        ("MARKETING", "marketing", True),
        ("UTILITY", "marketing", False),
        ("MARKETING", "all", True),
        ("UTILITY", "all", True),
        ("AUTHENTICATION", "marketing", False),
    ],
)
async def test_who_opted_out_of_advertising_gets_no_marketing_template(
    world: Api, category: str, scope: str, skipped: bool
) -> None:
    await add_template(world.store.dsn, "news", [{"type": "BODY", "text": "News: {{1}}."}], category=category)
    await opt_out(world, FINN, scope)
    status, answer = await plain(
        world,
        TemplateName="news",
        BodyParameters=["4711"],
        Recipients=[{"Address": FINN}, {"Address": SWEDE}],
        DlrUrl="https://dlr.example/?id=%{recipientId}&s=%{status}",
    )
    assert (status, answer.get("messagePartCount")) == (200, 1 if skipped else 2), answer
    assert [each.failure for each in await recipients_of(world, answer)] == [
        "opted_out" if skipped else None,
        None,
    ]
    assert bool(answer.get("warnings")) is skipped
    report = f"https://dlr.example/?id={answer['recipients'][0]['id']}&s=failed"
    assert await owed(world) == ([report] if skipped else [])


async def opt(api: Api, method: str, recipient: str = FINN, sender: str = ACME_WHATSAPP) -> None:
    path = f"{BASE}/whatsapp/opt-in/sender/{sender}/recipient/{recipient}"
    status, _, _ = await api.speak(method, path)
    assert status == 204


async def failures(api: Api, answer: Any) -> list[str | None]:
    return [each.failure for each in await recipients_of(api, answer)]


async def test_who_opted_out_of_whatsapp_gets_nothing_by_it_until_he_opts_in(world: Api) -> None:
    await wrote(world, FINN)
    await opt(world, "DELETE")
    for sending in (plain(world), by_whatsapp(world)):
        status, answer = await sending
        assert (status, await failures(world, answer)) == (200, ["opted_out"])
    status, answer = await send(world)  # SMS is another matter
    assert (status, await failures(world, answer)) == (200, [None])
    await opt(world, "POST")
    _, answer = await plain(world)
    assert await failures(world, answer) == [None]


async def test_who_has_no_number_opts_out_and_in_by_his_user_id(world: Api) -> None:
    to_him = [{"Address": BSUID}]
    await opt(world, "DELETE", BSUID)
    _, answer = await plain(world, Recipients=to_him)
    assert await failures(world, answer) == ["opted_out"]
    await opt(world, "POST", BSUID)
    _, answer = await plain(world, Recipients=to_him)
    assert await failures(world, answer) == [None]
    path = f"{BASE}/whatsapp/opt-in/sender/{ACME_WHATSAPP}/recipient/FI.{'1' * 200}"
    assert (await world.speak("POST", path))[0] == 400


async def test_no_sms_is_promised_to_who_has_no_number(world: Api) -> None:
    status, answer = await plain(world, Recipients=[{"Address": BSUID}], UseSmsFallback=True)
    assert (status, answer["warnings"]) == (200, [f"{BSUID} is no phone number: there is no SMS instead."])
    assert await count(world, "fallbacks") == 0


@pytest.mark.parametrize(
    ("needed", "category", "opted_in", "sent"),
    [
        ("none", "MARKETING", False, True),
        ("marketing", "UTILITY", False, True),
        ("marketing", "MARKETING", False, False),
        ("marketing", "MARKETING", True, True),
        ("all", "UTILITY", False, False),
        ("all", "UTILITY", True, True),
    ],
)
async def test_a_service_may_need_an_opt_in(
    world: Api, needed: str, category: str, opted_in: bool, sent: bool
) -> None:
    await change(world, f"update services set whatsapp_opt_in = '{needed}' where id = {ONE_WAY}")
    await add_template(world.store.dsn, "news", whatsapp.PLAIN, category=category)
    if opted_in:
        await opt(world, "POST")
    status, answer = await plain(world, TemplateName="news")
    assert (status, await failures(world, answer)) == (200, [None if sent else "not_opted_in"])
    told = f"+{FINN} has not opted in to WhatsApp messages from +{ACME_WHATSAPP}: nothing is sent to it."
    assert answer.get("warnings") == (None if sent else [told])
    await wrote(world, FINN)
    _, answer = await by_whatsapp(world)  # who wrote may be answered
    assert await failures(world, answer) == [None]


async def test_a_text_goes_to_who_wrote_within_a_day_and_to_nobody_else(world: Api) -> None:
    status, answer = await by_whatsapp(world)
    assert (status, [each["field"] for each in answer["errors"]]) == (400, ["Recipients[0].Address"])
    assert "send an approved template instead" in answer["errorMessage"]
    now = datetime.now(UTC)
    await wrote(world, FINN, now - timedelta(hours=24, seconds=1))
    assert (await by_whatsapp(world))[0] == 400
    await wrote(world, FINN, now - timedelta(hours=23, minutes=59))
    status, answer = await by_whatsapp(world, Content="Hi $(name)!", Recipients=[
        {"Address": FINN, "Personalization": {"name": "Ada"}}
    ])  # fmt: skip
    assert (status, list(answer)) == (200, ["MessageId", "MessagePartCount", "Recipients"])
    message = await message_of(world, answer)
    assert (message.protocol, message.sender, message.content) == ("whatsapp", ACME_WHATSAPP, None)
    assert [each.text for each in await recipients_of(world, answer)] == ["Hi Ada!"]
    people = [{"Address": FINN}, {"Address": SWEDE}]
    status, answer = await by_whatsapp(world, Recipients=people)
    assert (status, [each["field"] for each in answer["errors"]]) == (400, ["Recipients[1].Address"])


async def test_the_window_must_be_open_when_it_is_sent(world: Api) -> None:
    await wrote(world, FINN)
    later = datetime.now(UTC) + timedelta(hours=25)
    assert (await by_whatsapp(world, SendDateTime=later.isoformat()))[0] == 400
    later = datetime.now(UTC) + timedelta(hours=23)
    assert (await by_whatsapp(world, SendDateTime=later.isoformat()))[0] == 200


async def test_a_repeat_is_answered_when_the_window_has_closed(world: Api) -> None:
    await wrote(world, FINN)
    first = await by_whatsapp(world, RequestId="w-9")
    assert first[0] == 200
    await change(world, "update whatsapp_windows set last_at = now() - interval '2 days'")
    assert await by_whatsapp(world, RequestId="w-9") == first
    assert (await by_whatsapp(world))[0] == 400
    assert await count(world, "messages") == 1


@pytest.mark.parametrize(
    ("name", "kind", "filename"),
    [("a.png", "image", ""), ("a.mp4", "video", ""), ("a%20b.pdf", "document", "a b.pdf")],
)
async def test_a_file_goes_with_its_text(world: Api, name: str, kind: str, filename: str) -> None:
    await wrote(world, FINN)
    url = f"https://files.example/{name}"
    status, answer = await by_whatsapp(world, AttachmentUri=url, Content="See this")
    assert (status, list(answer)) == (200, ["MessageId", "MessagePartCount", "Recipients"])
    message = await message_of(world, answer)
    assert (decode(message.content), message.text) == (
        Media(kind, link=url, filename=filename),  # type: ignore[arg-type]
        "See this",
    )
    assert (await by_whatsapp(world, AttachmentUri=url, Content=""))[0] == 200


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"Content": "x" * 4097}, "Content"),
        ({"Content": "x" * 1025, "AttachmentUri": "https://files.example/a.png"}, "Content"),
        ({"Content": "Listen", "AttachmentUri": "https://files.example/a.mp3"}, "Content"),
        ({"Content": ""}, "Content"),
        ({"Content": "$(a)", "Recipients": [{"Address": FINN, "Personalization": {"a": "x" * 4097}}]},
         "Recipients[0].Address"),
        ({"Sender": "Acme"}, "Sender"),
        ({"Sender": BETA_WHATSAPP}, "Sender"),
        ({"AttachmentUri": "http://10.0.0.1/a.png"}, "AttachmentUri"),
        ({"AttachmentUri": f"https://files.example/{'x' * 2048}.png"}, "AttachmentUri"),
    ],
)  # fmt: skip
async def test_what_whatsapp_does_not_take(world: Api, members: dict[str, Any], field: str) -> None:
    await wrote(world, FINN)
    status, answer = await by_whatsapp(world, **members)
    assert (status, [each["field"] for each in answer["errors"]]) == (400, [field])
    [sentence] = [each["message"] for each in answer["errors"]]
    assert (sentence[0], sentence[-1]) == (sentence[0].upper(), "."), sentence
    assert (await by_whatsapp(world, Content="x" * 4096))[0] == 200


async def test_a_reply_shows_what_it_answers(world: Api) -> None:
    inbound = await came_in(world)
    path = f"/messages/reply/{world.guids.of(GuidKind.INBOUND, inbound.id)}"
    status, answer = await by_whatsapp(world, path=path, Recipients=[], Content="Yes")
    assert (status, [each["Address"] for each in answer["Recipients"]]) == (200, [FINN])
    message = await message_of(world, answer)
    assert (message.sender, message.parent_id, message.text) == (ACME_WHATSAPP, inbound.id, "Yes")
    assert decode(message.content) == Text("", reply_to=inbound.reference or "-")
    picture = "https://files.example/a.png"
    _, answer = await by_whatsapp(world, path=path, Recipients=[], AttachmentUri=picture)
    shown = decode((await message_of(world, answer)).content)
    assert shown == Media("image", link=picture, reply_to=inbound.reference or "-")
    await change(world, f"update services set default_sender = 'Acme' where id = {ONE_WAY}")
    for sender in ("Acme", ""):  # by SMS, to the same number; '': the service's, not the number at WhatsApp
        status, answer = await send(world, path=path, Recipients=[], Sender=sender)
        message = await message_of(world, answer)
        assert (status, message.protocol, message.sender) == (200, "sms", "Acme")


async def test_who_has_no_number_is_answered_by_whatsapp_alone(world: Api) -> None:
    inbound = await came_in(world, BSUID)
    path = f"/messages/reply/{world.guids.of(GuidKind.INBOUND, inbound.id)}"
    status, answer = await by_whatsapp(world, path=path, Recipients=[])
    assert (status, [each["Address"] for each in answer["Recipients"]]) == (200, [BSUID])
    [recipient] = await recipients_of(world, answer)
    assert (recipient.address, recipient.address_kind) == (BSUID, "whatsapp_user")
    status, answer = await send(world, path=path, Recipients=[], Sender="Acme")
    assert (status, answer["errors"][0]["field"]) == (400, "Recipients")
    assert "answer by WhatsApp" in answer["errorMessage"]


async def test_a_whatsapp_message_may_answer_one_that_came_by_sms(world: Api) -> None:
    inbound = await received(world)
    path = f"/messages/reply/{world.guids.of(GuidKind.INBOUND, inbound.id)}"
    assert (await by_whatsapp(world, path=path, Sender=ACME_WHATSAPP, Recipients=[]))[0] == 400
    await wrote(world, FINN)
    for sender in (ACME_WHATSAPP, ""):
        status, answer = await by_whatsapp(world, path=path, Sender=sender, Recipients=[])
        message = await message_of(world, answer)
        assert (status, message.content, message.sender) == (200, None, ACME_WHATSAPP)


async def test_a_discussion_is_answered_the_way_the_person_wrote(world: Api) -> None:
    by_sms = await received(world, thread=True)
    status, answer = await discuss(world, world.guids.of(GuidKind.INBOUND, by_sms.id))
    assert (status, (await message_of(world, answer)).protocol) == (200, "sms")
    inbound = await came_in(world, thread=True)
    assert inbound.thread_id == by_sms.thread_id
    thread = world.guids.of(GuidKind.THREAD, inbound.thread_id or 0)
    status, answer = await discuss(world, thread)
    assert (status, answer["ThreadId"]) == (200, thread)
    message = await message_of(world, answer)
    assert (message.protocol, message.sender, message.content) == ("whatsapp", ACME_WHATSAPP, None)
    await change(world, "update whatsapp_windows set last_at = now() - interval '2 days'")
    status, answer = await discuss(world, thread)
    assert (status, answer["errors"][0]["field"]) == (400, "ThreadId")
    assert "template" in answer["errorMessage"]
