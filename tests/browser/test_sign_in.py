"""Signing in for a connector in a real browser: the window that a platform opens, by keyboard and by mouse.

The platform is another site (`localhost` beside `127.0.0.1`), as it is in life.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright, expect
from tests.browser.looks import CHROMIUM, looks, window
from tests.integration.api.conftest import PASSWORD, make_estate, running
from tests.integration.api.person import query

from viesti.storage.store import Store

pytestmark = pytest.mark.browser

ADAS, DIS = "ada@acme.example", "di@acme.example"
SIZES = ((320, 640), (400, 720), (1100, 800))
# The platform's page opens a window and is told by it of what came back.
OPENER = """<!doctype html><title>Platform</title><button onclick="window.open(address)">Connect</button>
<output></output><script>
const address = new URLSearchParams(location.search).get('address');
addEventListener('message', (event) => { document.querySelector('output').textContent = event.data; });
</script>"""
DONE = """<!doctype html><title>Done</title><p>Connected</p>
<script>opener?.postMessage(location.search, '*');</script>"""


@dataclass(slots=True)
class Scene:
    """Our server, the platform, and a browser."""

    url: str
    platform: str
    browser: Browser
    db: asyncpg.Connection[Any]

    @property
    def authorize(self) -> str:
        """The address that the platform opens."""
        return f"{self.url}/oauth/authorize?{query(redirect_uri=self.platform + '/redirect')}"

    def window(
        self, width: int = 500, height: int = 700, **options: Any
    ) -> AbstractAsyncContextManager[Page]:
        """A new window with nothing remembered."""
        return window(self.browser, width, height, **options)


@asynccontextmanager
async def serve(*routes: web.RouteDef) -> AsyncIterator[int]:
    """A web server of another; gives its port."""
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[0][1]
    yield port
    await runner.cleanup()


def html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


@pytest.fixture
async def scene(database_url: str, store: Store) -> AsyncIterator[Scene]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    await make_estate(database_url)

    async def opener(_: web.Request) -> web.Response:
        return html(OPENER)

    async def done(_: web.Request) -> web.Response:
        return html(DONE)

    async def anything(request: web.Request) -> web.Response:
        return html(request.query["page"])

    async with serve(web.get("/done", done)) as last:

        async def redirect(request: web.Request) -> web.Response:
            # The platform goes on to a site of its own.
            raise web.HTTPFound(f"http://127.0.0.1:{last}/done?{request.query_string}")

        routes = (web.get("/", opener), web.get("/redirect", redirect), web.get("/page", anything))
        async with serve(*routes) as port:
            platform = f"http://localhost:{port}"
            db = await asyncpg.connect(database_url)
            await db.execute("update oauth_clients set redirect_uris = array[$1]", f"{platform}/redirect")
            async with running(store) as api, async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=CHROMIUM,
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                yield Scene(api.url, platform, browser, db)
                await browser.close()
            await db.close()


async def sign_in(page: Page, email: str = ADAS, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_window_of_the_platform_by_keyboard_alone(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(f"{scene.platform}/?address=" + scene.authorize.replace("&", "%26"))
        async with page.expect_popup() as opening:
            await page.get_by_role("button", name="Connect").click()
        popup = await opening.value
        await expect(popup.get_by_label("E-mail address")).to_be_focused()
        await popup.keyboard.type(ADAS)
        await popup.keyboard.press("Tab")
        await popup.keyboard.type(PASSWORD)
        await popup.keyboard.press("Enter")
        await expect(popup.get_by_role("heading", level=1)).to_have_text("Allow Flows of Acme?")
        for _ in range(3):  # another account, deny, allow
            await popup.keyboard.press("Tab")
        await expect(popup.get_by_role("button", name="Allow")).to_be_focused()
        await popup.keyboard.press("Enter")
        await expect(popup.get_by_text("Connected")).to_be_visible()
        # The window that opened it could be told: nothing cut the two off from each other.
        await expect(page.locator("output")).to_contain_text("?code=vsc_")
    assert await scene.db.fetchval("select count(*) from oauth_grants") == 1


async def test_what_the_consent_says(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page)
        rights = page.get_by_role("region", name="It will be able to").get_by_role("listitem")
        await expect(rights).to_have_text(
            [
                "See which customers you work for",
                "Send messages and replies",
                "Stay connected until the connection is ended",
            ]
        )
        customers = page.get_by_role("region", name="For these customers").get_by_role("listitem")
        await expect(customers).to_have_text(["Acme", "Beta"])
        await expect(page.get_by_text("You will go back to localhost")).to_be_visible()
        await page.get_by_role("button", name="Deny").click()
        await page.wait_for_url(re.compile(r"/done\?error=access_denied"))


async def test_a_wrong_password(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page, password="wrong")
        await expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
        await expect(page.get_by_label("E-mail address")).to_have_value(ADAS)
        await expect(page.get_by_label("Password")).to_have_value("")
        await expect(page.get_by_label("Password")).to_be_focused()
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Allow Flows of Acme?")


async def test_not_allowed(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page, DIS)
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Signing in for connectors is not switched on"
        )
        await expect(page.get_by_role("region", name="Ask an administrator of Acme")).to_contain_text(ADAS)
        await page.get_by_role("button", name="Go back").click()
        await page.wait_for_url(re.compile(r"/done\?error=access_denied"))


async def test_another_account(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page, DIS)
        await page.get_by_role("button", name="Use another account").click()
        await sign_in(page, ADAS)
        await page.get_by_role("button", name="Allow").click()
        await page.wait_for_url(re.compile(r"/done\?code="))


async def test_markup_in_names_stays_text(scene: Scene) -> None:
    name = "<img src=x onerror=\"document.title='taken over'\">"
    await scene.db.execute("update oauth_clients set name = $1", name)
    await scene.db.execute("update users set name = $1", name)
    await scene.db.execute("update customers set name = $1 where id = 100", name)
    await scene.db.execute("select pg_notify('viesti_estate', '')")
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page)
        await expect(page.get_by_role("button", name="Allow")).to_be_visible()
        assert await page.locator("main section img, main form img").count() == 0
        assert (await page.title()).startswith("Allow <img")


async def test_a_strangers_form(scene: Scene) -> None:
    async with scene.window() as page:
        await page.goto(scene.authorize)
        await sign_in(page)
        await expect(page.get_by_role("button", name="Allow")).to_be_visible()
        form = (
            f"<form method=post action='{scene.url}/oauth/authorize'><input name=decision value=allow>"
            f"<input name=query value='{scene.authorize.partition('?')[2]}'><button>Win</button></form>"
        )
        await page.goto(f"{scene.platform}/page?page={form.replace('&', '%26')}")
        await page.get_by_role("button", name="Win").click()
        await expect(page.get_by_role("alert")).to_contain_text("not sent from our page")
    assert await scene.db.fetchval("select count(*) from oauth_grants") == 0


async def test_no_other_site_may_frame_it(scene: Scene) -> None:
    context = await scene.browser.new_context()
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    frame = f"<iframe src='{scene.authorize.replace('&', '%26')}'></iframe>"
    await page.goto(f"{scene.platform}/page?page={frame}")
    await page.wait_for_load_state("networkidle")
    assert any("frame-ancestors" in text for text in refused)
    assert await page.frames[1].get_by_label("Password").count() == 0
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_how_it_looks(scene: Scene, tmp_path: Path, scheme: Any, size: tuple[int, int]) -> None:
    async with scene.window(*size, color_scheme=scheme) as page:
        await page.goto(scene.authorize)
        await looks(page, tmp_path / "sign-in.png")
        await sign_in(page, password="wrong")
        await looks(page, tmp_path / "wrong.png")
        await sign_in(page)
        await looks(page, tmp_path / "consent.png")
        await page.get_by_role("button", name="Use another account").click()
        await sign_in(page, DIS)
        await looks(page, tmp_path / "not-allowed.png")
        await page.goto(scene.authorize + "&client_id=x")
        await looks(page, tmp_path / "stopped.png")
