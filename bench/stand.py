"""The stand: everything a measurement needs, started in order and stopped in reverse.

Rule: the platform runs as anybody would run it (`viesti migrate`, `apply`, `serve`), in processes of its own;
nothing of it is imported here but the embedded PostgreSQL that `serve` itself uses.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from bench import cpu
from bench.agent import ROOT, Agent
from viesti.storage import postgres_home
from viesti.storage.embedded import EmbeddedPostgres
from viesti.storage.postgres_home import DATABASE, PORT, ROLE

KEY, SECRET = "bench", "bench-secret-of-no-worth"
USER = "bench@bench.example"
OTHER_KEY, OTHER_SECRET = "other", "other-secret-of-no-worth"
SHOP_KEY, SHOP_SECRET = "shop", "shop-secret-of-no-worth"
OTHER_WEIGHT = 3  # the first customer's is 1
START_SECONDS = 60.0

ESTATE = """\
[[customers]]
key = "bench"
name = "Bench"
default_region = "FI"

[[customers]]
key = "other"
name = "Other"
default_region = "FI"
weight = {other_weight}

[[channels]]
key = "centre"
kind = "smpp"

[channels.options]
host = "127.0.0.1"
port = {centre}
system_id = "bench"
bind = "transceiver"
sessions = {sessions}
window = {window}
{more}
[channels.secrets]
password = "secret"

[[senders]]
customer = "bench"
sender = "Bench"

[[senders]]
customer = "bench"
sender = "16400"

[[senders]]
customer = "other"
sender = "Bench"

[[services]]
customer = "bench"
key = "out"
name = "Out"
kind = "OneWay"
default_sender = "Bench"

[[services]]
customer = "bench"
key = "in"
name = "In"
kind = "TwoWay"
default_sender = "16400"
webhook_url = "http://127.0.0.1:{receiver}/in"
keywords = [{{ address = "16400" }}]

[[services]]
customer = "bench"
key = "everybody"
name = "Everybody"
kind = "Group"
default_sender = "Bench"

[[services]]
customer = "bench"
key = "many"
name = "Many"
kind = "Group"
default_sender = "Bench"

[[services]]
customer = "bench"
key = "few"
name = "Few"
kind = "Group"
default_sender = "Bench"

[[users]]
email = "{user}"
name = "Bench"
customers = {{ bench = "manager" }}

[[applications]]
customer = "bench"
key = "bench"
name = "Bench"
service = "out"
client_key = "{key}"
secret = "{secret}"
throttle_calls = 1000000000
throttle_seconds = 60

[[services]]
customer = "other"
key = "other"
name = "Other"
kind = "OneWay"
default_sender = "Bench"

[[applications]]
customer = "other"
key = "other"
name = "Other"
service = "other"
client_key = "{other_key}"
secret = "{other_secret}"
throttle_calls = 1000000000
throttle_seconds = 60

[[customers]]
key = "shop"
name = "Shop"
default_region = "FI"
link_domain = "go.shop.example"

[[senders]]
customer = "shop"
sender = "Bench"

[[services]]
customer = "shop"
key = "shop"
name = "Shop"
kind = "OneWay"
default_sender = "Bench"
track_links = true

[[applications]]
customer = "shop"
key = "shop"
name = "Shop"
service = "shop"
client_key = "{shop_key}"
secret = "{shop_secret}"
throttle_calls = 1000000000
throttle_seconds = 60

[[routes]]
key = "all"
channel = "centre"

