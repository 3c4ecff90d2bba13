"""A small message centre on a real TCP socket, and a sink that remembers, for the tests of the SMPP
channel.

Rule: it speaks through the product's own session in the other role; what it says is decided by the test, by
giving `answer` a function. Everything can be awaited with `until`, so no test sleeps.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from viesti.domain.channel import CarrierReceipt, InboundPart, LateAnswer, NotStored, SendReport, SessionState
from viesti.protocols.smpp.events import Answered, Closed, Event, RequestReceived
from viesti.protocols.smpp.matrix import Role
from viesti.protocols.smpp.pdu import Pdu
from viesti.protocols.smpp.session import Session, SessionOptions
from viesti.protocols.smpp.spec import BINDS, Command
from viesti.protocols.smpp.timers import TimerOptions


class Changing:
    """Something a test can wait on."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    def changed(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, holds: Callable[[], object], timeout: float = 10.0) -> None:
        """Returns when `holds()` does; a test that waits in vain fails."""
        async with asyncio.timeout(timeout):
            while not holds():
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.append(waiter)
                await waiter


Answer = Callable[["CarrierLink", Pdu], None]


class Carrier(Changing):
    """Listens on a port of its own choice; `submits` is what came, over all links, in order."""

    def __init__(self, password: str = "secret", window: int = 1000) -> None:
        super().__init__()
        self.password = password
        self.window = window
        self.bind_status = 0
        self.answer: Answer = accept
        self.submits: list[Pdu] = []
        self.links: list[CarrierLink] = []
        self.binds: list[Pdu] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        """Begins to listen."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: CarrierLink(self), "127.0.0.1", port, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Ends every link and stops listening."""
        for link in list(self.links):
            link.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await self.until(lambda: not self.links)

    async def submitted(self, count: int) -> None:
        """Returns once this many submits have come in all."""
        await self.until(lambda: len(self.submits) >= count)

    def texts(self) -> list[bytes]:
        """The content of every submit, in order."""
        return [pdu.message() for pdu in self.submits]


class CarrierLink(asyncio.Protocol):
    """One connection to the carrier."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.session = Session(
            Role.SMSC, SessionOptions(carrier.window, timers=TimerOptions()), time.monotonic()
        )
        self.bound_as = 0
        self._transport: asyncio.Transport | None = None
        self._responses: list[Answered] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self.carrier.links.append(self)

    def data_received(self, data: bytes) -> None:
        self._handle(self.session.receive(data, time.monotonic()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._handle(self.session.eof(time.monotonic()))
        self._transport = None
        self.carrier.links.remove(self)
        self.carrier.changed()

    def _handle(self, events: list[Event]) -> None:
        carrier = self.carrier
        for event in events:
            if isinstance(event, RequestReceived):
                pdu = event.pdu
                if pdu.command_id in BINDS:
                    self._bind(pdu)
                else:
                    carrier.submits.append(pdu)
                    carrier.answer(self, pdu)
            elif isinstance(event, Answered):
                event.context.set_result(event.response)
            elif isinstance(event, Closed):
                for waiting in event.lost:
                    waiting.cancel()
                self.flush()
                if self._transport is not None:
                    self._transport.close()
        self.flush()
        carrier.changed()

    def _bind(self, pdu: Pdu) -> None:
        carrier = self.carrier
        carrier.binds.append(pdu)
        status = carrier.bind_status or (0 if pdu.text("password") == carrier.password else 0x0E)
        self.session.respond(pdu, status, system_id="carrier")
        if status == 0:
            self.bound_as = pdu.command_id

    def respond(self, pdu: Pdu, status: int = 0, **fields: Any) -> None:
        """Answers a request."""
        self.session.respond(pdu, status, **fields)

    def flush(self) -> None:
        """Writes what the session has to say."""
        data = self.session.outgoing()
        if data and self._transport is not None:
            self._transport.write(data)

    def abort(self) -> None:
        """Cuts the connection without a word."""
        if self._transport is not None:
            self._transport.abort()

    def unbind(self) -> None:
        """Says goodbye."""
        self.session.unbind(time.monotonic())
        self.flush()

    def deliver(self, command: int = Command.DELIVER_SM, **fields: Any) -> asyncio.Future[Pdu]:
        """Sends a deliver_sm (or data_sm); done with its response."""
        tlvs = fields.pop("tlvs", ())
        answered: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self.session.request(Pdu(command, fields=fields, tlvs=tlvs), answered, time.monotonic())
        self.flush()
        return answered


def accept(link: CarrierLink, pdu: Pdu) -> None:
    """Takes it, under a number counted from 1 in hex."""
    link.respond(pdu, message_id=f"{len(link.carrier.submits):X}")


def ignore(link: CarrierLink, pdu: Pdu) -> None:
    """Never answers."""


def refuse(status: int) -> Answer:
    """Answers everything with this status."""

    def answer(link: CarrierLink, pdu: Pdu) -> None:
        link.respond(pdu, status)

    return answer


class Recorder(Changing):
    """A `ChannelSink` that keeps what it is told. `storing` may be replaced to store slowly or not at all;
    `recorded` is told of each report a moment later, as the engine does."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[SendReport] = []
        self.lates: list[LateAnswer] = []
        self.receipts: list[CarrierReceipt] = []
        self.inbounds: list[InboundPart] = []
        self.states: list[tuple[str, SessionState, str]] = []
        self.rooms = 0
        self.storing: Callable[[], Awaitable[None]] = stored
        self.recorded: Callable[[list[SendReport]], None] | None = None

    def report(self, report: SendReport) -> None:
        self.reports.append(report)
        if self.recorded is not None:
            asyncio.get_running_loop().call_soon(self.recorded, [report])
        self.changed()

    def late(self, answer: LateAnswer) -> None:
        self.lates.append(answer)
        self.changed()

    async def receipt(self, receipt: CarrierReceipt) -> None:
        self.receipts.append(receipt)
        self.changed()
        await self.storing()

    async def inbound(self, part: InboundPart) -> None:
        self.inbounds.append(part)
        self.changed()
        await self.storing()

    def room(self) -> None:
        self.rooms += 1
        self.changed()

    def session(self, channel_id: int, name: str, state: SessionState, detail: str) -> None:
        self.states.append((name, state, detail))
        self.changed()

    async def reported(self, count: int) -> dict[int, SendReport]:
        """Returns once this many reports have come, by recipient."""
        await self.until(lambda: len(self.reports) >= count)
        found = {report.recipient_id: report for report in self.reports}
        assert len(found) == len(self.reports), "a recipient was reported twice"
        return found

    async def in_state(self, state: SessionState, times: int = 1) -> str:
        """Returns once sessions have been in this state so often; gives the last detail."""
        await self.until(lambda: sum(one[1] is state for one in self.states) >= times)
        return [detail for _, found, detail in self.states if found is state][-1]


async def stored() -> None:
    """Stored at once."""


async def not_stored() -> None:
    """The store is not there."""
    raise NotStored
