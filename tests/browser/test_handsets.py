"""The handset page in a real browser: what arrives is shown as it is, and can be answered by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.fakes.esme import Esme
from tests.fakes.webhook_taker import WebhookTaker
from tests.integration.simulator.cloud_world import PERSON, Caller

from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions
from viesti.simulator.whatsapp.run import CloudBehaviour, CloudNumber, WhatsApp, WhatsAppOptions

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
MARKUP = "<img src=x onerror=\"document.title='taken over'\"> & <b>bold</b>"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    cloud = CloudBehaviour(delivery_delay=Span(), read_delay=Span())
    options = SimulatorOptions(
        smsc=SmscOptions(port=0),
        behaviour=Behaviour(receipt_delay=Span(), magic=True),
        whatsapp=WhatsAppOptions(behaviour=cloud, port=0),
        page_port=0,
    )
    running = await start(options, lambda: datetime.now(UTC), Random(1))
    assert isinstance(running, Simulator)
    yield running
    await running.stop(grace=1.0)


@pytest.fixture
async def page(simulator: Simulator) -> AsyncIterator[Page]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        opened = await browser.new_page(viewport={"width": 1300, "height": 800})
        await opened.goto(simulator.page_url)
        await expect(opened.locator("#live")).to_contain_text("Live")
        yield opened
        await browser.close()


@pytest.fixture
async def esme(simulator: Simulator) -> AsyncIterator[Esme]:
    one = await Esme.connect(simulator.smsc.port)
    await one.bind()
    yield one
    await one.close()


async def test_markup_in_a_message_stays_text(page: Page, esme: Esme) -> None:
    esme.submit("358401234567", MARKUP.encode(), source_addr="<b>x</b>")
    await expect(page.locator(".bubble")).to_have_text(MARKUP)
    await expect(page.locator(".message .party")).to_have_text("<b>x</b>")
    await expect(page.locator(".message .state")).to_contain_text("delivered")
    assert await page.locator(".conversation img, .conversation b").count() == 0
    assert "taken over" not in await page.title()


async def test_an_answer_by_keyboard(page: Page, esme: Esme) -> None:
    esme.submit("358401234567", b"Coming tonight?")
    await expect(page.locator("#to")).to_have_value("16500")
    await page.locator('.handset[data-number="358401234567"]').focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("Yes")
    await page.keyboard.press("Enter")
    receipt, reply = await esme.delivered(), await esme.delivered()
    assert receipt.number("esm_class") == 0x04
    assert (reply.message(), reply.text("source_addr")) == (b"Yes", "358401234567")
    await expect(page.locator(".message.sent .state")).to_contain_text("acknowledged")
    await expect(page.locator("#text")).to_have_value("")


async def test_a_new_handset_writes_to_a_short_code(page: Page, esme: Esme) -> None:
    await page.fill("#open-number", "+358 50 111 2222")
    await page.keyboard.press("Enter")
    await page.fill("#to", "17000")
    await page.fill("#text", "JOIN")
    await page.click("#compose button[type=submit]")
    assert (await esme.delivered()).text("destination_addr") == "17000"
    await expect(page.locator('.handset[data-number="358501112222"]')).to_be_visible()


async def test_switches(page: Page, esme: Esme) -> None:
    await page.locator("#switch-throttled").check()
    await expect(page.locator("#said")).to_have_text("Throttle: on.")
    esme.submit()
    assert (await esme.answered()).status == 0x58
    await page.click("#drop")
    await esme.ended()
    await expect(page.locator("#gauge-sessions dd")).to_have_text("0")


@pytest.fixture
async def hook(simulator: Simulator) -> AsyncIterator[WebhookTaker]:
    number = CloudNumber()
    async with WebhookTaker(number.verify_token, number.app_secret) as one:
        assert await simulator.whatsapp.subscribe(one.url)
        yield one


async def send(whatsapp: WhatsApp) -> None:
    """A template with a heading, a button of each kind and markup in its words."""
    buttons = [
        {"type": "QUICK_REPLY", "text": "Coming"},
        {"type": "URL", "text": "Map", "url": "javascript:document.title='taken over'//{{1}}"},
    ]
    whatsapp.add_template(
        "party", "Tonight, {{1}}?",
        components=(
            {"type": "HEADER", "format": "TEXT", "text": "<i>Party</i>"},
            {"type": "BUTTONS", "buttons": buttons},
        ),
    )  # fmt: skip
    components = [
        {"type": "body", "parameters": [{"type": "text", "text": MARKUP}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "x"}]},
    ]
    template = {"name": "party", "language": {"code": "fi"}, "components": components}
    async with aiohttp.ClientSession() as http:
        status, answer = await Caller(http, whatsapp.base_url).send(
            PERSON, type="template", template=template
        )
    assert status == 200, answer


async def test_whatsapp_is_shown_and_answered(page: Page, simulator: Simulator, hook: WebhookTaker) -> None:
    await send(simulator.whatsapp)
    message = page.locator(".message.wa").first
    await expect(message.locator(".head")).to_have_text("<i>Party</i>")
    await expect(message.locator(".words")).to_have_text(f"Tonight, {MARKUP}?")
    await expect(message.locator(".state")).to_contain_text("read")
    await expect(page.locator("#way")).to_have_text("WhatsApp")
    assert await message.locator("a").count() == 0  # no link to a script
    await message.get_by_role("button", name="Coming").click()
    (pressed,) = await hook.until(lambda: hook.messages)
    assert pressed["button"] == {"payload": "Coming", "text": "Coming"}
    await message.locator("summary").click()
    await message.get_by_role("button", name="React with 👍").click()
    await expect(message.locator(".reaction")).to_have_text("👍")
    await page.set_input_files(
        "#picture", {"name": "dot.png", "mimeType": "image/png", "buffer": b"\x89PNG not really"}
    )
    await hook.until(lambda: len(hook.messages) == 3)
    await page.fill("#text", "On my way")
    await page.keyboard.press("Enter")
    await page.click("#marketing")
    await expect(page.locator("#marketing")).to_have_text("Resume marketing")
    await hook.until(lambda: len(hook.messages) == 4 and hook.values[-1].get("user_preferences"))
    assert [one["type"] for one in hook.messages] == ["button", "reaction", "image", "text"]
    assert hook.messages[3]["text"]["body"] == "On my way"
    assert hook.values[-1]["user_preferences"][0]["value"] == "stop"
    for width in (1300, 900, 320):
        await page.set_viewport_size({"width": width, "height": 700})
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
    assert "taken over" not in await page.title()
