"""Where the time goes: samples of the Python processes, and every statement of PostgreSQL with its time.

Rule: a profile is made in a run of its own, never in one whose rates are reported, because looking costs.

The samples are py-spy's (PyPI; not a dependency of Viesti). The statements come from PostgreSQL's own log,
because the embedded PostgreSQL has no pg_stat_statements.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from bench.stand import Stand

RATE = 200  # samples a second
_DURATION = re.compile(r"duration: ([0-9.]+) ms(?:\s+(parse|bind|execute|statement)[^:]*: ?)?(.*)", re.DOTALL)


def sampler() -> str | None:
    """Where py-spy is; None when it is not installed."""
    return shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))


class Profile:
    """Samples the API and the engine while the block runs; afterwards `functions` and `statements` tell."""

    def __init__(self, stand: Stand, folder: Path, seconds: float, *, statements: bool) -> None:
        self._stand = stand
        self._folder = folder
        self._seconds = seconds
        self._with_statements = statements
        self._running: list[asyncio.subprocess.Process] = []
        self._files: dict[str, Path] = {}

    async def __aenter__(self) -> Profile:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._with_statements:
            await self._log_statements(True)
        program = None if self._with_statements else sampler()
        if program:
            for name in ("api", "engine"):
                file = self._files[name] = self._folder / f"{name}.folded"
                self._running.append(
                    await asyncio.create_subprocess_exec(
                        *(program, "record", "--format", "raw", "--output", str(file), "--rate", str(RATE)),
                        *("--pid", str(self._stand.groups[name][0]), "--duration", str(int(self._seconds))),
                        stdout=asyncio.subprocess.DEVNULL,
                        stderr=asyncio.subprocess.DEVNULL,
                    )
                )
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for process in self._running:
            await process.wait()
        if self._with_statements:
            await self._log_statements(False)

    async def _log_statements(self, wanted: bool) -> None:
        connection = await self._stand.connect()
        try:
            for name, value in (("log_destination", "'jsonlog'"), ("log_min_duration_statement", "0")):
                change = f"set {name} = {value}" if wanted else f"reset {name}"
                await connection.execute(f"alter system {change}")
            await connection.execute("select pg_reload_conf()")
        finally:
            await connection.close()
        await asyncio.sleep(1)

    def functions(self, name: str, top: int = 25) -> dict[str, list[tuple[str, float]]]:
        """The share of samples in which a function ran (`own`) or had been called (`with callees`)."""
        file = self._files.get(name)
        if file is None or not file.exists():
            return {}
        own: Counter[str] = Counter()
        inclusive: Counter[str] = Counter()
        total = 0
        for line in file.read_text().splitlines():
            stack, _, count = line.rpartition(" ")
            if "_worker (concurrent" in stack:  # a thread that waits for work
                continue
            frames = [re.sub(r":\d+\)$", ")", frame) for frame in stack.split(";")]
            total += int(count)
            own[frames[-1]] += int(count)
            for frame in set(frames):
                inclusive[frame] += int(count)
        return {
            title: [(frame, times / total) for frame, times in counter.most_common(top)]
            for title, counter in (("own", own), ("with callees", inclusive))
        }

    def statements(self) -> list[dict[str, Any]]:
        """Every statement by its first line: how often, and how long in PostgreSQL (ms); longest first."""
        times: dict[str, int] = defaultdict(int)
        spent: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for file in (self._stand.data / "postgres" / "log").glob("*.json"):
            for line in file.read_text(errors="replace").splitlines():
                message = json.loads(line).get("message", "")
                found = _DURATION.match(message)
                if not found:
                    continue
                kind, name = found[2] or "other", _first_line(found[3])
                spent[name][kind] += float(found[1])
                if kind in ("execute", "statement"):
                    times[name] += 1
        rows = [
            {"name": name, "times": times[name], "ms": sum(kinds.values()), "ms by step": dict(kinds)}
            for name, kinds in spent.items()
        ]
        return sorted(rows, key=lambda row: -float(row["ms"]))


def _first_line(statement: str) -> str:
    return statement.strip().partition("\n")[0].removeprefix("-- ")[:90]


def show(profile: Profile, messages: int) -> dict[str, Any]:
    """Print the profile; gives it for the JSON."""
    content: dict[str, Any] = {}
    for name in ("api", "engine"):
        functions = profile.functions(name)
        content[name] = functions
        for title, shares in functions.items():
            print(f"\n{name}: share of samples, {title}")
            for frame, share in shares:
                print(f"  {share:6.1%}  {frame}")
    rows = profile.statements()
    if rows:
        print(f"\nPostgreSQL: statements of {messages} messages, time as the server saw it")
        print(f"  {'ms':>9} {'times':>8} {'us each':>9} {'us/msg':>7}  statement")
        for row in rows[:40]:
            each = row["ms"] * 1000 / row["times"] if row["times"] else 0.0
            per = row["ms"] * 1000 / messages if messages else 0.0
            print(f"  {row['ms']:9.0f} {row['times']:8} {each:9.0f} {per:7.1f}  {row['name']}")
    content["statements"] = rows
    return content
