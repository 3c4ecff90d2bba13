"""The processes of the platform on one machine: PostgreSQL if none is configured, an engine, API workers.

Rule: this process only watches. What serves is in child processes, so a crash of one takes nothing else
along.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import IO, TypeVar

import structlog

from viesti.api.serve import listen
from viesti.cli import wiring
from viesti.cli.wiring import Problem
from viesti.config import Settings
from viesti.engine.supervisor import Child, ChildFailed, Instance, Supervisor
from viesti.services.guids import Guids
from viesti.storage.embedded import EmbeddedPostgres, PostgresError
from viesti.storage.migrate import migrate
from viesti.storage.seal import Seal, SealError
from viesti.storage.store import Store

API_GRACE = 3.0
WATCH_SECONDS = 0.5

_log = structlog.get_logger()

_T = TypeVar("_T")


class Platform:
    """Everything `serve` runs, as an async context: ready when entered, stopped in reverse when left.

    `environment` is added to that of the child processes. `output` takes what they print, else they share
    ours. `prepare(dsn)` is awaited when the database is migrated and nothing uses it yet.
    """

    def __init__(
        self,
        settings: Settings,
        config: Path | None,
        roles: tuple[str, ...],
        *,
        environment: Mapping[str, str] | None = None,
        output: IO[str] | None = None,
        prepare: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._settings = settings
        self._config = config
        self._roles = roles
        self._last = "engine" if "engine" in roles else "api"  # the role that needs the database longest
        self._environment = dict(environment or {})
        self._output = output
        self._prepare = prepare
        self._embedded = None if settings.database_url else EmbeddedPostgres(settings.data_dir)
        # Where API workers count together; in the data folder, so that a killed run leaves it to the next.
        self._metrics = settings.data_dir / f"metrics-{settings.api_port}"
        self._listener: socket.socket | None = None
        self._watch: asyncio.Task[None] | None = None
        self.dsn = settings.database_url
        self.supervisor = Supervisor(
            self._children(), self._spawn, lambda: wiring.new_token(6), wiring.monotonic
        )

    async def __aenter__(self) -> Platform:
        if "api" in self._roles:
            self._listener = listen(self._settings.api_host, self._settings.api_port)
        try:
            if self._embedded:
                self.dsn = await _uninterrupted(self._embedded.start)
            shutil.rmtree(self._metrics, ignore_errors=True)
            self._metrics.mkdir(parents=True)
            await migrate(self.dsn)
            await open_keys(self._settings, self.dsn)  # made here, before two children would at once
            if self._prepare:
                await self._prepare(self.dsn)
            await self.supervisor.start()
        except ChildFailed as error:
            await self._close()
            where = f"in {self._output.name}" if self._output else "above"
            raise Problem(f"{error} Its message is {where}.") from error
        except BaseException:
            await self._close()
            raise
        if self._embedded:
            self._watch = asyncio.create_task(self._watch_database(self._embedded), name="watch database")
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.supervisor.stop()
        await self._close()

    async def _close(self) -> None:
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._listener:
            self._listener.close()
        shutil.rmtree(self._metrics, ignore_errors=True)
        if self._embedded:
            await _uninterrupted(self._embedded.stop)

    def _children(self) -> list[Child]:
        children = []
        if "engine" in self._roles:
            children.append(Child("engine", self._settings.drain_seconds + 1))
        if "api" in self._roles:
            workers = self._settings.api_workers or max(1, (os.cpu_count() or 1) - 1)
            children += [Child(f"api-{number}", API_GRACE) for number in range(1, workers + 1)]
        return children

    async def _spawn(
        self, child: Child, instance: Instance, link: socket.socket
    ) -> asyncio.subprocess.Process:
        role = child.name.partition("-")[0]
        command = [sys.executable, "-m", "viesti.cli"]
        if self._config:
            command += ["--config", str(self._config)]
        command += ["child", role, "--instance", instance.name, "--link", str(link.fileno())]
        command += ["--dead", ",".join(instance.dead)]
        if self._embedded and role == self._last:
            command.append("--last")
        inherited = [link.fileno()]
        if role == "api" and self._listener:
            command += ["--listener", str(self._listener.fileno())]
            inherited.append(self._listener.fileno())
        return await asyncio.create_subprocess_exec(
            *command,
            pass_fds=inherited,
            env={
                **os.environ,
                **self._environment,
                "VIESTI_DATABASE_URL": self.dsn,
                "PROMETHEUS_MULTIPROC_DIR": str(self._metrics),
            },
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,  # Ctrl-C reaches us alone; we tell the children, in order
        )

    async def _watch_database(self, embedded: EmbeddedPostgres) -> None:
        """Bring the embedded PostgreSQL back when it dies."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not await asyncio.to_thread(embedded.running):
                _log.error("PostgreSQL died, starting it again")
                try:
                    await asyncio.to_thread(embedded.start)
                except PostgresError as error:
                    _log.error("PostgreSQL did not start", why=str(error))


async def open_keys(settings: Settings, dsn: str) -> None:
    """Make what is missing of this installation's keys, and see that `secret_key` opens them.

    Raises Problem and StoreUnavailable.
    """
    seal = Seal(wiring.secret_keys(settings))
    store = await Store.open(dsn, size=1, monotonic=wiring.monotonic, application="viesti keys")
    try:
        await Guids.open(store, seal, os.urandom, wiring.utc_now())
    except SealError as error:
        raise Problem(
            "secret_key is not the one that this database was set up with. Set that one; to change it, "
            "put the new one before it, separated by a comma."
        ) from error
    finally:
        await store.close()


async def _uninterrupted(call: Callable[[], _T]) -> _T:
    """Run a blocking call beside the loop. It can't be broken off, so a cancellation waits for its end: what
    it started is then there to be stopped."""
    running = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
