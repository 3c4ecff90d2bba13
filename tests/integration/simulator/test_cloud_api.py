"""The Cloud API on a real socket: sends, what becomes of them, and what people write back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import aiohttp
import pytest
from tests.fakes.webhook_taker import WebhookTaker

from viesti.simulator.behaviour import Span
from viesti.simulator.whatsapp.run import (
    CloudBehaviour,
    CloudNumber,
    WhatsApp,
    WhatsAppOptions,
    start_whatsapp,
)

pytestmark = pytest.mark.integration

NUMBER = CloudNumber()
PERSON = "358401234567"
AT_ONCE = Span()


class Clock:
    """A time of day that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **time: float) -> None:
        self.time += timedelta(**time)


class Caller:
    """Somebody with the token."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._base = http, base

    async def __call__(
        self, method: str, path: str, token: str = NUMBER.token, **more: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        async with self._http.request(
            method, f"{self._base}/v25.0/{path}", headers=headers, **more
        ) as answer:
            return answer.status, await answer.json()

    async def send(self, to: str, **message: Any) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "to": to, **message}
        return await self("POST", f"{NUMBER.phone_number_id}/messages", json=body)

    async def text(self, to: str, text: str, **more: Any) -> tuple[int, Any]:
        return await self.send(to, type="text", text={"body": text}, **more)

    async def template(self, to: str, name: str, *parameters: str, language: str = "fi") -> tuple[int, Any]:
        texts = [{"type": "text", "text": parameter} for parameter in parameters]
        components = [{"type": "body", "parameters": texts}] if texts else []
        template = {"name": name, "language": {"code": language}, "components": components}
        return await self.send(to, type="template", template=template)


class World:
    """A Cloud API, somebody who calls it and somebody who takes its webhooks."""

    def __init__(self, whatsapp: WhatsApp, call: Caller, hook: WebhookTaker, clock: Clock) -> None:
        self.whatsapp, self.call, self.hook, self.clock = whatsapp, call, hook, clock


Starter = Callable[..., Awaitable[World]]


@pytest.fixture
async def start() -> AsyncIterator[Starter]:
    """Starts a world; keywords are fields of CloudBehaviour. Statuses come at once."""
    running: list[WhatsApp] = []
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
        WebhookTaker(NUMBER.verify_token, NUMBER.app_secret) as hook,
    ):

        async def begin(**behaviour: Any) -> World:
            clock = Clock()
            quick = dict.fromkeys(("delivery_delay", "read_delay", "approval_delay", "webhook_hold"), AT_ONCE)
            chosen = CloudBehaviour(**{**quick, "webhook_retries": (0.01,), **behaviour})
            options = WhatsAppOptions(numbers=(NUMBER,), behaviour=chosen, port=0)
            whatsapp = await start_whatsapp(options, clock, Random(7))
            assert isinstance(whatsapp, WhatsApp)
            running.append(whatsapp)
            assert await whatsapp.subscribe(hook.url)
            return World(whatsapp, Caller(http, whatsapp.base_url), hook, clock)

        yield begin
        for one in running:
            await one.stop()


def code(answer: tuple[int, Any]) -> tuple[int, int]:
    """The HTTP status and Graph's code of a refusal."""
    return answer[0], answer[1]["error"]["code"]


async def test_a_template_is_taken_and_told(start: Starter) -> None:
    world = await start()
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


async def test_the_window_opens_by_what_is_written_and_closes_by_the_clock(start: Starter) -> None:
    world = await start(late_refusals=False)
    assert code(await world.call.text(PERSON, "Hei")) == (400, 131047)
    world.whatsapp.handset(PERSON).text("Moi")
    assert (await world.hook.until(lambda: world.hook.messages))[0]["text"] == {"body": "Moi"}
    world.clock.forward(hours=23.9)
    assert (await world.call.text(PERSON, "Hei"))[0] == 200
    world.clock.forward(hours=0.2)  # our own message did not extend it
    assert code(await world.call.text(PERSON, "Hei")) == (400, 131047)


async def test_what_hangs_on_the_person_fails_by_webhook(start: Starter) -> None:
    world = await start()
    status, answer = await world.call.text(PERSON, "Hei", biz_opaque_callback_data="v1:17:1")
    assert status == 200
    (failed,) = await world.hook.until(lambda: world.hook.statuses)
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131047)
    assert (failed["id"], failed["biz_opaque_callback_data"]) == (answer["messages"][0]["id"], "v1:17:1")


async def test_nobody_is_on_whatsapp_at_some_endings(start: Starter) -> None:
    world = await start()
    world.whatsapp.add_template("hello", "Hei")
    assert (await world.call.template("358401239001", "hello"))[0] == 200
    (failed,) = await world.hook.until(lambda: world.hook.statuses)
    assert failed["errors"][0]["code"] == 131026
    assert "recipient_user_id" not in failed
    assert code(await world.call.template("358401239002", "hello")) == (400, 131026)


@pytest.mark.parametrize(
    ("ending", "left"), [("9012", "time"), ("9013", "connection")], ids=["no answer", "connection cut"]
)
async def test_taken_and_never_answered(start: Starter, ending: str, left: str) -> None:
    world = await start()
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
