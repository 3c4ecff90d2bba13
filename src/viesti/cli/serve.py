"""`viesti serve`: the platform on this machine, until told to stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from viesti.cli import wiring
from viesti.cli.wiring import Problem
from viesti.config import Settings

ROLES = ("api", "engine")


def serve(
    context: typer.Context,
    roles: Annotated[
        str, typer.Option(help="Which roles to run, separated by commas: api, engine.", metavar="ROLES")
    ] = "api,engine",
) -> None:
    """Run the HTTP API and the engine, and PostgreSQL if none is set, until SIGTERM or Ctrl-C."""
    from viesti.cli import logs

    wanted = tuple(role.strip() for role in roles.split(",") if role.strip())
    unknown = [role for role in wanted if role not in ROLES]
    if unknown or not wanted:
        raise Problem(f"--roles takes {' and '.join(ROLES)}, not {', '.join(unknown) or 'nothing'}.")
    settings = wiring.settings_of(context)
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(_serve(settings, context.obj, wanted))


async def _serve(settings: Settings, config: Path | None, roles: tuple[str, ...]) -> None:
    from viesti.cli.platform import Platform

    stop = stop_event()
    async with Platform(settings, config, roles):
        print(f"Viesti serves {' and '.join(roles)} at {settings.base_url}", flush=True)
        await stop.wait()


def stop_event() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop
