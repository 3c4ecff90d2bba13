"""What the connectors' clients act in: a whole installation, its carriers' far ends, people's phones, and a
platform whose flows are called."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
from tests.e2e.connectors import sign_in
from tests.e2e.connectors.client import Client
from tests.e2e.connectors.flows import Flows
from tests.e2e.installation import KEY, SECRET, Installation
from tests.e2e.txtsync_shop import PERSON, phones, settled
from tests.e2e.whatsapp_number import a_number, webhook_url

from viesti.simulator.behaviour import Behaviour, Span
from viesti.simulator.whatsapp.run import WhatsApp

NUMBER = "358457390001"  # of the service "Desk", which discusses
SECONDS = 20.0
PICTURE_TYPE, PICTURE = "image/png", b"\x89PNG\r\n" + bytes(range(256)) * 10
OLDER, NEWER = "older", "newer"  # applications, which TxtSync answers by its two versions
ESTATE = f"""
dialogue = true
track_links = true
keywords = [{{ address = "+{NUMBER}" }}]

[[senders]]
customer = "acme"
sender = "+{NUMBER}"

[[senders]]
customer = "acme"
sender = "Acme"

[[users]]
email = "{sign_in.EMAIL}"
name = "Ada"
password = "{sign_in.PASSWORD}"
customers = {{ acme = "member" }}
connector_sign_in = true

[[oauth_clients]]
key = "connector"
name = "A connector"
client_id = "{sign_in.CLIENT_ID}"
secret = "{sign_in.CLIENT_SECRET}"
throttle_calls = 1000000000

