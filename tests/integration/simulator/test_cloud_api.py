"""The Cloud API on a real socket: sends, what becomes of them, and what people write back."""

from __future__ import annotations

import asyncio
import re

import aiohttp
import pytest
from tests.integration.simulator.cloud_world import NUMBER, PERSON, CloudStarter, code

from viesti.simulator.behaviour import Span

pytestmark = pytest.mark.integration


async def test_a_template_is_taken_and_told(cloud: CloudStarter) -> None:
    world = await cloud()
    world.whatsapp.add_template("order_ready", "Hei {{1}}, tilaus {{2}} on valmis.")
    status, answer = await world.call.template(PERSON, "order_ready", "Aino", "17")
    assert status == 200
    (contact,), (message,) = answer["contacts"], answer["messages"]
    assert (contact["input"], contact["wa_id"]) == (PERSON, PERSON)
    assert message["id"].startswith("wamid.")
    assert world.whatsapp.texts(PERSON) == ["Hei Aino, tilaus 17 on valmis."]
    await world.hook.until(lambda: len(world.hook.statuses) == 3)
    assert [one["status"] for one in world.hook.statuses] == ["sent", "delivered", "read"]
    assert {one["id"] for one in world.hook.statuses} == {message["id"]}
    assert {one["recipient_id"] for one in world.hook.statuses} == {PERSON}
    assert world.hook.statuses[0]["pricing"]["category"] == "utility"
    assert world.hook.forged == 0


async def test_the_window_opens_by_what_is_written_and_closes_by_the_clock(cloud: CloudStarter) -> None:
    world = await cloud(late_refusals=False)
    assert code(await world.call.text(PERSON, "Hei")) == (400, 131047)
    world.whatsapp.handset(PERSON).text("Moi")
    assert (await world.hook.until(lambda: world.hook.messages))[0]["text"] == {"body": "Moi"}
    world.clock.forward(hours=23.9)
    assert (await world.call.text(PERSON, "Hei"))[0] == 200
    world.clock.forward(hours=0.2)  # our own message did not extend it
    assert code(await world.call.text(PERSON, "Hei")) == (400, 131047)


async def test_what_hangs_on_the_person_fails_by_webhook(cloud: CloudStarter) -> None:
    world = await cloud()
    status, answer = await world.call.text(PERSON, "Hei", biz_opaque_callback_data="v1:17:1")
    assert status == 200
    (failed,) = await world.hook.until(lambda: world.hook.statuses)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert (failed["id"], failed["biz_opaque_callback_data"]) == (answer["messages"][0]["id"], "v1:17:1")


async def test_nobody_is_on_whatsapp_at_some_endings(cloud: CloudStarter) -> None:
    world = await cloud()
    world.whatsapp.add_template("hello", "Hei")
    assert (await world.call.template("358401239001", "hello"))[0] == 200
    (failed,) = await world.hook.until(lambda: world.hook.statuses)
    assert failed["errors"][0]["code"] == 131026
    assert "recipient_user_id" not in failed
    assert code(await world.call.template("358401239002", "hello")) == (400, 131026)


@pytest.mark.parametrize(
    ("ending", "left"), [("9012", "time"), ("9013", "connection")], ids=["no answer", "connection cut"]
)
async def test_taken_and_never_answered(cloud: CloudStarter, ending: str, left: str) -> None:
    world = await cloud()
    world.whatsapp.add_template("hello", "Hei")
    phone = f"35840123{ending}"
    sending = asyncio.create_task(world.call.template(phone, "hello"))
    await world.whatsapp.until(lambda: world.whatsapp.texts(phone))
    if left == "connection":
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await sending
    else:
        await world.hook.until(lambda: len(world.hook.statuses) == 3)
        assert not sending.done()
        sending.cancel()
    assert (await world.call.template(phone, "hello"))[0] == 200  # the second time
    assert len(world.whatsapp.texts(phone)) == 2


