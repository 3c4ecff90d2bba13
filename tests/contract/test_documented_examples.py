"""The examples of docs/api/smartdialog.md: each is run by a shell with curl, and is answered as it says.

Rule: ids differ from run to run and are the only thing that may; each block of commands is followed by the
block with what they print.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path

import pytest
from tests.contract.calls import BASE, Contract
from tests.contract.facts import load
from tests.integration.api.conftest import BO_TOKEN

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[2] / "docs" / "api" / "smartdialog.md"
SHOWN = "http://127.0.0.1:8080"
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
EXAMPLE = re.compile(r"^```sh\n((?:(?!```).)*)```\n\n```(json|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What curl prints is told apart by this, and an answer without a line's end gets one.
QUIET = 'set -u; curl() { command curl -sS -m 20 "$@"; echo; }\n'


def examples() -> list[tuple[str, str, str]]:
    """Commands, the kind of what is printed, and what is printed."""
    return [found.groups() for found in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]


async def printed(contract: Contract, commands: str) -> str:
    """What the commands print, with the address of the page."""
    acme = contract.acme
    variables = {
        "PATH": os.environ["PATH"],
        "API": contract.api.url + BASE,
        "TOKEN": f"Personal-Access-Token: {BO_TOKEN}",
        "CUSTOMER": acme.customer,
        "SERVICE": acme.one_way,
        "DESK": acme.two_way,
        "GROUP": acme.group,
        "MESSAGE": acme.inbound,
        "THREAD": acme.thread,
        "PIPELINE": acme.pipeline,
        "ACTION": acme.action,
    }
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", QUIET + commands, env=variables,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await shell.communicate()
    assert not errors, errors.decode()
    return out.decode().replace(contract.api.url, SHOWN)


def lines(text: str) -> list[str]:
    """What counts of it: without ids and empty lines."""
    return [GUID.sub("GUID", line.strip()) for line in text.splitlines() if line.strip()]


async def test_every_example_is_answered_as_it_says(contract: Contract) -> None:
    for commands, kind, shown in examples():
        said, wanted = lines(await printed(contract, commands)), lines(shown)
        if kind == "json":
            assert said == wanted, commands
        elif wanted[-1] == "...":  # the beginning is shown
            assert "".join(said).startswith("".join(wanted[:-1])), commands
        else:  # of the headers some are shown
            assert [line for line in said if line in wanted] == wanted, (commands, said)


def test_every_operation_has_an_example() -> None:
    page = PAGE.read_text(encoding="utf-8")
    facts = load()["operations"]
    listed = dict(re.findall(r"^\| \[`(\w+)`\]\(#[\w-]+\) \| `([A-Z]+ /[^`]*)` \|", page, re.MULTILINE))
    assert listed == {name: f"{facts[name]['method']} {facts[name]['path']}" for name in listed}
    commands = "\n".join(each for each, _, _ in examples())
    for name in listed:
        path = re.sub(r"\{[^}]*\}", "[^/ ]+", facts[name]["path"])
        assert re.search(rf'"\$API{path}["?]', commands), f"there is no example of {name}"


def test_the_notification_is_that_of_the_contract() -> None:
    shown = re.search(r'^{"sender":.*$', PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown
    facts = load()["operations"]["NewMessage"]["notification"]
    names = {name for name in facts if name != "." and not name.startswith("attachments[")}
    assert set(json.loads(shown[0])) == names | {"threadId"}
