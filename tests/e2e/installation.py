"""A whole installation of the platform in processes of its own, with a carrier and a customer of the test's.

Rule: everything is counted at the far ends: at the message centre, at the callback receiver, and in the
store.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import socket
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import psutil
from tests.fakes.endpoint import Endpoint, Received, answer

from viesti.simulator.behaviour import Behaviour
from viesti.simulator.centre import CentreOptions
from viesti.simulator.run import CannotStart, Simulator, SimulatorOptions, start
from viesti.simulator.smsc import SmscOptions

KEY, SECRET = "e2e-key", "e2e-secret-of-some-length"
PERSON = "bo@acme.example"
WINDOW, SESSIONS = 10, 2
READY_SECONDS = 60.0
ESTATE = """
[[customers]]
key = "acme"
name = "Acme"

[[channels]]
key = "centre"
kind = "smpp"
secrets = {{ password = "secret" }}

[channels.options]
host = "127.0.0.1"
port = {port}
system_id = "viesti"
sessions = {sessions}
window = {window}

[[senders]]
customer = "acme"
sender = "+358457390000"

[[services]]
customer = "acme"
key = "alerts"
name = "Alerts"
kind = "TwoWay"
default_sender = "+358457390000"
webhook_url = "{hook}"
keywords = [{{ address = "+358457390000" }}]

[[applications]]
customer = "acme"
key = "tests"
name = "Tests"
service = "alerts"
client_key = "{key}"
secret = "{secret}"
throttle_calls = 1000000000

[[services]]
customer = "acme"
key = "news"
name = "News"
kind = "OneWay"
default_sender = "+358457390000"

[[services]]
customer = "acme"
key = "vip"
name = "VIP"
kind = "Group"
default_sender = "+358457390000"

[[users]]
email = "{person}"
name = "Bo"
customers = {{ acme = "member" }}
connector_sign_in = true

[[routes]]
key = "all"
channel = "centre"

[[prices]]
per_part = "0.05"
currency = "EUR"
gbp_per_part = "0.04"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Customer:
    """The customer's receiver: counts the delivery reports and inbound messages it was told of."""

    def __init__(self) -> None:
        self.reports: dict[str, list[str]] = {}
        self.inbound: list[bytes] = []
        self.endpoint = Endpoint(self._reply)

    def _reply(self, received: Received) -> bytes:
        method, target, _ = received.line.split(" ", 2)
        if method == "POST":
            self.inbound.append(received.body)
        else:
            query = dict(pair.split("=", 1) for pair in target.partition("?")[2].split("&"))
            self.reports.setdefault(query["n"], []).append(query["status"])
        return answer()