async def test_limits_of_the_number_and_of_a_pair(cloud: CloudStarter) -> None:
    world = await cloud(messages_per_second=10, pair_seconds=6, pair_burst=2)
    world.whatsapp.add_template("hello", "Hei")
    assert [(await world.call.template(PERSON, "hello"))[0] for _ in range(2)] == [200, 200]
    assert code(await world.call.template(PERSON, "hello")) == (400, 131056)
    others = [await world.call.template(f"35840765432{digit}", "hello") for digit in range(8)]
    assert [status for status, _ in others[:7]] == [200] * 7  # with the refused one ten in all
    assert code(others[7]) == (400, 130429)
    world.clock.forward(seconds=6)
    assert (await world.call.template(PERSON, "hello"))[0] == 200
    assert (world.whatsapp.cloud.record.taken, world.whatsapp.cloud.record.refused) == (10, 2)


async def test_templates_are_judged_and_only_approved_ones_are_sent(cloud: CloudStarter) -> None:
    world = await cloud(approve=False)
    body = {
        "name": "order_rejected",
        "language": "fi",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hei"}],
    }
    path = f"{NUMBER.waba_id}/message_templates"
    status, made = await world.call("POST", path, json=body)
    assert (status, made["status"]) == (200, "PENDING")
    assert code(await world.call.template(PERSON, "order_rejected")) == (404, 132001)
    status, again = await world.call("POST", path, json=body)
    assert (status, again["error"]["error_subcode"]) == (400, 2388024)
    world.whatsapp.behave(approve=True)
    assert (await world.call("POST", path, json={**body, "language": "sv"}))[0] == 200
    (value,) = await world.hook.until(lambda: world.hook.values)
    assert (value["event"], value["reason"], value["message_template_language"]) == (
        "REJECTED",
        "PROMOTIONAL",
        "sv",
    )
    assert (await world.call("POST", path, json={**body, "name": "order_ready"}))[0] == 200
    await world.hook.until(lambda: len(world.hook.values) == 2)
    assert (await world.call.template(PERSON, "order_ready"))[0] == 200
    template = world.whatsapp.cloud.templates.find(NUMBER.waba_id, "order_ready", "fi")
    assert template is not None
    for template_status, expected in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        world.whatsapp.cloud.templates.set_status(template, template_status)
        assert (await world.call.template(PERSON, "order_ready"))[1]["error"]["code"] == expected
    _, page = await world.call("GET", f"{path}?limit=2&fields=name,status")
    assert len(page["data"]) == 2
    assert page["data"][0].keys() == {"name", "status", "id"}
    _, rest = await world.call("GET", f"{path}?limit=2&after={page['paging']['cursors']['after']}")
    assert [one["name"] for one in rest["data"]] == ["order_rejected"]
    assert "next" not in rest["paging"]
    assert await world.call("DELETE", f"{path}?name=order_ready") == (200, {"success": True})
    status, blocked = await world.call("POST", path, json={**body, "name": "order_ready"})
    assert (status, blocked["error"]["error_subcode"]) == (400, 2388023)


async def test_an_approved_template_is_edited_once_a_day(cloud: CloudStarter) -> None:
    world = await cloud()
    template = world.whatsapp.add_template("hello", "Hei")
    edit = {"components": [{"type": "BODY", "text": "Moi"}]}
    assert await world.call("POST", template.id, json=edit) == (200, {"success": True})
    await world.hook.until(lambda: world.hook.values)
    assert (template.status, template.component("BODY")["text"]) == ("APPROVED", "Moi")
    assert (await world.call("POST", template.id, json=edit))[0] == 400
    world.clock.forward(hours=25)
    assert (await world.call("POST", template.id, json=edit))[0] == 200


async def test_a_token_opens_what_is_its_own(cloud: CloudStarter) -> None:
    world = await cloud()
    number = f"{NUMBER.phone_number_id}?fields=display_phone_number,verified_name"
    assert await world.call("GET", number) == (
        200,
        {
            "display_phone_number": f"+{NUMBER.display_number}",
            "verified_name": NUMBER.verified_name,
            "id": NUMBER.phone_number_id,
        },
    )
    assert code(await world.call("GET", number, token="stolen")) == (401, 190)
    status, answer = await world.call("GET", "12345")
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    assert code(await world.call("POST", "12345/messages", json={})) == (400, 100)


