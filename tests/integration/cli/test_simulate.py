"""`viesti simulate` as a whole process: it says where it listens, takes messages, and stops when told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fakes.esme import Esme

import viesti
from viesti.protocols.smpp.events import BindRefused, Bound

pytestmark = pytest.mark.integration

SOURCES = str(Path(viesti.__file__).parents[1])


async def command(*arguments: str) -> asyncio.subprocess.Process:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VIESTI_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "viesti.cli", "simulate", *arguments,
        env=clean | {"PYTHONPATH": SOURCES, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 20)).decode()


@pytest.fixture
async def smsc() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A running `simulate smsc` and its SMPP port."""
    process = await command(
        "smsc", "--port", "0", "--page-port", "0", "--account", "demo:secret", "--receipt-delay", "0",
        "--ids", "hex", "--first-id", "255", "--quirk", "decimal-id", "--outcome", "expired",
    )  # fmt: skip
    found = re.match(r"Message centre  127\.0\.0\.1:(\d+)  \(demo may bind\)\n", await line(process))
    assert found
    yield process, int(found[1])
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_options_take_effect_and_a_signal_stops_it(
    smsc: tuple[asyncio.subprocess.Process, int],
) -> None:
    process, port = smsc
    assert (await line(process)).startswith("Handsets        http://127.0.0.1:")
    stranger = await Esme.connect(port)
    assert isinstance(await stranger.bind("demo", "wrong"), BindRefused)
    await stranger.close()
    esme = await Esme.connect(port)
    assert isinstance(await esme.bind("demo", "secret"), Bound)
    esme.submit()
    assert (await esme.answered()).text("message_id") == "FF"
    receipt = (await esme.delivered()).message()
    assert receipt.startswith(b"id:255 ")
    assert b"stat:EXPIRED" in receipt
    process.send_signal(signal.SIGTERM)
    assert await esme.ended() == "the peer unbound"
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--outcome", "happy"), "--outcome 'happy' is none of: delivered, "),
        (("--quirk", "none-such"), "--quirk 'none-such' is none of: seconds, "),
        (("--tls-certificate", "none-such.pem"), "The certificate none-such.pem can't be used"),
        (("--host", "192.0.2.1"), "The handset page can't listen on 192.0.2.1:"),
    ],
)
async def test_mistakes_are_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    process = await command("smsc", "--port", "0", *arguments)
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert errors.decode().startswith(said)
    assert errors.count(b"\n") == 1


@pytest.mark.parametrize(("name", "holds"), [("endings", "...0001  not delivered"), ("quirks", "hex-id  ")])
async def test_tables(name: str, holds: str) -> None:
    process = await command(name)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert holds in output.decode()
