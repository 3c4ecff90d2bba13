"""`viesti child`: one process of the platform, started by `serve` and by nobody else."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Annotated

import typer

from viesti.cli import wiring
from viesti.config import Settings


def child(
    context: typer.Context,
    role: str,
    instance: Annotated[str, typer.Option()],
    link: Annotated[int, typer.Option(help="The socket to the supervisor.")],
    dead: Annotated[str, typer.Option(help="Instances this one replaces.")] = "",
    listener: Annotated[int, typer.Option(help="The listening socket.")] = -1,
    last: Annotated[bool, typer.Option(help="Stop the embedded PostgreSQL if the supervisor dies.")] = False,
) -> None:
    """Run one process of the platform (used by `serve`)."""
    import uvloop

    from viesti.cli import logs

    settings = wiring.settings_of(context)
    logs.configure(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            _run(
                settings,
                role,
                instance,
                tuple(filter(None, dead.split(","))),
                socket.socket(fileno=link),
                listener,
                last,
            )
        )


async def _run(
    settings: Settings,
    role: str,
    instance: str,
    dead: tuple[str, ...],
    link: socket.socket,
    listener: int,
    last: bool,
) -> None:
    from viesti.cli.serve import stop_event
    from viesti.engine.supervisor import be_supervised
    from viesti.storage.embedded import EmbeddedPostgres

    stop = stop_event()
    supervised: list[asyncio.Task[None]] = []

    def ready() -> None:
        _settle_memory()
        supervised.append(asyncio.create_task(be_supervised(link, stop)))

    if role == "engine":
        from viesti.cli.engine_process import run_engine

        await run_engine(settings, settings.database_url, instance, dead, stop, ready)
    else:
        from viesti.api.serve import inherited
        from viesti.cli.api_process import run_api

        await run_api(settings, settings.database_url, instance, inherited(listener), stop, ready)
    for task in supervised:
        if task.done() and last:  # the supervisor is gone, and nobody else would stop its PostgreSQL
            await asyncio.to_thread(EmbeddedPostgres(settings.data_dir).stop_abandoned)
        task.cancel()


def _settle_memory() -> None:
    """What is there now stays: leave it out of garbage collections, and make those rarer. Batches of small
    objects would else trigger a full one many times a second (measured: a fifth more requests)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