[[prices]]
per_part = 0.045
currency = "EUR"
gbp_per_part = 0.0385
"""


class StandFailed(Exception):  # noqa: N818  the fact
    """Something did not start; the text says what."""


@dataclass(frozen=True, slots=True)
class StandOptions:
    """`sessions` and `window` of the SMPP channel; `workers`: API processes; `own_postgres`:
    the platform starts PostgreSQL itself and brings it back. `settings`: VIESTI_* variables of the platform.
    """

    sessions: int = 2
    window: int = 100
    workers: int = 1
    keep: bool = False
    database_url: str = ""
    own_postgres: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


class Stand:
    """PostgreSQL, message centre, callback receiver, generator and platform, as an async context."""

    def __init__(self, options: StandOptions) -> None:
        self.options = options
        self.centre = Agent("message_centre")
        self.receiver = Agent("callback_receiver")
        self.generator = Agent("generator")
        self.api_port = _free_port()
        self.dsn = ""
        self.folder = Path(tempfile.mkdtemp(prefix="viesti-bench-"))
        self.data = self.folder / "data"
        self.groups: dict[str, list[int]] = {}
        self.sessions = options.sessions  # that the channel has now
        self._configured: tuple[int, int, dict[str, float]]
        self._smartdialog: dict[str, str] = {}
        self._stack = AsyncExitStack()
        self._serving: asyncio.subprocess.Process  # once it is started

    async def __aenter__(self) -> Stand:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._stack.aclose()

    async def _start(self) -> None:
        self.folder.chmod(0o711)  # root's PostgreSQL runs as another user
        if not self.options.keep:
            self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        await self._start_database()
        for agent in (self.centre, self.receiver, self.generator):
            await agent.start()
            self._stack.push_async_callback(agent.stop)
        if self.options.own_postgres:
            await self.serve()
        else:
            await self.viesti("migrate")
        await self._apply(self.options.sessions, self.options.window)
        if not self.options.own_postgres:
            await self.serve()
        await self.until(self.bound, "its sessions are not bound")
        await self._group()

    async def _group(self) -> None:
        self.groups = {
            "api": self.pids("api"),
            "engine": self.pids("engine"),
            "postgres": [await self._postmaster()],
            "supervisor": [self._serving.pid],
            "generator": [self.generator.pid],
            "message centre": [self.centre.pid],
            "callback receiver": [self.receiver.pid],
        }
        if not self.groups["postgres"][0]:
            del self.groups["postgres"]

    async def restart(self) -> None:
        """Stop `viesti serve` in order and start it again."""
        await self._end(self._serving)
        await self.serve()
        await self.until(self.bound, "its sessions are not bound")
        await self._group()

    async def _apply(self, sessions: int, window: int, **more: float) -> None:
        self.sessions = sessions
        self._configured = (sessions, window, more)
        estate = self.folder / "estate.toml"
        estate.write_text(
            ESTATE.format(
                centre=self.centre.hello["port"],
                receiver=self.receiver.hello["port"],
                sessions=sessions,
                window=window,
                more="".join(f"{name} = {value}\n" for name, value in more.items()),
                key=KEY,
                secret=SECRET,
                user=USER,
                other_key=OTHER_KEY,
                other_secret=OTHER_SECRET,
                shop_key=SHOP_KEY,
                shop_secret=SHOP_SECRET,
                other_weight=OTHER_WEIGHT,
            )
        )
        await self.viesti("apply", str(estate), "--yes")

    async def configure(self, sessions: int, window: int, **more: float) -> None:
        """Give the SMPP channel other options while everything runs, and wait for its new sessions."""
        if (sessions, window, more) == self._configured:
            return
        before = (await self.centre.ask("stats"))["binds"]
        await self._apply(sessions, window, **more)

        async def anew() -> bool:
            return (await self.centre.ask("stats"))["binds"] >= before + sessions and await self.bound()

        await self.until(anew, "its sessions are not bound again")

    def pids(self, role: str) -> list[int]:
        """The processes of a role that `serve` started: api or engine."""
        return [pid for pid in cpu.children(self._serving.pid) if role in cpu.command(pid)]

    async def _start_database(self) -> None:
        if self.options.database_url:
            self.dsn = self.options.database_url
            return
        if self.options.own_postgres:
            sockets = quote(str(postgres_home.prepare(self.data).sockets))
            self.dsn = f"postgresql://{ROLE}@/{DATABASE}?host={sockets}&port={PORT}"
            return
        embedded = EmbeddedPostgres(self.data)
        self._stack.callback(embedded.stop)
        self.dsn = await asyncio.to_thread(embedded.start)

    async def _postmaster(self) -> int:
        """The process number of PostgreSQL when it runs here; 0 elsewhere."""
        file = self.data / "postgres" / "postmaster.pid"
        return int(file.read_text().split("\n")[0]) if file.exists() else 0

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("VIESTI_")},
            "PYTHONPATH": str(ROOT / "src"),
            "VIESTI_DATABASE_URL": "" if self.options.own_postgres else self.dsn,
            "VIESTI_DATA_DIR": str(self.data),
            "VIESTI_API_PORT": str(self.api_port),
            "VIESTI_API_WORKERS": str(self.options.workers),
            "VIESTI_ALLOW_PRIVATE_URLS": "true",
            "VIESTI_THROTTLE_CALLS": "1000000000",  # of a connection; applications have their own
            "VIESTI_LOG_FORMAT": "json",
            **self.options.settings,
        }

    async def smartdialog(self) -> dict[str, str]:
        """The headers by which SmartDialog's dialect lets the generator send; asked for once."""
        if not self._smartdialog:
            said = await self.viesti("token", "create", USER, "--name", "bench")
            token = next(line for line in said.split() if line.startswith("vsp_"))
            own = {"Personal-Access-Token": token}
            [customer] = (await self._get("/customers", own))["customerUsers"]
            path = f"/services/{customer['customerId']}"
            services = await self._get(path, own | {"ServiceType": "OneWay"})
            [service] = [each["id"] for each in services if each["name"] == "Out"]
            self._smartdialog = own | {"Customer-Id": customer["customerId"], "Service-Id": service}
        return self._smartdialog

    async def smartdialog_of(self, kind: str, name: str) -> dict[str, str]:
        """The same for another service, of this kind and name."""
        headers = dict(await self.smartdialog())
        services = await self._get(f"/services/{headers['Customer-Id']}", headers | {"ServiceType": kind})
        [service] = [each["id"] for each in services if each["name"] == name]
        return headers | {"Service-Id": service}

    async def _get(self, path: str, headers: dict[str, str]) -> Any:
        def get() -> Any:
            connection = http.client.HTTPConnection("127.0.0.1", self.api_port, timeout=10)
            with closing(connection):
                connection.request("GET", f"/api-integrations/v1{path}", headers=headers)
                return json.load(connection.getresponse())

        return await asyncio.to_thread(get)

    async def viesti(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "viesti.cli", *arguments),
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise StandFailed(
                f"viesti {arguments[0]} failed: {said.decode(errors='replace').strip()[-2000:]}"
            )
        return said.decode(errors="replace")

    async def peak_of(self, *arguments: str) -> int:
        """Run a command of `viesti` beside the platform; gives the most octets of memory it held."""
        said = self.folder / "command.log"
        with said.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "viesti.cli", *arguments),
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        most = 0
        while process.returncode is None:
            with suppress(OSError):
                most = max(most, cpu.peak(process.pid))
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 0.05)
        if process.returncode:
            raise StandFailed(f"viesti {arguments[0]} failed: {said.read_text()[-2000:]}")
        return most

    async def serve(self) -> None:
        """Start `viesti serve` (again) and wait until it says that it serves."""
        self.log = self.folder / "serve.log"
        with self.log.open("ab") as log:
            before = log.tell()
            self._serving = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "viesti.cli", "serve"),
                env=self._environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._stack.push_async_callback(self._end, self._serving)

        async def listening() -> bool:
            return b"Viesti serves" in self.log.read_bytes()[before:]

        await self.until(listening, "it is not ready")

    @staticmethod
    async def _end(serving: asyncio.subprocess.Process) -> None:
        if serving.returncode is None:
            serving.terminate()
            try:
                await asyncio.wait_for(serving.wait(), 20)
            except TimeoutError:
                serving.kill()

    async def bound(self) -> bool:
        """Whether every session is bound."""
        return bool((await self.centre.ask("stats"))["bound"] >= self.sessions)

    async def whole(self) -> bool:
        """Whether every process of `serve` runs, the API is ready and every session is bound."""
        workers = len(self.pids("api")) == self.options.workers
        return workers and bool(self.pids("engine")) and await self._ready() and await self.bound()

    async def _ready(self) -> bool:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(2):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.api_port)
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                status = await reader.readline()
                writer.close()
                return b" 200 " in status
        return False

    async def until(
        self, holds: Callable[[], Awaitable[bool]], otherwise: str, seconds: float = START_SECONDS
    ) -> None:
        """Wait until this holds. Raises `StandFailed` with `otherwise` when it takes longer."""
        until = time.monotonic() + seconds
        while not await holds():
            if self._serving.returncode is not None or time.monotonic() > until:
                raise StandFailed(f"viesti serve: {otherwise}: {self.log.read_text()[-2000:]}")
            await asyncio.sleep(0.05)

    async def kill(self, kind: str) -> None:
        """SIGKILL of a kind of process: api, engine, postgres, or everything (which `serve` starts again)."""
        postmaster = await self._postmaster()
        pids = {
            "api": lambda: self.pids("api"),
            "engine": lambda: self.pids("engine"),
            "postgres": lambda: [postmaster, *cpu.children(postmaster)],
            "everything": lambda: [
                self._serving.pid,
                *cpu.children(self._serving.pid),
                postmaster,
                *cpu.children(postmaster),
            ],
        }[kind]()
        if not pids or 0 in pids:
            raise StandFailed(f"there is no process to kill: {kind}")
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if kind == "everything":
            await self._serving.wait()

    def troubles(self) -> list[str]:
        """The warnings and errors the platform logged, the last of them."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if '"warning"' in line or '"error"' in line][-5:]

    async def connect(self) -> asyncpg.Connection[Any]:
        """A connection to the platform's database, for counting."""
        return await asyncpg.connect(self.dsn)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
