"""The message centre on the wire: an asyncio server that holds any number of SMPP sessions.

Rule: it owns the connections and the one timer of the message centre, and decides nothing about messages.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from viesti.protocols.smpp.matrix import State
from viesti.protocols.smpp.session import SessionOptions
from viesti.simulator.centre import MessageCentre
from viesti.simulator.connection import Connection

GRAIN = (
    0.002  # seconds by which due things may gather, so that 10,000 receipts a second are not 10,000 timers
)
MODES: dict[State, str] = {
    State.BOUND_TX: "transmitter",
    State.BOUND_RX: "receiver",
    State.BOUND_TRX: "transceiver",
}


@dataclass(frozen=True, slots=True)
class SmscOptions:
    """Where it listens and how its sessions behave. `port` 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 2775
    system_id: str = "viesti-sim"
    session: SessionOptions = field(default_factory=SessionOptions)
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class SessionView:
    """What a page shows of one bound session."""

    system_id: str
    mode: str
    peer: str
    submitted: int
    delivered: int


class Smsc:
    """The server. Make it, `start`, and `stop` it in the same event loop."""

    def __init__(self, options: SmscOptions, centre: MessageCentre) -> None:
        self.options = options
        self.centre = centre
        self.loop = asyncio.get_running_loop()
        self.address = ""
        self.port = 0
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()
        self._receivers: dict[str, list[Connection]] = {}
        self._mail: set[str] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._emptied = asyncio.Event()
        centre.mail.on_mail = self._on_mail

    async def start(self) -> None:
        """Listen. Raises OSError when the address can't be had."""
        options = self.options
        self._server = await self.loop.create_server(
            lambda: Connection(self, options.system_id, options.session),
            options.host,
            options.port,
            ssl=options.tls,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self.address = f"{self.options.host}:{self.port}"

    async def stop(self, grace: float) -> None:
        """Unbind every session, wait up to `grace` seconds for them to go, and close."""
        if self._server is not None:
            self._server.close()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        for connection in list(self._connections):
            connection.leave()
        if self._connections:
            self._emptied.clear()
            try:
                async with asyncio.timeout(grace):
                    await self._emptied.wait()
            except TimeoutError:
                self.drop_links()

    def sessions(self) -> list[SessionView]:
        """Those bound now."""
        return [
            SessionView(
                connection.account,
                MODES[connection.session.state],
                connection.peer,
                connection.submitted,
                connection.delivered,
            )
            for connection in self._connections
            if connection.session.state in MODES
        ]

    def drop_links(self) -> int:
        """Cut every connection without a word; gives how many there were."""
        connections = list(self._connections)
        for connection in connections:
            connection.drop()
        return len(connections)

    # -- for the connections

    def joined(self, connection: Connection) -> None:
        self._connections.add(connection)

    def left(self, connection: Connection) -> None:
        self._connections.discard(connection)
        receivers = self._receivers.get(connection.account, [])
        if connection in receivers:
            receivers.remove(connection)
        if not self._connections:
            self._emptied.set()

    def receives(self, connection: Connection) -> None:
        """It is bound and takes deliveries of its account."""
        self._receivers.setdefault(connection.account, []).append(connection)
        self.centre.mail.open(connection.account)
        self._on_mail(connection.account)

    def arm(self) -> None:
        """See to it that the timeline runs when something is due."""
        due = self.centre.timeline.next_due()
        if due is None:
            return
        if self._alarm is not None:
            if self._alarm.when() <= due + GRAIN:
                return
            self._alarm.cancel()
        self._alarm = self.loop.call_at(max(due, self.loop.time() + GRAIN), self._ring)

    # -- inside

    def _ring(self) -> None:
        self._alarm = None
        self.centre.timeline.run(self.loop.time())
        self.arm()

    def _on_mail(self, account: str) -> None:
        if not self._mail:
            self.loop.call_soon(self._deliver_mail)
        self._mail.add(account)

    def _deliver_mail(self) -> None:
        accounts, self._mail = self._mail, set()
        now = self.loop.time()
        for account in accounts:
            receivers = self._receivers.get(account)
            if receivers:
                receivers.append(receivers.pop(0))  # take turns
                for connection in list(receivers):
                    connection.deliver(now)
                    connection.flush()
        self.arm()
