"""What people write by WhatsApp, from their handset to the customer and back, through whole processes and a
Cloud API on the wire that repeats and disorders its webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from tests.e2e.installation import Installation
from tests.e2e.whatsapp_number import NUMBER, a_number, webhook_url

from viesti.simulator.whatsapp.run import WhatsApp

pytestmark = pytest.mark.e2e

HANDSET, NAMELESS = "358401112222", "358401113333"
SECONDS = 30.0
PICTURE = b"\x89PNG\r\n" + bytes(range(256)) * 500
OF_THE_DESK = """
dialogue = true
actions = [{ kind = "auto_reply", text = "Thank you for: $(content)" }]
"""


class Desk:
    """An installation with a WhatsApp number, and what the customer was told."""

    def __init__(self, installation: Installation, whatsapp: WhatsApp) -> None:
        self.installation = installation
        self.whatsapp = whatsapp
        self.url = webhook_url(installation)

    def told(self) -> list[dict[str, Any]]:
        """Of messages, in the order of the calls."""
        return [json.loads(body)["data"] for body in self.installation.customer.inbound]

    async def until(self, holds: Any, what: str) -> None:
        """Wait until this holds."""

        async def look() -> bool:
            return bool(holds())

        await self.installation.until(look, SECONDS, what)

    async def told_of(self, content: str) -> dict[str, Any]:
        """What the customer was told of the message with this text."""
        await self.until(lambda: any(data["content"] == content for data in self.told()), content)
        return next(data for data in self.told() if data["content"] == content)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with Installation() as installation, a_number(installation, OF_THE_DESK) as whatsapp:
        yield Desk(installation, whatsapp)


async def test_a_conversation(desk: Desk) -> None:
    """Verified, written to, answered by itself; then a picture, a reaction and a word about marketing."""
    assert not await desk.whatsapp.subscribe(desk.url + "x")
    assert await desk.whatsapp.subscribe(desk.url)
    phone = desk.whatsapp.handset(HANDSET)

    said = phone.text("Hei, mik\u00e4 hinta? \U0001f642")
    told = await desk.told_of(said.text)
    assert (told["protocol"], told["sender"], told["recipient"]) == (
        "WhatsApp",
        HANDSET,
        NUMBER.display_number,
    )
    assert (told["kind"], told["reference"], told["service"]) == ("text", said.id, "desk")
    [answer] = await desk.whatsapp.until(lambda: desk.whatsapp.texts(HANDSET))
    assert answer == f"Thank you for: {said.text}"

    phone.send_file("image/png", PICTURE, caption="My foot")
    told = await desk.told_of("My foot")
    [attachment] = told["attachments"]
    assert (attachment["name"], attachment["mimeType"]) == ("image.png", "image/png")
    async with aiohttp.ClientSession() as session, session.get(attachment["resourceLocation"]) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        assert await response.read() == PICTURE
        assert 'filename="image.png"' in response.headers["Content-Disposition"]
    [row] = await desk.installation.query("select fetched_at, error, failures from inbound_media")
    assert (row["error"], row["failures"]) == (None, 0)

    answered = desk.whatsapp.messages(HANDSET)[0]
    phone.react(answered, "\U0001f44d")
    told = await desk.told_of("\U0001f44d")
    assert (told["kind"], told["details"]["about"]) == ("reaction", answered.id)

    phone.stop_marketing()
    await desk.whatsapp.told()

    async def opted_out() -> bool:
        return bool(await desk.installation.query("select from opt_outs where scope = 'marketing'"))

    await desk.installation.until(opted_out, SECONDS, "the marketing opt-out")
    [ledger] = await desk.installation.query("select address, source from consent_ledger")
    assert tuple(ledger) == (HANDSET, "whatsapp settings")
    assert len(desk.whatsapp.texts(HANDSET)) == 2  # of the text and the picture; a reaction is not answered


async def test_somebody_without_a_number_is_answered(desk: Desk) -> None:
    assert await desk.whatsapp.subscribe(desk.url)
    phone = desk.whatsapp.handset(NAMELESS)
    phone.person.hidden = True
    phone.text("Hello")
    told = await desk.told_of("Hello")
    assert told["sender"] == phone.person.user_id
    assert await desk.whatsapp.until(lambda: desk.whatsapp.texts(NAMELESS)) == ["Thank you for: Hello"]


async def test_each_message_once_whatever_comes_twice_and_disordered(desk: Desk) -> None:
    """Two webhooks in three come again or late, and an API process and the engine are killed meanwhile."""
    desk.whatsapp.behave(
        webhook_duplicates=0.5, webhook_disorder=0.5, webhook_batch=3, webhook_retries=(0.2,)
    )
    assert await desk.whatsapp.subscribe(desk.url)
    texts = [f"message {number}" for number in range(60)]
    for number, text in enumerate(texts):
        desk.whatsapp.handset(f"35840222{number % 20:04}").text(text)
        if number in (20, 40):
            desk.installation.kill("api" if number == 20 else "engine")
    await desk.whatsapp.told(SECONDS)
    await desk.until(lambda: len({data["content"] for data in desk.told()}) == len(texts), "all messages")

    async def worked_on() -> bool:
        rows = await desk.installation.query(
            "select from provider_events union all select from inbound_parts"
        )
        return not rows

    await desk.installation.until(worked_on, SECONDS, "all webhooks")
    stored = await desk.installation.query("select text from inbound_messages")
    assert sorted(row["text"] for row in stored) == sorted(texts)
    by_reference = {data["reference"]: data["content"] for data in desk.told()}
    assert len(by_reference) == len(texts)
