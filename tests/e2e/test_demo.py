"""`viesti demo` as a newcomer runs it: a process, a folder, five ports, and Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from html import unescape
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
import psutil
import pytest

pytestmark = pytest.mark.e2e

OPTIONS = ("--api-port", "--smsc-port", "--whatsapp-port", "--page-port", "--receiver-port")
STEPS = 12
PATIENCE = 60.0
STARTS_WITHIN = 5.0
BUSY = 5.0  # more, for a machine that runs other tests beside this one


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The demo's folder, one for all: making a database takes its time."""
    path = Path(tempfile.mkdtemp(prefix="viesti-demo-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def ports() -> dict[str, int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in OPTIONS]
    found = {option: probe.getsockname()[1] for option, probe in zip(OPTIONS, probes, strict=True)}
    for probe in probes:
        probe.close()
    return found


class Demo:
    """A running demo and what it has printed."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.began = time.monotonic()
        self.printed = ""

    async def shows(self, pattern: str) -> str:
        """Read on until a line fits; gives that line."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while True:
                line = (await self.process.stdout.readline()).decode()
                assert line, f"it ended before it showed {pattern!r}:\n{self.printed}"
                self.printed += line
                if re.search(pattern, line):
                    return line

    async def ends(self) -> int:
        """Read the rest; gives the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            self.printed += (await self.process.stdout.read()).decode()
            return await self.process.wait()

    def left(self) -> list[str]:
        """The processes that belong to it and live."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline", "status"]):
            with suppress(psutil.Error):
                ours = process.environ().get("VIESTI_DATA_DIR") == str(self.folder)
                named = str(self.folder) in " ".join(process.info["cmdline"] or [])
                if (ours or named) and process.info["status"] != psutil.STATUS_ZOMBIE:
                    found.append(f"{process.pid} {process.info['cmdline']}")
        return found


@asynccontextmanager
async def demo(folder: Path, ports: dict[str, int], *more: str) -> AsyncIterator[Demo]:
    words = [word for option, port in ports.items() for word in (option, str(port))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VIESTI_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "viesti.cli", "demo", "--data-dir", str(folder)),
        *(*words, *more),
        env=environment | {"NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process, folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_once_plays_every_step_and_ends(folder: Path, ports: dict[str, int]) -> None:
    async with demo(folder, ports, "--once") as once:
        assert await once.ends() == 0, once.printed
        assert re.findall(r"✓ (\d+)\.", once.printed) == [str(step) for step in range(1, STEPS + 1)]
        assert "✗" not in once.printed
        assert "MessagePartCount 2" in once.printed
        for line in ('401234567: "Good evening Ada, ', '407654321: "Good evening Bo, '):
            assert re.search(
                rf'{re.escape(line)}.*" delivered, id [0-9a-f-]{{36}}$', once.printed, re.MULTILINE
            )
        assert once.left() == []


async def test_it_starts_again_quickly_and_what_it_prints_works(folder: Path, ports: dict[str, int]) -> None:
    async with demo(folder, ports) as running:
        await running.shows(r"^Ready after")
        assert time.monotonic() - running.began < STARTS_WITHIN + BUSY
        command = await running.shows(r"^curl ")
        flow = await running.shows(r"^curl ")
        page = (await running.shows(r"^http.*/oauth/authorize")).strip()
        await running.shows(r"^Live")
        [sms] = json.loads(await pasted(command))
        await running.shows(rf"{sms['SMSID']} is delivered")
        sent = json.loads(await pasted(flow))
        assert (sent["MessagePartCount"], sent["Recipients"][0]["Address"]) == (1, sms["ToNumber"])
        await running.shows(r"out  \d+ Harbour")
        await running.shows(r"is delivered")
        person = re.search(r"person +(\S+), password (\S+)$", running.printed, re.MULTILINE)
        assert person is not None
        await _signed_in(page, person[1], person[2])

        reply = f"http://127.0.0.1:{ports['--page-port']}/api/handsets/{sms['ToNumber']}/reply"
        body = {"to": sms["FromNumber"], "text": "I am coming"}
        async with aiohttp.ClientSession() as session, session.post(reply, json=body) as replied:
            assert replied.status == 202
        lines = {(await running.shows(r"I am coming|POST /inbound")).split()[1] for _ in range(2)}
        assert lines == {"in", "call"}

        await _commands_beside_it(folder, ports, command)

        stopped = time.monotonic()
        running.process.send_signal(signal.SIGINT)
        assert await running.ends() == 0, running.printed
        assert time.monotonic() - stopped < 10
        assert "Traceback" not in running.printed
        assert running.left() == []


async def pasted(command: str) -> bytes:
    """What a shell gives for a command that was copied from the screen."""
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(PATIENCE):
        return (await process.communicate())[0]


async def _signed_in(page: str, email: str, password: str) -> None:
    """Do what a person does with the page in a browser, and with the command that is shown at the end."""
    jar = aiohttp.CookieJar(unsafe=True)  # of an address without a name
    async with aiohttp.ClientSession(cookie_jar=jar, raise_for_status=True) as session:
        text = await (await session.get(page)).text()
        form = _hidden(text) | {"email": email, "password": password}
        text = await (await session.post(urljoin(page, "/oauth/sign-in"), data=form)).text()
        form = _hidden(text) | {"decision": "allow"}
        text = await (await session.post(urljoin(page, "/oauth/authorize"), data=form)).text()
    assert text.startswith("This is the code the connector would get: "), text
    [command] = re.findall(r"^curl .*", text, re.MULTILINE)
    tokens = json.loads(await pasted(command))
    assert tokens["access_token"] and tokens["token_type"] == "Bearer"


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page's first form."""
    form = page[page.index("<form") : page.index("</form>")]
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in fields}