"""
APPLICATION = """
[[applications]]
customer = "acme"
key = "{key}"
name = "A connection"
service = "desk"
client_key = "{key}"
secret = "{secret}"
txtsync_contract = "{version}"
throttle_calls = 1000000000
"""
VERSIONS = {OLDER: "1.1", NEWER: "1.2"}
# Connectors by name: what is exported, and the application whose key a connection has; without one a person
# signs in.
CONNECTORS = {
    "smartdialog": (("smartdialog",), ""),
    "txtsync 1.1": (("txtsync", "--contract", "1.1"), OLDER),
    "txtsync 1.2": (("txtsync", "--contract", "1.2"), NEWER),
    "viesti": (("viesti",), ""),
    "viesti by key": (("viesti",), OLDER),
}


class World:
    """`clients`: a connection for each connector, by its name."""

    def __init__(
        self, installation: Installation, whatsapp: WhatsApp, flows: Flows, session: aiohttp.ClientSession
    ) -> None:
        self.installation, self.whatsapp, self.flows = installation, whatsapp, flows
        self.base_url = f"http://127.0.0.1:{installation.api_port}"
        self._session = session
        self.clients: dict[str, Client] = {}
        self._phones: Iterator[str] = phones()

    def phone(self) -> str:
        """A number that nobody had before, without '+'."""
        return next(self._phones)

    async def connect(self, name: str) -> None:
        """Export the connector and make a connection with it."""
        words, key = CONNECTORS[name]
        folder = self.installation.folder / name.replace(" ", "-")
        options = ("--base-url", self.base_url, "-o", str(folder))
        await self.installation.command("connector", "export", *words, *options)
        client = Client(folder / "apiDefinition.swagger.json", self._session)
        client.credentials = await sign_in.credentials(client.document, key, SECRET)
        self.clients[name] = client

    # People

    def write(self, phone: str, text: str, to: str = NUMBER) -> None:
        """Somebody writes an SMS."""
        problem = self.installation.simulator.centre.reply(phone, to, text)
        assert not isinstance(problem, str), problem

    def shows(self, phone: str, caption: str) -> Callable[[], Awaitable[None]]:
        """What happens when somebody sends a picture by WhatsApp."""

        async def happens() -> None:
            self.whatsapp.handset(phone).send_file(PICTURE_TYPE, PICTURE, caption=caption)

        return happens

    async def fetched(self, url: str) -> bytes:
        """What is there, for who has no credentials."""
        async with self._session.get(url) as response:
            assert response.status == 200
            return await response.read()

    async def until(self, true: Callable[[], Any], what: str) -> None:
        """Wait until it is true."""

        async def look() -> bool:
            return bool(true())

        await self.installation.until(look, SECONDS, what)

    async def reads(self, phone: str, text: str) -> None:
        """Wait until somebody got the SMS."""
        handsets = self.installation.simulator.centre.handsets
        await self.until(
            lambda: (
                text in [line.text for line in handsets.conversation(phone) if line.direction == "received"]
            ),
            f"{text!r} on the phone {phone}",
        )

    async def link_on(self, phone: str) -> str:
        """The short link that somebody got, once it is time for people to follow it."""
        pattern = re.compile(re.escape(self.base_url) + r"/l/\w+")
        handsets = self.installation.simulator.centre.handsets

        def found() -> list[str]:
            return [link for line in handsets.conversation(phone) for link in pattern.findall(line.text)]

        await self.until(found, f"a link on the phone {phone}")
        await settled()
        return found()[0]

    async def visit(self, link: str) -> None:
        """Somebody follows it."""
        async with self._session.get(link, headers=PERSON, allow_redirects=False) as response:
            assert response.status == 302

    def report_url(self, phone: str) -> str:
        """A `DlrUrl`, for `reported`."""
        return f"http://127.0.0.1:{self.installation.customer.endpoint.port}/dlr?n={phone}"

    async def reported(self, phone: str, status: str) -> None:
        """Wait until the customer's receiver was told."""
        reports = self.installation.customer.reports
        await self.until(lambda: status in reports.get(phone, []), f"the report '{status}' of {phone}")

    async def send_by_hand(self, phone: str, text: str, key: str = KEY) -> None:
        """Somebody of the customer's sends, and no flow. `key`: the application's."""
        headers = {"Authorization": aiohttp.encode_basic_auth(key, SECRET)}
        body = {"From": "Acme", "To": f"+{phone}", "Message": text}
        url = f"{self.base_url}/sms/send"
        async with self._session.post(url, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()

    # Flows

    async def started(
        self,
        client: Client,
        trigger: str,
        phone: str,
        happens: Callable[[], Awaitable[None]],
        chosen: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Any:
        """The life of a trigger: two flows are switched on, it happens and both are called with the same; one
        is switched off, it happens again, and that one is called no more. Gives what they were told first of
        who has the phone."""
        ours, witness = self.flows.make(), self.flows.make()
        made = [await client.perform(trigger, chosen, body, callback=flow.url) for flow in (ours, witness)]
        locations = [answer.headers["Location"] for answer in made]
        await happens()
        told = client.read_call(trigger, await ours.called(phone))
        assert client.read_call(trigger, await witness.called(phone)) == told
        await client.delete(locations[0])
        await self._nothing_is_owed()
        calls = len(ours.bodies), len(witness.about(phone))
        await happens()
        client.read_call(trigger, await witness.called(phone, calls[1] + 1))
        await client.delete(locations[1], signed=False)  # as some platforms do: who knows it may
        await self._nothing_is_owed()
        assert len(ours.bodies) == calls[0]
        return told

    async def _nothing_is_owed(self) -> None:
        async def settled() -> bool:
            return not await self.installation.query("select id from callbacks")

        await self.installation.until(settled, SECONDS, "all calls to be made")


@asynccontextmanager
async def a_world() -> AsyncIterator[World]:
    """Everything started, and a connection for every connector."""
    async with AsyncExitStack() as stack:
        installation = await stack.enter_async_context(
            Installation(Behaviour(magic=True, receipt_delay=Span(0.1, 0.1)))
        )
        applications = [APPLICATION.format(key=key, secret=SECRET, version=v) for key, v in VERSIONS.items()]
        estate = ESTATE + "".join(applications)
        whatsapp = await stack.enter_async_context(a_number(installation, estate))
        assert await whatsapp.subscribe(webhook_url(installation))
        flows = await stack.enter_async_context(Flows())
        session = await stack.enter_async_context(aiohttp.ClientSession())
        world = World(installation, whatsapp, flows, session)
        await asyncio.gather(*(world.connect(name) for name in CONNECTORS))
        yield world
