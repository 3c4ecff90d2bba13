"""An SMPP client for tests: our session in the client role on a real socket, everything it hears in queues.

Rule: it decides nothing; a test says how deliveries are answered and waits for what it expects.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

from viesti.protocols.smpp.events import Answered, BindRefused, Bound, Closed, Event, RequestReceived
from viesti.protocols.smpp.matrix import Role
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.session import Session, SessionOptions
from viesti.protocols.smpp.spec import Command
from viesti.protocols.smpp.status import Status

PATIENCE = 10.0  # seconds after which what a test waits for is taken not to come


def acknowledge(_: Pdu) -> int | None:
    """Answer every delivery with ESME_ROK."""
    return Status.ROK


class Esme(asyncio.Protocol):
    """Made by `connect`. `answer` gives the status for a delivery, or None for no answer at all."""

    def __init__(self, answer: Callable[[Pdu], int | None]) -> None:
        self.answer = answer
        self.answers: asyncio.Queue[tuple[Any, Pdu]] = asyncio.Queue()
        self.deliveries: asyncio.Queue[Pdu] = asyncio.Queue()
        self.heard: list[str] = []  # 'answer' and 'delivery' in the order they came
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._loop = asyncio.get_running_loop()
        self._bind: asyncio.Future[Bound | BindRefused] = self._loop.create_future()
        self._session = Session(Role.ESME, SessionOptions(window=1000), self._loop.time())
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(
        cls,
        port: int,
        answer: Callable[[Pdu], int | None] = acknowledge,
        tls: ssl.SSLContext | None = None,
    ) -> Esme:
        """Open a connection, not bound yet."""
        loop = asyncio.get_running_loop()
        _, esme = await loop.create_connection(lambda: cls(answer), "127.0.0.1", port, ssl=tls)
        return esme

    async def bind(
        self, system_id: str = "demo", password: str = "", command: Command = Command.BIND_TRANSCEIVER
    ) -> Bound | BindRefused:
        """Bind, and what came of it."""
        self._session.bind(command, self._loop.time(), system_id=system_id, password=password)
        self._flush()
        return await asyncio.wait_for(self._bind, PATIENCE)

    def send(self, pdu: Pdu, context: Any = None) -> None:
        """Send a request; its answer comes through `answers`."""
        self._session.request(pdu, context, self._loop.time())
        self._flush()

    def submit(self, destination: str = "358401234567", text: bytes = b"Hello", **fields: Any) -> None:
        """Send a submit_sm that asks for a receipt; its context is its destination."""
        values = {
            "source_addr": "16500",
            "destination_addr": destination,
            "registered_delivery": 1,
            "short_message": text,
        }
        self.send(Pdu(Command.SUBMIT_SM, fields=values | fields), destination)

    async def answered(self) -> Pdu:
        """The next answer."""
        _, response = await asyncio.wait_for(self.answers.get(), PATIENCE)
        return response

    async def delivered(self) -> Pdu:
        """The next delivery."""
        return await asyncio.wait_for(self.deliveries.get(), PATIENCE)

    async def ended(self) -> str:
        """Why the session ended, once it has."""
        return await asyncio.wait_for(asyncio.shield(self.closed), PATIENCE)

    async def close(self) -> None:
        """Hang up without a word."""
        if self._transport is not None:
            self._transport.abort()
            await self.ended()

    async def unbind(self) -> str:
        """Say goodbye."""
        self._session.unbind(self._loop.time())
        self._flush()
        return await self.ended()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for event in self._session.receive(data, self._loop.time()):
            self._event(event)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        for event in self._session.eof(self._loop.time()):
            self._event(event)

    def _event(self, event: Event) -> None:
        if isinstance(event, Answered):
            self.heard.append("answer")
            self.answers.put_nowait((event.context, event.response))
        elif isinstance(event, RequestReceived):
            self.heard.append("delivery")
            self.deliveries.put_nowait(event.pdu)
            status = self.answer(event.pdu)
            if status is not None:
                self._session.respond(event.pdu, status)
        elif isinstance(event, Bound | BindRefused):
            self._bind.set_result(event)
        elif isinstance(event, Closed) and not self.closed.done():
            self.closed.set_result(event.reason)

    def _flush(self) -> None:
        data = self._session.outgoing()
        if self._transport is not None and data:
            self._transport.write(data)
