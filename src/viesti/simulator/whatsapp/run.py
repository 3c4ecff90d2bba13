"""The Cloud API as one thing to start and stop, and what a test asks of it.

Rule: `WhatsApp` holds the parts together and adds only waiting; state is the cloud's, webhooks are the
hooks'.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from viesti.simulator.listening import CannotStart, WebServer, listen, web_server
from viesti.simulator.whatsapp.app import TRANSPORT, GraphApp
from viesti.simulator.whatsapp.behaviour import CloudBehaviour
from viesti.simulator.whatsapp.cloud import Cloud
from viesti.simulator.whatsapp.handset import Handset
from viesti.simulator.whatsapp.hooks import Hooks
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.record import Message
from viesti.simulator.whatsapp.templates import Template

__all__ = ["CannotStart", "CloudBehaviour", "CloudNumber", "WhatsApp", "WhatsAppOptions", "start_whatsapp"]

PATIENCE = 10.0  # seconds `until` waits


@dataclass(frozen=True, slots=True)
class WhatsAppOptions:
    """Everything there is to choose; port 0 takes any free one."""

    numbers: tuple[CloudNumber, ...] = field(default_factory=lambda: (CloudNumber(),))
    behaviour: CloudBehaviour = field(default_factory=CloudBehaviour)
    host: str = "127.0.0.1"
    port: int = 8092


class _Protocol(HttpToolsProtocol):
    """HTTP that hands its connection to the application, so that it can be cut."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {"transport": self.transport}}


class WhatsApp:
    """A running Cloud API; made by `start_whatsapp`."""

    def __init__(self, cloud: Cloud, hooks: Hooks, server: WebServer, listening: socket.socket) -> None:
        self.cloud, self.hooks = cloud, hooks
        host, self.port = listening.getsockname()[:2]
        self.base_url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        self.on_change: Callable[[str], None] = lambda _: None  # told the phone whose messages changed
        self._server = server
        self._waiting: list[asyncio.Future[None]] = []
        cloud.on_change = self._changed
        hooks.on_change = lambda: self._changed("")
        cloud.progress.answered = self._answer
        self._task = asyncio.create_task(server.serve(sockets=[listening]), name="cloud api")

    @property
    def number(self) -> CloudNumber:
        """The first business number."""
        return next(iter(self.cloud.numbers.values()))

    async def stop(self) -> None:
        """End the server and the webhooks."""
        self._server.should_exit = True
        self._server.force_exit = True  # calls that are never answered have nothing to wait for
        await self._task
        await self.hooks.stop()

    async def subscribe(self, url: str) -> bool:
        """Make `url` the callback of the first number's account, if it answers the verification."""
        return await self.hooks.subscribe(self.number.waba_id, url)

    def behave(self, **changes: Any) -> None:
        """Change some of the behaviour, at once."""
        self.cloud.behaviour = replace(self.cloud.behaviour, **changes)

    def handset(self, phone: str, number: CloudNumber | None = None) -> Handset:
        """The phone of a person, writing to a business number (the first)."""
        return Handset(self.cloud, self.cloud.people.by_phone(phone), number or self.number)

    def messages(self, phone: str) -> tuple[Message, ...]:
        """What was taken for a person, in order."""
        return tuple(one for one in self.cloud.record.of(phone) if not one.sent)

    def texts(self, phone: str) -> list[str]:
        """The words of what was taken for a person."""
        return [one.text for one in self.messages(phone)]

    def add_template(
        self,
        name: str,
        body: str,
        language: str = "fi",
        category: str = "UTILITY",
        status: str = "APPROVED",
        components: tuple[dict[str, Any], ...] = (),
    ) -> Template:
        """Put in a template that was made long ago; `components` are those beside the body."""
        parts = [*components, {"type": "BODY", "text": body}]
        made = Template(
            self.cloud.next_id(), self.number.waba_id, name, language, category, parts, status=status
        )
        return self.cloud.templates.add(made)

    async def until(self, found: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Wait until `found()` is true, looking after each change; gives it. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (value := found()):
                told = asyncio.get_running_loop().create_future()
                self._waiting.append(told)
                await told
        return value

    async def told(self, seconds: float = PATIENCE) -> None:
        """Wait until every webhook there is was taken. Raises TimeoutError."""
        await self.until(lambda: not self.hooks.pending, seconds)

    def _changed(self, phone: str) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)
        if phone:
            self.on_change(phone)

    def _answer(self, message: Message) -> None:
        magic = self.cloud.fortune.magic(message.person.phone)
        if magic is not None:
            Handset(self.cloud, message.person, message.number).answer(message, magic.course.reply)


async def start_whatsapp(
    options: WhatsAppOptions, clock: Callable[[], datetime], random: Random
) -> WhatsApp | CannotStart:
    """Start the Cloud API. `clock` gives the aware time of day; `random` decides every chance."""
    listening = listen("Cloud API", options.host, options.port)
    if isinstance(listening, CannotStart):
        return listening
    loop = asyncio.get_running_loop()

    def later(delay: float, action: Callable[[], None]) -> None:
        loop.call_later(delay, action)

    hooks = Hooks(options.numbers, lambda: cloud.behaviour, clock, random, options.behaviour.webhook_timeout)
    cloud = Cloud(
        options.numbers, options.behaviour, random, clock,
        later, hooks.put,
    )  # fmt: skip
    server = web_server(GraphApp(cloud, hooks, random).asgi, http=_Protocol)
    running = WhatsApp(cloud, hooks, server, listening)
    await hooks.start()
    return running
