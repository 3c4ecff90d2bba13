"""The simulator as one thing to start and stop: the message centre and the handset page in one event loop.

Rule: both addresses are taken before anything runs, so it either starts whole or says in one sentence why
not.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
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

__all__ = ["CannotStart", "Simulator", "SimulatorOptions", "simulate", "start"]


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """Everything there is to choose. `page_port` None starts no page; port 0 takes any free one."""

    smsc: SmscOptions = field(default_factory=SmscOptions)
    centre: CentreOptions = field(default_factory=CentreOptions)
    behaviour: Behaviour = field(default_factory=Behaviour)
    ledger: re.Pattern[str] | None = None  # where a message's key is; None keeps no ledger
    page_host: str = "127.0.0.1"
    page_port: int | None = 8090


class Simulator:
    """A running simulator; made by `start`."""

    def __init__(self, smsc: Smsc, live: Live, page: WebServer | None, page_socket: socket.socket | None):
        self.smsc = smsc
        self.centre = smsc.centre
        self.page_url = ""
        self._live = live
        self._page = page
        self._page_task: asyncio.Task[None] | None = None
        if page is not None and page_socket is not None:
            host, port = page_socket.getsockname()[:2]
            self.page_url = f"http://{host}:{port}/"
            self._page_task = asyncio.create_task(page.serve(sockets=[page_socket]), name="handset page")

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
        await self.smsc.stop(grace)
        if self._page_task is not None:
            await self._page_task


async def start(
    options: SimulatorOptions, clock: Callable[[], datetime], random: Random
) -> Simulator | CannotStart:
    """Start message centre and page. `clock` gives the aware time of day; `random` decides every chance."""
    live = Live()
    centre = MessageCentre(options.centre, options.behaviour, random, clock)
    centre.on_change = live.changed
    if options.ledger is not None:
        centre.ledger = Ledger(options.ledger)
    smsc = Smsc(options.smsc, centre)
    page_socket = None
    if options.page_port is not None:
        listening = listen("handset page", options.page_host, options.page_port)
        if isinstance(listening, CannotStart):
            return listening
        page_socket = listening
    try:
        await smsc.start()
    except OSError as problem:
        if page_socket is not None:
            page_socket.close()
        return cannot_listen("message centre", options.smsc.host, options.smsc.port, problem)
    page = web_server(create_page(smsc, live)) if page_socket is not None else None
    return Simulator(smsc, live, page, page_socket)


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
