"""The examples of docs/api/txtsync.md that begin with `$API`: each is run by a shell with curl, and is
answered as it says.

Rule: ids, times and the letters of short links differ from run to run and are the only things that may; each
block of commands is followed by the block with what they print.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest
from tests.contract.test_documented_examples import EXAMPLE, QUIET, SHOWN
from tests.contract.txtsync.calls import OPERATIONS, Contract

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[3] / "docs" / "api" / "txtsync.md"
DIFFERENT = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "GUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "MOMENT"),
    (re.compile(r'("(?:\w*ID|ProfileURL)":)(?:[1-9]\d*|"[^"]*\d")'), r"\1ID"),
    (re.compile(r"/l/\w{11}"), "/l/TOKEN"),
    (re.compile(r"35840\d{7}"), "PHONE"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), SHOWN),
)


def examples() -> list[tuple[str, str, str]]:
    """Commands that can be run, the kind of what is printed, and what is printed."""
    found = [each.groups() for each in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]
    return [(commands, kind, shown) for commands, kind, shown in found if '"$API' in commands]


async def printed(contract: Contract, commands: str) -> str:
    """What the commands print."""
    acme = contract.acme
    key, secret = contract.callers["acme 1.1"]
    variables = {
        "PATH": os.environ["PATH"],
        "API": contract.api.url,
        "KEY": f"{key}:{secret}",
        "SMS": acme.sms,
        "CONTACT": acme.contact,
        "CAMPAIGN": acme.campaign,
        "HOOK": await contract.trigger(acme),
    }
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", QUIET + commands, env=variables,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await shell.communicate()
    assert not errors, errors.decode()
    return out.decode().replace(contract.api.url, SHOWN)


def lines(text: str) -> list[str]:
    """What counts of it."""
    for pattern, word in DIFFERENT:
        text = pattern.sub(word, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


async def test_every_example_is_answered_as_it_says(untouched: Contract) -> None:
    for commands, kind, shown in examples():
        said, wanted = lines(await printed(untouched, commands)), lines(shown)
        if kind == "json":
            assert said == wanted, commands
        else:  # some lines are shown
            assert [line for line in said if line in wanted] == wanted, (commands, said)


def test_every_operation_has_an_example() -> None:
    page = PAGE.read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| \[`(\w+)`\]\(#[\w-]+\) \| `([A-Z]+ /[^`]*)` \|", page, re.MULTILINE))
    assert listed == {name: f"{of['method']} {of['path']}" for name, of in OPERATIONS.items()}
    assert len(examples()) >= 8
