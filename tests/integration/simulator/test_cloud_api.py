"""The Cloud API on a real socket: sends, what becomes of them, and what people write back."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from tests.integration.simulator.cloud_world import PERSON, CloudStarter, code

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