class Installation:
    """Start it with `async with`; the folder and every process of it are gone at the end. `centre_port` is
    that of a message centre of somebody else's, in the simulator's place; `workers`: API processes;
    `settings`: environment variables over those of these tests."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        centre_port: int | None = None,
        workers: int = 1,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="viesti-e2e-"))
        self.folder.chmod(0o755)  # as root, PostgreSQL runs as another user, who must get in
        self.api_port = free_port()
        self.customer = Customer()
        self.accepted: dict[str, dict[str, Any]] = {}
        self._behaviour = behaviour or Behaviour()
        self._centre_port = centre_port
        self._workers = workers
        self._settings = settings or {}
        self._workers = workers
        self._began = datetime.now(UTC)
        self._process: asyncio.subprocess.Process | None = None
        self._next = 0

    async def __aenter__(self) -> Installation:
        await self.customer.endpoint.__aenter__()
        options = SimulatorOptions(
            smsc=SmscOptions(port=0),
            centre=CentreOptions(),
            behaviour=self._behaviour,
            ledger=re.compile(r"#(\d+)"),
            page_port=None,
        )
        simulator = await start(options, lambda: datetime.now(UTC), random.Random(1))
        assert not isinstance(simulator, CannotStart)
        self.simulator: Simulator = simulator
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        await self.start()
        await self._apply()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await self.stop()
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()
        await self.simulator.stop()
        await self.customer.endpoint.__aexit__(None, None, None)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _environment(self) -> dict[str, str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("VIESTI_")}
        return {
            **environment,
            "VIESTI_DATA_DIR": str(self.folder),
            "VIESTI_API_PORT": str(self.api_port),
            "VIESTI_API_WORKERS": str(self._workers),
            "VIESTI_ALLOW_PRIVATE_URLS": "true",
            "VIESTI_LOG_FORMAT": "json",
            **self._settings,
        }

    async def start(self) -> None:
        """Start the platform and wait until it is ready."""
        log = (self.folder / "serve.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "viesti.cli", "serve", env=self._environment, stdout=log, stderr=log
        )
        log.close()
        await self.until(self._ready, READY_SECONDS, "the API to be ready")

    async def _ready(self) -> bool:
        assert self._process is not None  # started just now
        assert self._process.returncode is None, (self.folder / "serve.log").read_text()
        with suppress(aiohttp.ClientError, OSError):
            async with self._session.get(f"http://127.0.0.1:{self.api_port}/readyz") as response:
                return response.status == 200
        return False

    async def stop(self) -> float:
        """Stop it with SIGTERM; gives the seconds it took."""
        began = time.monotonic()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await asyncio.wait_for(self._process.wait(), 30)
        return time.monotonic() - began

    async def _apply(self) -> None:
        estate = self.folder / "estate.toml"
        hook = f"http://127.0.0.1:{self.customer.endpoint.port}/hook"
        estate.write_text(
            ESTATE.format(
                port=self._centre_port or self.simulator.smsc.port,
                hook=hook,
                key=KEY,
                secret=SECRET,
                window=WINDOW,
                sessions=SESSIONS,
                person=PERSON,
            )
        )
        await self.command("apply", str(estate), "--yes")

    async def command(self, *words: str, code: int = 0) -> str:
        """Run a command of the installation, which ends with this code; gives what it printed."""
        done = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "viesti.cli",
            *words,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        printed, told = await done.communicate()
        assert done.returncode == code, (printed + told).decode()
        return printed.decode()

    async def token(self, name: str = "tests") -> str:
        """A personal access token of the customer's person, for everything."""
        return (await self.command("token", "create", PERSON, "--name", name)).strip()

    def later(self, seconds: float) -> str:
        """The time so long after this began, for `ScheduledDate`."""
        return (self._began + timedelta(seconds=seconds)).isoformat(timespec="seconds").replace("+00:00", "Z")

    # Sending

    async def send(self, text: str = "") -> bool:
        """Send one numbered message; gives whether it was accepted."""
        self._next += 1
        number = str(self._next)
        report = f"http://127.0.0.1:{self.customer.endpoint.port}/dlr?n={number}"
        body = {
            "From": "+358457390000",
            "To": f"+35840{self._next:07d}",
            "Message": f"#{number} {text}",
            "DlrUrl": report,
        }
        credentials = b64encode(f"{KEY}:{SECRET}".encode()).decode()
        url = f"http://127.0.0.1:{self.api_port}/sms/send"
        try:
            async with self._session.post(
                url, json=body, headers={"Authorization": f"Basic {credentials}"}
            ) as response:
                answered = await response.json()
                if response.status == 200:
                    self.accepted[number] = answered[0]
                    return True
                assert response.status in (401, 503), answered  # 401: the estate is not applied yet
        except (aiohttp.ClientError, OSError, TimeoutError):
            pass
        return False

    async def send_until(self, wanted: int, connections: int = 8) -> None:
        """Send until `wanted` messages have been accepted in all, over so many connections."""

        async def sender() -> None:
            while len(self.accepted) < wanted:
                if not await self.send():
                    await asyncio.sleep(0.05)  # the API is down: it is being started again

        await asyncio.gather(*(sender() for _ in range(connections)))

    # Its processes

    def _processes(self, role: str = "") -> list[psutil.Process]:
        """The processes of this installation; `role`: api, engine, postgres or '' for all with serve."""
        found = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            with suppress(psutil.Error):
                ours = process.environ().get("VIESTI_DATA_DIR") == str(self.folder)
                named = any(str(self.folder) in word for word in command)
                kind = self._kind(command, process)
                if (ours or named or self._is_ours(process)) and (not role or kind == role):
                    found.append(process)
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        return any(str(self.folder) in " ".join(parent.cmdline()) for parent in process.parents())

    @staticmethod
    def _kind(command: list[str], process: psutil.Process) -> str:
        if "child" in command:
            return command[command.index("child") + 1]
        return "postgres" if process.name().startswith("postgres") else "serve"

    def runs(self, role: str) -> bool:
        """Whether there is a process of that role: one that was killed may be on its way back."""
        return bool(self._processes(role))

    def kill(self, role: str) -> int:
        """End one process of that role with SIGKILL; gives its id."""
        victim = self._processes(role)[0]
        victim.kill()
        return victim.pid

    # Accounting

    async def until(self, true: Any, seconds: float, what: str) -> None:
        """Wait until the (async) condition holds; fails with `what` was waited for."""
        deadline = time.monotonic() + seconds
        while not await true():
            assert time.monotonic() < deadline, f"waited {seconds} s for {what}: {await self._story()}"
            await asyncio.sleep(0.1)

    async def everything_delivered(self, seconds: float = 60.0) -> None:
        """Wait until each accepted message was taken by the centre, is `delivered`, and was reported."""

        async def settled() -> bool:
            with suppress(OSError, asyncpg.PostgresError):  # PostgreSQL is being started again
                return not (await self.missing())
            return False

        await self.until(settled, seconds, "every accepted message to be delivered and reported")

    async def missing(self) -> dict[str, list[str]]:
        """What is missing, by where it is missed."""
        ledger = self.simulator.ledger
        assert ledger is not None  # the simulator was started with one
        delivered = await self._delivered()
        found = {
            "centre": ledger.lost(self.accepted),
            "store": [n for n, sms in self.accepted.items() if sms["SMSID"] not in delivered],
            "reports": [n for n in self.accepted if "delivered" not in self.customer.reports.get(n, [])],
        }
        return {place: lost for place, lost in found.items() if lost}

    async def _story(self) -> dict[str, int]:
        with suppress(OSError, asyncpg.PostgresError):
            return {place: len(lost) for place, lost in (await self.missing()).items()}
        return {"accepted": len(self.accepted)}

    async def _delivered(self) -> set[int]:
        rows = await self.query("select id from recipients where status = 70")
        return {row["id"] for row in rows}

    async def doubtful(self) -> set[str]:
        """The numbers of messages that are marked as possible duplicates."""
        rows = await self.query(
            "select m.text from recipients r join messages m on m.id = r.message_id where r.doubts > 0"
        )
        return {row["text"].partition(" ")[0].removeprefix("#") for row in rows}

    async def query(self, sql: str) -> list[asyncpg.Record]:
        """Look into the store. Raises OSError while PostgreSQL is being started again."""
        sockets = next(self.folder.rglob(".s.PGSQL.*[0-9]"), None)
        if sockets is None:  # StopIteration can't leave a coroutine
            raise ConnectionError("PostgreSQL is not there")
        port = int(sockets.name.rpartition(".")[2])
        connection = await asyncpg.connect(
            host=str(sockets.parent), port=port, user="viesti", database="viesti"
        )
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()
