"""Helper processes of the bench, told what to do by one JSON object a line on standard input.

Rule: a helper answers each line with one line, and ends when its standard input does, so that none is left
behind whatever way the bench ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[1]

Commands = Mapping[str, Callable[..., Awaitable[Any]]]


class AgentFailed(Exception):  # noqa: N818  the fact
    """A helper process ended or refused; its own words are on standard error."""


class Agent:
    """A helper process: `python -m bench.<module>`. Calls block the event loop's thread not at all."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.name = module
        self._command = [sys.executable, "-m", f"bench.{module}", *arguments]
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()  # an answer belongs to the question before it
        self.hello: dict[str, Any] = {}

    async def start(self) -> None:
        """Start it and wait until it is ready; `hello` is what it says then."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=1 << 26,
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        self.hello = await self._line()

    @property
    def pid(self) -> int:
        assert self._process is not None  # started before
        return self._process.pid

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Have it do something; gives what it answers. Raises `AgentFailed`."""
        assert self._process is not None and self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(json.dumps({"do": command, **arguments}).encode() + b"\n")
            return await self._line()

    async def stop(self) -> None:
        """End it."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _line(self) -> dict[str, Any]:
        assert self._process is not None and self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise AgentFailed(f"The helper {self.name} has ended.")
        return cast(dict[str, Any], json.loads(line))


def serve(begin: Callable[[], Awaitable[tuple[dict[str, Any], Commands]]]) -> None:
    """In a helper: `begin()` sets up and gives the hello and the commands; then serve until input ends."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(begin))


async def _serve(begin: Callable[[], Awaitable[tuple[dict[str, Any], Commands]]]) -> None:
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    hello, commands = await begin()
    print(json.dumps(hello), flush=True)
    while line := await reader.readline():
        told = json.loads(line)
        answer = await commands[told.pop("do")](**told)
        print(json.dumps(answer if answer is not None else {}), flush=True)