async def test_files_are_checked_and_given_to_who_has_the_token(cloud: CloudStarter) -> None:
    world = await cloud()
    path = f"{NUMBER.phone_number_id}/media"

    def form(mime: str, octets: bytes = b"\x89PNG\r\n--\r\n") -> aiohttp.FormData:
        data = aiohttp.FormData()
        data.add_field("messaging_product", "whatsapp")
        data.add_field("file", octets, content_type=mime, filename="kuva.png")
        return data

    status, made = await world.call("POST", path, data=form("image/png"))
    assert status == 200
    assert code(await world.call("POST", path, data=form("application/x-msdownload"))) == (400, 100)
    assert code(await world.call("POST", path, data=form("image/webp", b"x" * 600_000))) == (400, 131053)
    _, node = await world.call("GET", made["id"])
    assert (node["mime_type"], node["file_size"]) == ("image/png", 10)
    async with aiohttp.ClientSession() as http:
        async with http.get(node["url"]) as stranger:
            assert stranger.status == 401
        headers = {"Authorization": f"Bearer {NUMBER.token}"}
        async with http.get(node["url"], headers=headers) as answer:
            assert await answer.read() == b"\x89PNG\r\n--\r\n"
        world.clock.forward(minutes=6)
        async with http.get(node["url"], headers=headers) as late:
            assert late.status == 404
    assert code(await world.call.send(PERSON, type="image", image={"id": "1"})) == (400, 100)
    assert code(await world.call.send(PERSON, type="video", video={"id": made["id"]})) == (400, 131053)
    assert await world.call("DELETE", made["id"]) == (200, {"success": True})


async def test_webhooks_come_again_until_they_are_taken(cloud: CloudStarter) -> None:
    world = await cloud()
    world.hook.answers = [500, 503]
    world.whatsapp.handset(PERSON).text("Moi")
    await world.hook.until(lambda: world.hook.messages)
    await world.whatsapp.told()
    counts = world.whatsapp.hooks.counts
    assert (counts.taken, counts.refused, counts.given_up) == (1, 2, 0)
    assert world.hook.forged == 0


async def test_duplicates_and_batches(cloud: CloudStarter) -> None:
    world = await cloud(webhook_duplicates=1.0, webhook_batch=50)
    phone = world.whatsapp.handset(PERSON)
    for number in range(20):
        phone.text(f"Ä/{number}")
    await world.whatsapp.told()
    assert len(set(world.hook.octets)) < 20  # many in one
    assert len(world.hook.octets) == 2 * len(set(world.hook.octets))  # each twice, to the octet
    assert b"\\u00c4\\/" in world.hook.octets[0]
    assert len(world.hook.messages) == 40


async def test_disorder(cloud: CloudStarter) -> None:
    world = await cloud(webhook_disorder=0.5, webhook_hold=Span(0.0, 0.05))
    phone = world.whatsapp.handset(PERSON)
    written = [phone.text(str(number)).id for number in range(20)]
    await world.whatsapp.told()
    came = [message["id"] for message in world.hook.messages]
    assert came != written
    assert sorted(came) == sorted(written)


async def test_nothing_is_told_to_an_address_that_does_not_verify(cloud: CloudStarter) -> None:
    world = await cloud()
    path = f"{NUMBER.waba_id}/subscribed_apps"
    wrong = {"override_callback_uri": world.hook.url, "verify_token": "guessed"}
    assert code(await world.call("POST", path, json=wrong)) == (400, 100)
    assert (await world.call("DELETE", path)) == (200, {"success": True})
    world.whatsapp.handset(PERSON).text("Moi")
    assert (world.hook.bodies, world.whatsapp.hooks.pending) == ([], 1)
    right = {"override_callback_uri": world.hook.url, "verify_token": NUMBER.verify_token}
    assert await world.call("POST", path, json=right) == (200, {"success": True})
    await world.whatsapp.told()
    assert world.hook.messages[0]["text"]["body"] == "Moi"


