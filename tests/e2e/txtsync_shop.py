"""A shop that works with TxtSync, for the stories of whole installations: its estate, its people, its flows,
and a browser.

Rule: it does what the shop, its customers' phones and their browsers would do, over HTTP, SMPP and the
command line; it looks into nothing.
"""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

import aiohttp
from tests.e2e.installation import Installation
from tests.fakes.endpoint import Endpoint, Received, answer
from yarl import URL

from viesti.simulator.handset import Shown
from viesti.simulator.treatment import MAGIC_BY_ENDING

KEY, SECRET = "shop-key", "shop-secret-of-some-length"
NUMBER = "358457391111"  # the shop's, without '+'
HOST = "go.shop.example"
STOPPED = "You get no more messages from the shop."
ESTATE = f"""
[[customers]]
key = "shop"
name = "Shop"
currency = "EUR"
link_domain = "{HOST}"

[[senders]]
customer = "shop"
sender = "+{NUMBER}"

[[services]]
customer = "shop"
key = "offers"
name = "Offers"
kind = "TwoWay"
default_sender = "+{NUMBER}"
keywords = [{{ address = "+{NUMBER}" }}]
track_links = true
stop_reply = "{STOPPED}"

[[applications]]
customer = "shop"
key = "crm"
name = "CRM"
service = "offers"
client_key = "{KEY}"
secret = "{SECRET}"
throttle_calls = 1000000000
"""
PERSON = {
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
}
PREVIEW_BOT = {"User-Agent": "WhatsApp/2.24.20.89 A", "Accept": "*/*"}


def phones() -> Iterator[str]:
    """Numbers to which nothing particular happens, without '+'."""
    for number in count(358402000000):
        if str(number)[-4:] not in MAGIC_BY_ENDING:
            yield str(number)


class Shop:
    """Start it with `async with`, in a running installation. `told`: what its flows were told, by trigger."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.told: dict[str, list[dict[str, Any]]] = {"in": [], "out": []}
        self.flows = Endpoint(self._flow)
        self._base = f"http://127.0.0.1:{installation.api_port}"

    async def __aenter__(self) -> Shop:
        await self.flows.__aenter__()
        self._session = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(KEY, SECRET)}
        )
        self._browser = aiohttp.ClientSession()
        estate = self.installation.folder / "shop.toml"
        estate.write_text(ESTATE)
        await self.installation.command("apply", str(estate), "--yes")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self._browser.close()
        await self.flows.__aexit__(None, None, None)

    def _flow(self, received: Received) -> bytes:
        path = received.line.split(" ")[1]
        self.told[path.removeprefix("/").partition("?")[0]].append(json.loads(received.body))
        return answer("202 Accepted")

    async def call(self, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """What the API answers with this status; `_` in a header's name stands for '-'."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        url = URL(self._base + path, encoded=True)
        async with self._session.request(method, url, json=body, headers=headers) as response:
            said = await response.json()
            assert response.status == status, (method, path, said)
            return said

    async def visit(self, link: str, agent: dict[str, str], method: str = "GET") -> tuple[int, str]:
        """Status and Location when somebody opens a short link; its host leads to the installation."""
        url = URL(link)
        assert url.host == HOST
        async with self._browser.request(
            method, self._base + url.path, headers={**agent, "Host": HOST}, allow_redirects=False
        ) as response:
            return response.status, response.headers.get("Location", "")

    def write(self, phone: str, text: str) -> None:
        """A phone writes to the shop."""
        assert not isinstance(self.installation.simulator.centre.reply(phone, NUMBER, text), str)

    def on_phone(self, phone: str) -> list[Shown]:
        """What came to a phone, of the last hundreds that got something."""
        return [
            one
            for one in self.installation.simulator.centre.handsets.conversation(phone)
            if one.direction == "received"
        ]

    async def contact(self, reference: str) -> dict[str, Any]:
        """A contact, by what the CRM calls it."""
        found: dict[str, Any] = await self.call("GET", f"/contacts/external/{reference}")
        return found


def write_people(file: Path, number: int) -> list[dict[str, str]]:
    """A file of so many people, one line each, and three that are none; gives the people."""
    people = [
        {
            "FirstName": f"Guest{n}",
            "LastName": "Virtanen" if n % 2 else "Mäkelä",
            "MobileNumber": f"+{phone}",
            "ExternalReference": f"crm/{n}",
            "EmailAddress": f"guest{n}@example.test",
            "City": "Helsinki",
            "TagNames": "Guests",
        }
        for n, phone in enumerate(islice(phones(), number))
    ]
    bad = [
        {"FirstName": "No", "MobileNumber": "", "TagNames": "Guests"},
        {"FirstName": "Short", "MobileNumber": "12", "TagNames": "Guests"},
        {"FirstName": "Word", "MobileNumber": "nobody", "TagNames": "Guests"},
    ]
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(people[0]))
        writer.writeheader()
        writer.writerows([*people[:100], *bad, *people[100:]])
    return people


async def settled(seconds: float = 1.1) -> None:
    """Let the second pass in which nobody can have followed a link himself."""
    await asyncio.sleep(seconds)
