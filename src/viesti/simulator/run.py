"""The simulator as one thing to start and stop: message centre, Cloud API and handset page in one event loop.

Rule: it either starts whole or says in one sentence why not.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from viesti.simulator.behaviour import Behaviour
from viesti.simulator.centre import CentreOptions, MessageCentre
from viesti.simulator.ledger import Ledger
from viesti.simulator.listening import CannotStart, WebServer, cannot_listen, listen, web_server
from viesti.simulator.live import Live
from viesti.simulator.page import create_page
from viesti.simulator.smsc import Smsc, SmscOptions
from viesti.simulator.whatsapp.run import WhatsApp, WhatsAppOptions, start_whatsapp

__all__ = ["CannotStart", "Simulator", "SimulatorOptions", "simulate", "start"]


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """Everything there is to choose. `page_port` None starts no page; port 0 takes any free one."""

    smsc: SmscOptions | None = field(default_factory=SmscOptions)  # None: no message centre
    whatsapp: WhatsAppOptions | None = None
    centre: CentreOptions = field(default_factory=CentreOptions)
    behaviour: Behaviour = field(default_factory=Behaviour)
    ledger: re.Pattern[str] | None = None  # where a message's key is; None keeps no ledger
    page_host: str = "127.0.0.1"
    page_port: int | None = 8090


class Simulator:
    """A running simulator; made by `start`."""

    def __init__(
        self,
        smsc: Smsc | None,
        whatsapp: WhatsApp | None,
        live: Live,
        page_socket: socket.socket | None,
    ) -> None:
        self._smsc, self._whatsapp = smsc, whatsapp
        self.page_url = ""
        self._live = live
        self._page: WebServer | None = None
        self._page_task: asyncio.Task[None] | None = None
        if page_socket is not None:
            self._page = web_server(create_page(smsc, whatsapp, live))
            host, port = page_socket.getsockname()[:2]
            self.page_url = f"http://{host}:{port}/"
            self._page_task = asyncio.create_task(
                self._page.serve(sockets=[page_socket]), name="handset page"
            )

    @property
    def smsc(self) -> Smsc:
        """The message centre on the wire, which was asked for."""
        assert self._smsc is not None
        return self._smsc

    @property
    def centre(self) -> MessageCentre:
        """Its inside."""
        return self.smsc.centre

    @property
    def whatsapp(self) -> WhatsApp:
        """The Cloud API, which was asked for."""
        assert self._whatsapp is not None
        return self._whatsapp

    @property
    def smpp_address(self) -> str:
        """'host:port' of the message centre."""
        return self.smsc.address

    @property
    def ledger(self) -> Ledger | None:
        """The count of what was taken, when one is kept."""
        return self.centre.ledger

    async def stop(self, grace: float = 5.0) -> None:
        """Unbind the sessions, end the pages, and wait for both, up to `grace` seconds."""
        self._live.close()
        if self._page is not None:
            self._page.should_exit = True
        if self._smsc is not None:
            await self._smsc.stop(grace)
        if self._whatsapp is not None:
            await self._whatsapp.stop()
        if self._page_task is not None:
            await self._page_task


async def start(
    options: SimulatorOptions, clock: Callable[[], datetime], random: Random
) -> Simulator | CannotStart:
    """Start what was asked for. `clock` gives the aware time of day; `random` decides every chance."""
    live = Live()
    async with AsyncExitStack() as undo:
        page_socket = None
        if options.page_port is not None:
            listening = listen("handset page", options.page_host, options.page_port)
            if isinstance(listening, CannotStart):
                return listening
            page_socket = listening
            undo.callback(page_socket.close)
        smsc = whatsapp = None
        if options.whatsapp is not None:
            started = await start_whatsapp(options.whatsapp, clock, random)
            if isinstance(started, CannotStart):
                return started
            whatsapp = started
            whatsapp.on_change = live.changed
            undo.push_async_callback(whatsapp.stop)
        if options.smsc is not None:
            centre = MessageCentre(options.centre, options.behaviour, random, clock)
            centre.on_change = live.changed
            if options.ledger is not None:
                centre.ledger = Ledger(options.ledger)
            smsc = Smsc(options.smsc, centre)
            try:
                await smsc.start()
            except OSError as problem:
                return cannot_listen("message centre", options.smsc.host, options.smsc.port, problem)
        undo.pop_all()
    return Simulator(smsc, whatsapp, live, page_socket)


async def simulate(
    options: SimulatorOptions,
    clock: Callable[[], datetime],
    random: Random,
    stop: asyncio.Event,
    ready: Callable[[Simulator], None],
) -> CannotStart | None:
    """Run until `stop` is set; `ready` is called once it listens. Gives why it could not start, or None."""
    simulator = await start(options, clock, random)
    if isinstance(simulator, CannotStart):
        return simulator
    try:
        ready(simulator)
        await stop.wait()
    finally:
        await simulator.stop()
    return None
