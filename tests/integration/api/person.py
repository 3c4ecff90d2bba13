"""A person at a browser without script: follows our pages' forms by hand, with a jar of cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
from tests.integration.api.conftest import CLIENT_ID, PASSWORD, REDIRECT
from yarl import URL

LONG = "https://arenafi.onmicrosoft.com/smartdialog-integrations-api/"
SCOPE = f"offline_access {LONG}Gateway.Send {LONG}User.Customers"
ASKED = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT,
    "scope": SCOPE,
    "state": "a state/with+signs=&é",
}


@dataclass(slots=True)
class Page:
    """An answer as a browser sees it."""

    status: int
    headers: Any
    text: str

    @property
    def location(self) -> str:
        location: str = self.headers.get("Location", "")
        return location

    @property
    def answer(self) -> dict[str, str]:
        """What was sent back to the client."""
        return dict(parse_qsl(urlsplit(self.location).query, keep_blank_values=True))

    def form(self, action: str) -> dict[str, str]:
        """The members of the form with this action, as they stand."""
        reader = _Forms()
        reader.feed(self.text)
        return dict(reader.forms[action])


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._now: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self._now = self.forms[str(values["action"])] = {}
        elif tag == "input":
            self._now[str(values["name"])] = values.get("value") or ""


@dataclass(slots=True)
class Person:
    """Somebody with a browser. Redirects are not followed by themselves."""

    url: str
    client: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Page:
        return await self._call("GET", path)

    async def post(self, path: str, form: dict[str, str]) -> Page:
        return await self._call("POST", path, data=urlencode(form))

    async def authorize(self, **change: str | None) -> Page:
        """GET /oauth/authorize with these parameters over good ones."""
        return await self.get("/oauth/authorize?" + query(**change))

    async def sign_in(self, email: str, password: str = PASSWORD, **change: str | None) -> Page:
        """From the client's request to what follows signing in, which happens once."""
        page = await self.authorize(**change)
        if "/oauth/sign-in" not in page.text:
            return page
        form = page.form("/oauth/sign-in") | {"email": email, "password": password}
        signed_in = await self.post("/oauth/sign-in", form)
        return await self.get(signed_in.location) if signed_in.status == 303 else signed_in

    async def decide(self, page: Page, decision: str = "allow") -> Page:
        """Press a button of the consent page."""
        return await self.post("/oauth/authorize", page.form("/oauth/authorize") | {"decision": decision})

    async def code(self, email: str = "ada@acme.example", **change: str | None) -> str:
        """A code for this person's consent."""
        page = await self.decide(await self.sign_in(email, **change))
        assert page.status == 303, page.text
        return page.answer["code"]

    async def _call(self, method: str, path: str, **options: Any) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} | self.headers
        url = URL(self.url + path, encoded=True)
        async with self.client.request(
            method, url, headers=headers, allow_redirects=False, **options
        ) as response:
            return Page(response.status, response.headers, await response.text())


def query(**change: str | None) -> str:
    """An authorization request with these parameters over good ones; None leaves one out."""
    values = {**ASKED, **change}
    return urlencode({name: value for name, value in values.items() if value is not None})


def new_person(url: str) -> Person:
    """Somebody new; close his `client` at the end."""
    jar = aiohttp.CookieJar(unsafe=True)  # of a host that is an address
    return Person(url, aiohttp.ClientSession(cookie_jar=jar, max_line_size=1 << 15, max_field_size=1 << 15))
