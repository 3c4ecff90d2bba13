"""The examples of docs/api/viesti.md that begin with `$API`: each is run by a shell with curl, and is
answered as it says.

Rule: ids and times differ from run to run and are the only things that may; each block of commands is
followed by the block with what they print.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest
from tests.contract.native.calls import OPERATIONS, Native
from tests.contract.test_documented_examples import EXAMPLE, QUIET, SHOWN
from tests.integration.api.conftest import KEY, SECRET

pytestmark = pytest.mark.integration

PAGE = Path(__file__).parents[3] / "docs" / "api" / "viesti.md"
DIFFERENT = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "GUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "MOMENT"),
    (re.compile(r'("(?:id|\w+Id)":)[1-9]\d*'), r"\1ID"),
    (re.compile(r'"next":"[^"]+"'), '"next":"CURSOR"'),
    (re.compile(r"35840\d{7}"), "PHONE"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), SHOWN),
)


def examples() -> list[tuple[str, str, str]]:
    """Commands that can be run, the kind of what is printed, and what is printed."""
    found = [each.groups() for each in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]
    return [(commands, kind, shown) for commands, kind, shown in found if '"$API' in commands]


async def variables(native: Native) -> dict[str, str]:
    """What the examples name."""
    return {
        "PATH": os.environ["PATH"],
        "API": native.url,
        "KEY": f"{KEY}:{SECRET}",
        "MESSAGE": native.message,
        "CONTACT": native.contact,
        "LATER": await native.scheduled(),
        "TRIGGER": (await native.made("DeleteTrigger")).parameters["path id"],
    }


async def printed(native: Native, commands: str) -> str:
    """What the commands print."""
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", QUIET + commands, env=await variables(native),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await shell.communicate()
    assert not errors, errors.decode()
    return out.decode()


def lines(text: str) -> list[str]:
    """What counts of it: without ids, times and empty lines."""
    for pattern, same in DIFFERENT:
        text = pattern.sub(same, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


async def test_every_example_is_answered_as_it_says(untouched: Native) -> None:
    for commands, kind, shown in examples():
        said, wanted = lines(await printed(untouched, commands)), lines(shown)
        if kind == "json":
            assert said == wanted, commands
        else:  # of the headers some are shown
            assert [line for line in said if line in wanted] == wanted, (commands, said)


def test_every_operation_has_an_example() -> None:
    page = PAGE.read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| \[`(\w+)`\]\(#[\w-]+\) \| `([A-Z]+ /[^`]*)` \|", page, re.MULTILINE))
    assert listed == {name: f"{one.method} {one.path}" for name, one in OPERATIONS.items()}
    commands = "\n".join(each for each, _, _ in examples())
    for name, one in OPERATIONS.items():
        path = re.sub(r"\{[^}]*\}", "[^/ ]+", one.path)
        assert re.search(rf'"\$API{path}["?]', commands), f"there is no example of {name}"


def test_scopes_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"^\| \[`(\w+)`\]\(#[\w-]+\) \| `[^`]*` \| `?([^`|]*?)`? \|$", page, re.MULTILINE)
    assert dict(found) == {name: str(one.scope or "none") for name, one in OPERATIONS.items()}