async def test_marketing_is_not_sent_to_who_stopped_it(cloud: CloudStarter) -> None:
    world = await cloud()
    world.whatsapp.add_template("sale", "Ale!", category="MARKETING")
    world.whatsapp.add_template("order", "Tilaus")
    world.whatsapp.handset(PERSON).stop_marketing()
    await world.call.template(PERSON, "sale")
    (failed,) = await world.hook.until(lambda: world.hook.statuses)
    assert failed["errors"][0]["code"] == 131050
    await world.call.template(PERSON, "order")
    world.whatsapp.handset(PERSON).resume_marketing()
    await world.call.template(PERSON, "sale")
    await world.whatsapp.told()
    assert [message.state for message in world.whatsapp.messages(PERSON)] == ["failed", "read", "read"]


@pytest.mark.parametrize(
    ("ending", "statuses"),
    [
        ("9003", ["sent"]),
        ("9004", ["sent", "delivered"]),
        ("9009", ["sent"] * 3 + ["delivered"] * 3 + ["read"] * 3),
        ("9010", ["read", "delivered", "sent"]),
        ("9011", ["sent", "delivered", "read"]),
    ],
)
async def test_statuses_by_ending(cloud: CloudStarter, ending: str, statuses: list[str]) -> None:
    world = await cloud()
    world.whatsapp.add_template("hello", "Hei")
    status, _ = await world.call.template(f"35840123{ending}", "hello")
    if ending == "9011":
        assert world.hook.statuses[0]["status"] == "sent"  # it came before the answer
    await world.hook.until(lambda: len(world.hook.statuses) >= len(statuses))
    assert status == 200
    assert [one["status"] for one in world.hook.statuses] == statuses


@pytest.mark.parametrize(
    ("ending", "refusals"), [("9015", [131056, 131056]), ("9016", [130429]), ("9017", [131000])]
)
async def test_refused_at_first(cloud: CloudStarter, ending: str, refusals: list[int]) -> None:
    world = await cloud()
    world.whatsapp.add_template("hello", "Hei")
    for refusal in refusals:
        assert (await world.call.template(f"35840123{ending}", "hello"))[1]["error"]["code"] == refusal
    assert (await world.call.template(f"35840123{ending}", "hello"))[0] == 200


async def test_people_who_answer_by_themselves(cloud: CloudStarter) -> None:
    world = await cloud()
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Joo"}]}
    world.whatsapp.add_template("hello", "Hei", components=(buttons,))
    for ending in ("9019", "9020", "9021", "9022"):
        await world.call.template(f"35840123{ending}", "hello")
    await world.hook.until(lambda: len(world.hook.messages) == 3)
    said = {message["from"][-4:]: message for message in world.hook.messages}
    assert (said["9020"]["text"]["body"], said["9021"]["text"]["body"]) == ("Yes", "STOP")
    assert said["9022"]["button"] == {"payload": "Joo", "text": "Joo"}
    await world.whatsapp.told()
    hidden = [one for one in world.hook.statuses if "recipient_id" not in one]
    assert len(hidden) == 3
    assert {one["recipient_user_id"] for one in hidden} == {
        world.whatsapp.cloud.people.by_phone("358401239019").user_id
    }


async def test_the_ledger_counts_what_was_taken(cloud: CloudStarter) -> None:
    world = await cloud(late_refusals=False)
    world.whatsapp.cloud.ledger.pattern = re.compile(r"#(\d+)")
    world.whatsapp.add_template("hello", "Hei {{1}}.")
    for number in (1, 2, 2):
        await world.call.template(PERSON, "hello", f"#{number}")
    await world.call.text(PERSON, "#3")
    ledger = world.whatsapp.cloud.ledger
    assert (ledger.total, ledger.refused, ledger.doubled()) == (3, 1, {"2": 2})
    assert ledger.lost(["1", "2", "3"]) == ["3"]
