"""The pages about our APIs in a real browser: narrow and wide, light and dark, by keyboard, and alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright, expect
from tests.browser.looks import CHROMIUM, looks, window
from tests.integration.api.conftest import running

from viesti.storage.store import Store

pytestmark = pytest.mark.browser

SIZES = ((320, 640), (900, 900), (1300, 900))


@dataclass(slots=True)
class Scene:
    """Our server and a browser."""

    browser: Browser
    url: str


@pytest.fixture
async def scene(database_url: str, store: Store) -> AsyncIterator[Scene]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    async with running(store) as api, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield Scene(browser, api.url)
        await browser.close()


async def test_nothing_is_fetched_from_elsewhere_and_no_script_is_needed(scene: Scene) -> None:
    async with window(scene.browser, java_script_enabled=False) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        for path in ("/docs", "/docs/smartdialog", "/docs/txtsync"):
            await page.goto(scene.url + path)
            await expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert {url.removeprefix(scene.url).partition("/")[0] for url in asked} == {""}
        assert len(asked) >= 6  # pages and style sheets


async def test_by_keyboard_to_an_operation(scene: Scene) -> None:
    async with window(scene.browser, 1300, 900) as page:
        await page.goto(scene.url + "/docs/smartdialog")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        contents = page.get_by_role("navigation", name="Contents", exact=True)
        await contents.get_by_role("link", name="Send Message", exact=True).focus()
        await page.keyboard.press("Enter")
        assert page.url.endswith("#SendMessage")
        operation = page.get_by_role("article", name="Send Message", exact=True)
        await expect(operation).to_be_in_viewport()
        await expect(operation.get_by_text('curl -H "Authorization: Bearer $TOKEN"')).to_be_visible()
        member = operation.get_by_text("The message's id.")
        await expect(member).to_be_hidden()
        await operation.locator("summary").first.focus()
        await page.keyboard.press("Enter")
        await expect(operation.locator("details").first.get_by_role("term").first).to_be_visible()


async def test_the_contents_are_folded_where_there_is_no_room(scene: Scene) -> None:
    async with window(scene.browser, 320, 640) as page:
        await page.goto(scene.url + "/docs")
        link = page.get_by_role("link", name="List Customers", exact=True).locator("visible=true")
        await expect(link).to_have_count(1)  # that of the operation itself
        await page.get_by_text("Contents", exact=True).locator("visible=true").click()
        await link.first.click()
        assert page.url.endswith("#ListCustomers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_how_it_looks(scene: Scene, tmp_path: Path, scheme: Any, size: tuple[int, int]) -> None:
    async with window(scene.browser, *size, color_scheme=scheme) as page:
        for path in ("/docs", "/docs/smartdialog"):
            await page.goto(scene.url + path)
            await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            await looks(page, tmp_path / f"{path.replace('/', '-')}.png")
        await page.goto(scene.url + "/docs/txtsync")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