async def _commands_beside_it(folder: Path, ports: dict[str, int], curl: str) -> None:
    """`send` through its API, `messages` on its database."""
    key, _, secret = curl.split()[2].partition(":")
    api = f"http://127.0.0.1:{ports['--api-port']}"
    environment = {"VIESTI_API_KEY": key, "VIESTI_API_SECRET": secret, "VIESTI_DATA_DIR": str(folder)}
    code, said = await viesti("send", "--url", api, "--to", "0401112223", "--wait", "Hei", **environment)
    assert code == 0, said
    [identifier] = re.findall(r"^(\d+)  Harbour -> 358401112223  1 part, 0.045 EUR$", said, re.MULTILINE)
    steps = re.findall(r"^  \d\d:\d\d:\d\d\.\d{3}  (.+?)  ", said, re.MULTILINE)
    assert steps == ["accepted", "part sent", "receipt", "finished"]

    code, said = await viesti(
        "send", "--url", api, "--to", "0401112223", "--from", "Nobody", "x", **environment
    )
    assert (code, said.startswith("The API answered 400: From: The sender 'Nobody'")) == (1, True), said

    code, said = await viesti("messages", identifier, **environment)
    assert code == 0, said
    assert f"Recipient {identifier} 358401112223: delivered, 1 part(s) gsm7, over simulator" in said
    code, said = await viesti("messages", "--inbound", "--customer", "harbour", **environment)
    assert "I am coming" in said
    code, said = await viesti("messages", "--waiting-receipts", **environment)
    assert (code, said) == (0, "Every receipt has found its message.\n")
    code, said = await viesti("messages", "--replay", **environment)
    assert (code, said) == (1, "--replay is for parked callbacks: add --parked-callbacks.\n")


async def viesti(*words: str, **environment: str) -> tuple[int, str]:
    """A command's exit code and what it printed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VIESTI_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "viesti.cli", *words),
        env=clean | {"NO_COLOR": "1"} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        printed, _ = await process.communicate()
    assert process.returncode is not None  # it has ended
    return process.returncode, printed.decode()


async def test_its_secret_stays_the_same(folder: Path, ports: dict[str, int]) -> None:
    commands = []
    for _ in range(2):
        async with demo(folder, ports) as running:
            commands.append(await running.shows(r"key, secret"))
            running.process.send_signal(signal.SIGINT)
            assert await running.ends() == 130
    assert commands[0] == commands[1]


@pytest.mark.parametrize("shown", ["Viesti demo", "The customer", "Ready after", r"1\. A short message"])
async def test_ctrl_c_while_it_starts_or_plays(folder: Path, ports: dict[str, int], shown: str) -> None:
    async with demo(folder, ports, "--once") as interrupted:
        await interrupted.shows(shown)
        stopped = time.monotonic()
        interrupted.process.send_signal(signal.SIGINT)
        assert await interrupted.ends() == 130
        assert time.monotonic() - stopped < 10
        assert interrupted.printed.rstrip().splitlines()[-1].startswith("Stopped")
        assert "Traceback" not in interrupted.printed + (folder / "demo.log").read_text()
        assert interrupted.left() == []


async def test_a_killed_one_leaves_nothing_and_the_next_runs(folder: Path, ports: dict[str, int]) -> None:
    async with demo(folder, ports) as killed:
        await killed.shows(r"^Live")
        killed.process.kill()
        await killed.process.wait()
        deadline = time.monotonic() + 20
        while killed.left():
            assert time.monotonic() < deadline, killed.left()
            await asyncio.sleep(0.1)
    async with demo(folder, ports, "--once") as following:
        assert await following.ends() == 0, following.printed


@pytest.mark.parametrize("option", OPTIONS)
async def test_a_port_that_is_taken(folder: Path, ports: dict[str, int], option: str) -> None:
    with socket.create_server(("127.0.0.1", ports[option])):
        async with demo(folder, ports, "--once") as refused:
            assert await refused.ends() == 1
    [sentence] = refused.printed.splitlines()
    assert sentence.startswith(f"Port {ports[option]} on 127.0.0.1, which the demo wants for its ")
    assert sentence.endswith(f"choose another port by {option}.")


async def test_two_in_one_folder(folder: Path, ports: dict[str, int]) -> None:
    async with demo(folder, ports) as first:
        await first.shows("Viesti demo")
        async with demo(folder, ports) as second:
            assert await second.ends() == 1
        assert second.printed.startswith(f"A demo is running already in {folder}")
        first.process.send_signal(signal.SIGINT)
        assert await first.ends() == 130
