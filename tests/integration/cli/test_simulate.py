"""`viesti simulate` as a whole process: it says where it listens, takes messages, and stops when told."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from tests.fakes.esme import Esme
from tests.fakes.webhook_taker import WebhookTaker

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


@pytest.mark.parametrize(
    ("name", "holds"),
    [("endings", "...0001  not delivered"), ("endings", "...9001  not on WhatsApp"), ("quirks", "hex-id  ")],
)
async def test_tables(name: str, holds: str) -> None:
    process = await command(name)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert holds in output.decode()


async def test_whatsapp() -> None:
    async with WebhookTaker("mine", "secret") as hook:
        process = await command(
            "whatsapp", "--port", "0", "--page-port", "0", "--number", "+358 9 4241 5000", "--token", "t0",
            "--verify-token", "mine", "--app-secret", "secret", "--webhook", hook.url,
            "--template", "hello:fi:UTILITY:Hei {{1}}!", "--delivery-delay", "0", "--read-delay", "0",
        )  # fmt: skip
        try:
            found = re.match(r"Cloud API       (http://127\.0\.0\.1:\d+)\n", await line(process))
            assert found
            assert (await line(process)).startswith("Number          +358942415000  phone_number_id 1")
            assert await line(process) == f"Webhooks        {hook.url}\n"
            assert (await line(process)).startswith("Handsets        http://127.0.0.1:")
            template = {
                "name": "hello",
                "language": {"code": "fi"},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": "Aino"}]}],
            }
            body = {
                "messaging_product": "whatsapp",
                "to": "358401234567",
                "type": "template",
                "template": template,
            }
            url = f"{found[1]}/v25.0/100000000000001/messages"
            headers = {"Authorization": "Bearer t0"}
            async with aiohttp.ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
            await hook.until(lambda: len(hook.statuses) == 3)
            assert hook.forged == 0
        finally:
            process.send_signal(signal.SIGINT)
        _, errors = await asyncio.wait_for(process.communicate(), 20)
        assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--number", "viesti"), "--number 'viesti' must be a phone number with its country code.\n"),
        (("--refuse-with", "7"), "--refuse-with '7' is none of: 0, 1, "),
        (
            ("--template", "hello:fi:UTILITY:{{1}} hei"),
            "--template 'hello:fi:UTILITY:{{1}} hei' must be NAME:",
        ),
        (("--host", "192.0.2.1"), "The handset page can't listen on 192.0.2.1:"),
    ],
)
async def test_mistakes_about_whatsapp_are_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    process = await command("whatsapp", "--port", "0", *arguments)
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert errors.decode().startswith(said)
    assert errors.count(b"\n") == 1
