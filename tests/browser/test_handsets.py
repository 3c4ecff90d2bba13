"""The handset page in a real browser: what arrives is shown as it is, and can be answered by keyboard."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random

import pytest
from playwright.async_api import Page, async_playwright, expect
from tests.fakes.esme import Esme

from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.run import Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium")
MARKUP = "<img src=x onerror=\"document.title='taken over'\"> & <b>bold</b>"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    options = SimulatorOptions(
        smsc=SmscOptions(port=0), behaviour=Behaviour(receipt_delay=Span(), magic=True), page_port=0
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
    await page.click("#compose button")
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
