"""A browser's window, and whether a page in it can be seen and read."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

CHROMIUM = shutil.which("chromium")
# How well the text of an element stands out from what is behind it (WCAG's ratio).
CONTRAST = """(element) => {
    const parse = (text) => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    let behind = element;
    while (parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor];
    const [low, high] = pair.map((c) => light(parse(c))).sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}"""


@asynccontextmanager
async def window(
    browser: Browser, width: int = 500, height: int = 700, **options: Any
) -> AsyncIterator[Page]:
    """A new window with nothing remembered. What it complains of in its console fails the test."""
    context = await browser.new_context(viewport={"width": width, "height": height}, **options)
    complaints: list[str] = []
    page = await context.new_page()
    _listen(context, complaints)
    yield page
    await context.close()
    assert not complaints


def _listen(context: BrowserContext, complaints: list[str]) -> None:
    def hear(message: ConsoleMessage) -> None:
        # Chromium tells of every answer of 4xx; those are the point of some tests.
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            complaints.append(message.text)

    context.on("console", hear)


async def looks(page: Page, picture: Path) -> None:
    """Nothing is cut off, and everything can be read; the picture is for people."""
    await page.wait_for_load_state()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shown = page.locator(
        "h1, h2, h3, h4, p, pre, li, dt, dd, summary, time, label, button, a, strong, small, b, .brand span,"
        " .avatar"
    )
    ratios = f"(all) => all.map((each) => [each.innerText, ({CONTRAST})(each)])"
    assert await shown.count()
    assert [pair for pair in await shown.evaluate_all(ratios) if not pair[1] >= 4.5] == []
    await page.screenshot(path=picture, full_page=True)
