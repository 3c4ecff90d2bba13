"""A contact's page in a real browser: narrow and wide, light and dark, by keyboard, and with markup in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.browser.looks import CHROMIUM, looks, window
from tests.integration.api.conftest import PASSWORD, make_estate, running
from tests.integration.api.profile import MARKUP, happen, make_contact, opt_out

from viesti.storage.store import Store

pytestmark = pytest.mark.browser

SIZES = ((320, 640), (400, 720), (768, 900), (1300, 900))


@dataclass(slots=True)
class Scene:
    """Our server with a contact to whom everything happened, and a browser."""

    browser: Browser
    address: str
    forbid: Any


@pytest.fixture
async def scene(database_url: str, store: Store) -> AsyncIterator[Scene]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    await make_estate(database_url)
    async with running(store) as api, async_playwright() as playwright:
        identifier = await make_contact(api)
        await happen(api)
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield Scene(browser, f"{api.url}/console/contacts/{identifier}", lambda: opt_out(api))
        await browser.close()


async def sign_in(page: Page, email: str = "bo@acme.example") -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")


async def test_by_keyboard_from_the_address_to_the_page_and_out(scene: Scene) -> None:
    async with window(scene.browser) as page:
        await page.goto(scene.address)
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        await sign_in(page)
        await page.wait_for_url(scene.address)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Åsa Ek")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Use another account")).to_be_focused()
        await page.keyboard.press("Tab")
        explained = page.get_by_text("The rating is interest times arrival.")
        await expect(explained).to_be_hidden()
        await page.keyboard.press("Enter")
        await expect(explained).to_be_visible()
        await page.get_by_role("button", name="Use another account").click()
        await sign_in(page, "cy@beta.example")
        await expect(page.get_by_role("heading", level=1)).to_have_text("No such contact")


async def test_what_programs_find_on_it(scene: Scene) -> None:
    async with window(scene.browser) as page:
        await page.goto(scene.address)
        await sign_in(page)
        messages = page.get_by_role("region", name="Messages").get_by_role("listitem")
        await expect(messages.filter(has_text="Lost")).to_contain_text("The handset could not be reached.")
        await expect(page.get_by_role("region", name="Tags").get_by_role("listitem")).to_have_count(2)
        await expect(page.get_by_role("region", name="May they be written to?")).to_contain_text("Opted in")


async def test_markup_stays_text(scene: Scene) -> None:
    async with window(scene.browser) as page:
        await page.goto(scene.address)
        await sign_in(page)
        await expect(page.locator(".messages .text").filter(has_text="<b>bold")).to_have_text(MARKUP)
        assert await page.locator("main img, .text b").count() == 0
        assert await page.title() == "Åsa Ek · Viesti"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_how_it_looks(scene: Scene, tmp_path: Path, scheme: Any, size: tuple[int, int]) -> None:
    async with window(scene.browser, *size, color_scheme=scheme) as page:
        await page.goto(scene.address)
        await looks(page, tmp_path / "sign-in.png")
        await sign_in(page)
        await page.wait_for_url(scene.address)
        await page.get_by_text("How this is worked out").click()
        await looks(page, tmp_path / "contact.png")
        await scene.forbid()
        await page.reload()
        await looks(page, tmp_path / "opted-out.png")
        await page.goto(scene.address + "0")
        await looks(page, tmp_path / "nobody.png")
