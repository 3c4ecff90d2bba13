"""A peer in a Node.js process of its own: commands go in as lines of JSON, what happened comes out.

Rule: nothing of the peer's SMPP is ours; it runs on the npm packages of `package.json` here, which
`scripts/test interop` installs beside the virtual environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.carrier import Changing

PEERS = Path(__file__).parent / "peers"
MODULES = Path(sys.prefix) / "interop" / "node_modules"
PATIENCE = 10.0  # seconds after which what a test waits for is taken not to come
_LONGEST_LINE = 1 << 20

Happened = dict[str, Any]


def node(script: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command that runs a peer, and its environment; fails the test when Node.js is not there."""
    found = shutil.which("node")
    if found is None or not MODULES.is_dir():
        pytest.fail("Node.js or its packages are missing; scripts/test interop installs them")
    return [found, str(PEERS / script), *arguments], {**os.environ, "NODE_PATH": str(MODULES)}


class Peer(Changing):
    """Use it with `async with`; the process ends with the block. `happened` is all it told, in order."""

    def __init__(self, script: str, *arguments: str) -> None:
        super().__init__()
        self.happened: list[Happened] = []
        self.port = 0  # where it listens, if it does
        self._by_name: defaultdict[str, list[Happened]] = defaultdict(list)
        self._run = node(script, *arguments)

    async def __aenter__(self) -> Peer:
        command, environment = self._run
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdin=pipe, stdout=pipe, limit=_LONGEST_LINE
        )
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), PATIENCE)
        await self._listening

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            happened = json.loads(line)
            self.happened.append(happened)
            self._by_name[happened["event"]].append(happened)
            self.changed()

    def do(self, what: str, **details: Any) -> None:
        """Send a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **details}).encode() + b"\n")

    async def all_told(self) -> None:
        """Returns once everything that happened until now has been told: a peer's answer on its own
        connection may come before it."""
        told = len(self.events("pong"))
        self.do("ping")
        await self.event("pong", told + 1)

    def events(self, name: str, **having: Any) -> list[Happened]:
        """What of this kind has happened so far, with these details."""
        found = self._by_name[name]
        return [one for one in found if all(one.get(key) == value for key, value in having.items())]

    async def event(self, name: str, times: int = 1, **having: Any) -> Happened:
        """The `times`-th event of this kind, once it has happened."""
        await self.until(lambda: len(self.events(name, **having)) >= times, PATIENCE)
        return self.events(name, **having)[times - 1]

    async def until(self, holds: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Returns when `holds()` does; a peer that ended or says nothing more fails the test."""
        try:
            await super().until(holds, timeout)
        except TimeoutError:
            raise AssertionError(f"waited in vain; the last that happened: {self.happened[-5:]}") from None
