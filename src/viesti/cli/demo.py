"""`viesti demo`: everything at once on this machine - carrier, phones, platform, customer - and a play on it.

Rule: it begins nothing it does not end: whatever it starts is a context that is left in reverse, also when
Ctrl-C comes while it starts.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.cli.demo_home import Home
    from viesti.cli.demo_receiver import Receiver
    from viesti.cli.demo_screen import Screen
    from viesti.cli.demo_smartdialog import SmartDialog
    from viesti.simulator.run import Simulator

RECEIVER_PORT = 8091
BIND_SECONDS = 20.0
INTERRUPTED = 130


def demo(
    context: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="End after the scenario; exit code 1 if it fails.")
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The demo's own folder.", show_default="'demo' in data_dir"),
    ] = None,
    api_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The API's port.", show_default="api_port")
    ] = None,
    smsc_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="The message centre's SMPP port.", show_default="simulator_smsc_port"
        ),
    ] = None,
    whatsapp_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="The simulated Cloud API's port.", show_default="simulator_whatsapp_port"
        ),
    ] = None,
    page_port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65535, help="The port of the phones' page.", show_default="simulator_handset_port"
        ),
    ] = None,
    receiver_port: Annotated[
        int, typer.Option(min=1024, max=65535, help="The port of the receiver of callbacks.")
    ] = RECEIVER_PORT,
) -> None:
    """Show Viesti at work: simulated carriers with phones, PostgreSQL, the engine, the API and a
    customer, and a short play of messages out and in. Then it stays up to be tried, until Ctrl-C.

    Everything is kept in a folder of its own; a real installation is not touched.
    """
    from viesti.cli import logs
    from viesti.cli.demo_home import Ports, check_ports, home_of, open_home
    from viesti.cli.demo_screen import PlainConsole, Screen

    settings = wiring.settings_of(context)
    ports = Ports(
        api=api_port or settings.api_port,
        smsc=smsc_port or settings.simulator_smsc_port,
        whatsapp=whatsapp_port or settings.simulator_whatsapp_port,
        page=page_port or settings.simulator_handset_port,
        receiver=receiver_port,
    )
    home = home_of(settings, data_dir, ports)
    screen = Screen(PlainConsole(), wiring.monotonic)
    with open_home(home) as log:
        check_ports(home, wiring.monotonic, time.sleep)
        logs.configure(home.settings.log_level, home.settings.log_format, log)
        code = asyncio.run(_until_told(home, context.obj, screen, log, once))
    raise typer.Exit(code)


async def _until_told(home: Home, config: Path | None, screen: Screen, log: TextIO, once: bool) -> int:
    """Run, and leave off at once when SIGINT or SIGTERM comes."""
    from viesti.cli.serve import stop_event

    stop = stop_event()
    stage = _Stage(home, config, screen, log)
    show = asyncio.create_task(stage.run(once), name="demo")
    told = asyncio.create_task(stop.wait(), name="told to stop")
    await asyncio.wait((show, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not show.done():
        screen.heading("Stopping ...")
        show.cancel()
    try:
        await show
    except asyncio.CancelledError:
        screen.text("Stopped; `viesti demo` brings it all back as it was." if stage.ready else "Stopped.")
        return 0 if stage.played else INTERRUPTED
    return 0


class _Stage:
    """What a demo runs, one thing inside the other."""

    def __init__(self, home: Home, config: Path | None, screen: Screen, log: TextIO) -> None:
        from viesti.cli.demo_estate import secrets_of

        self._home = home
        self._config = config
        self._screen = screen
        self._log = log
        self._secrets = secrets_of(home)
        self._token = ""  # of the person, made at each start
        self.ready = False
        self.played = False

    async def run(self, once: bool) -> None:
        """Start everything, play the scenario, stay. Raises Problem."""
        from viesti.cli.demo_live import Live
        from viesti.cli.demo_text import invite, show_places

        began = wiring.monotonic()
        async with AsyncExitStack() as running:
            self._screen.heading("Viesti demo")
            simulator = await self._carrier(running)
            receiver = await self._customer(running)
            dsn = await self._platform(running, simulator)
            self.ready = True
            show_places(self._screen, self._home, self._secrets, wiring.monotonic() - began)
            dialog = await self._play(running, simulator, receiver)
            self.played = True
            if not once:
                invite(self._screen, self._home, self._secrets, dialog)
                await Live(self._screen, receiver, dsn).run()
            self._screen.heading("Stopping ...")

    async def _carrier(self, running: AsyncExitStack) -> Simulator:
        import random

        from viesti.cli.demo_estate import whatsapp_number
        from viesti.simulator.behaviour import Behaviour, Span
        from viesti.simulator.centre import CentreOptions
        from viesti.simulator.run import CannotStart, SimulatorOptions, start
        from viesti.simulator.smsc import SmscOptions
        from viesti.simulator.whatsapp.run import CloudBehaviour, WhatsAppOptions

        host = self._home.settings.simulator_host
        options = SimulatorOptions(
            smsc=SmscOptions(host=host, port=self._home.ports.smsc),
            # The time in microseconds: no id of an earlier run comes again.
            centre=CentreOptions(first_id=int(wiring.utc_now().timestamp() * 1_000_000)),
            behaviour=Behaviour(magic=True, receipt_delay=Span(0.8, 1.2)),
            whatsapp=WhatsAppOptions(
                numbers=(whatsapp_number(self._secrets),),
                behaviour=CloudBehaviour(delivery_delay=Span(0.2, 0.4), approval_delay=Span(0.4, 0.4)),
                host=host,
                port=self._home.ports.whatsapp,
            ),
            page_host=host,
            page_port=self._home.ports.page,
        )
        with self._screen.step("The carriers: SMPP, WhatsApp and phones"):
            simulator = await start(options, wiring.utc_now, random.Random())  # noqa: S311  chance of a simulation
            if isinstance(simulator, CannotStart):
                raise wiring.Problem(simulator.sentence)
            running.push_async_callback(simulator.stop)
        return simulator

    async def _customer(self, running: AsyncExitStack) -> Receiver:
        from viesti.cli.demo_receiver import Receiver
        from viesti.cli.demo_text import exchange

        with self._screen.step("The customer: a server that takes callbacks"):
            receiver = Receiver(
                self._secrets.callback_secret, partial(exchange, self._home, self._secrets), wiring.utc_now
            )
            await running.enter_async_context(receiver.serving(self._home.ports.receiver))
        return receiver

    async def _platform(self, running: AsyncExitStack, simulator: Simulator) -> str:
        from viesti.cli.platform import Platform
        from viesti.storage.migrate import MigrationError

        first = not (self._home.folder / "postgres").exists()
        platform = Platform(
            self._home.settings,
            self._config,
            ("engine", "api"),
            environment=self._home.environment(),
            output=self._log,
            prepare=self._set_up,
        )
        with self._screen.step("Viesti: PostgreSQL, engine, API") as facts:
            if first:
                facts.add("the first time, with a database made new")
            try:
                await running.enter_async_context(platform)
            except MigrationError as error:
                raise wiring.Problem(
                    f"{error} The demo's data are of another version of Viesti; delete {self._home.folder} "
                    "to begin anew."
                ) from error
        with self._screen.step("SMPP is bound, the webhook of WhatsApp verified"):
            await self._bound(simulator)
            if not await simulator.whatsapp.subscribe(self._home.webhook):
                raise wiring.Problem(f"The webhook {self._home.webhook} did not answer the verification.")
        return platform.dsn

    async def _set_up(self, dsn: str) -> None:
        from viesti.cli.demo_estate import set_up

        self._token = await set_up(self._home, self._secrets, dsn)

    async def _bound(self, simulator: Simulator) -> None:
        from viesti.cli.demo_wait import until

        async def look() -> bool:
            return bool(simulator.smsc.sessions())

        await until(look, f"The engine did not bind to {simulator.smpp_address}", BIND_SECONDS)

    async def _play(self, running: AsyncExitStack, simulator: Simulator, receiver: Receiver) -> SmartDialog:
        from viesti.cli.api_client import OPTIONS, ApiClient
        from viesti.cli.demo_estate import KEY
        from viesti.cli.demo_scenario import Scenario
        from viesti.cli.demo_smartdialog import SmartDialog
        from viesti.net.client import OutgoingClient

        client = await running.enter_async_context(OutgoingClient(OPTIONS))
        api = ApiClient(client, self._home.api, KEY, self._secrets.secret)
        dialog = SmartDialog(client, self._home.api, self._token)
        run = os.urandom(3).hex()
        scenario = Scenario(
            api, dialog, simulator.centre, simulator.whatsapp, receiver, self._home.receiver, run
        )
        self._screen.heading("A short play, with real messages")
        try:
            await scenario.play(self._screen)
        except wiring.Problem as problem:
            raise wiring.Problem(f"The demo failed: {problem} The log is {self._home.log}.") from problem
        return dialog
