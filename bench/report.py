"""The figures as a table for people and as JSON for later.

Rule: a figure is shown with its unit and with the machine and versions it was measured on; of several runs
the median, with the least and the most.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.agent import ROOT
from bench.measure import Outcome
from bench.stand import Stand

MEANINGS = {
    "accepted/s": "messages answered 200, from the first request to the last answer",
    "submitted/s": "submit_sm at the message centre, from the first request to the last submit_sm",
    "recorded/s": "receipts stored and acknowledged, from the first request to the last acknowledgement",
    "accept p99 ms": "time from a request to its answer, as the generator saw it",
    "callbacks/s": "delivery reports at the receiver, from the first request to the last of them",
    "acknowledged/s": "handsets' messages stored and acknowledged",
    "webhooks/s": "handsets' messages at the webhook, from the first deliver_sm to the last call",
    "lost": "accepted and never seen at the far end, by sequence number",
    "doubled": "extra copies at the far end, by sequence number",
}


def machine() -> dict[str, Any]:
    """Processor, memory, kernel."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 2**20
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory GiB": round(memory, 1),
        "kernel": platform.release(),
        "load before": os.getloadavg()[0],
    }


async def versions(stand: Stand) -> dict[str, Any]:
    """Of what was measured."""
    connection = await stand.connect()
    try:
        postgres = await connection.fetchval("show server_version")
        durability = {
            name: await connection.fetchval(f"show {name}")
            for name in ("fsync", "synchronous_commit", "full_page_writes")
        }
    finally:
        await connection.close()
    return {
        "viesti": _git("rev-parse", "--short", "HEAD") + (" with changes" if _git("status", "-s") else ""),
        "Python": platform.python_version(),
        "PostgreSQL": postgres,
        **durability,
        "file system": (_said("df", "--output=fstype", str(stand.data)).split() or ["unknown"])[-1],
        **{name: importlib.metadata.version(name) for name in ("asyncpg", "uvicorn", "uvloop")},
    }


def _git(*words: str) -> str:
    return _said("git", *words)


def _said(*command: str) -> str:
    """What a program printed; nothing when it is not there."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def as_json(outcomes: Sequence[Outcome], about: dict[str, Any]) -> dict[str, Any]:
    """Everything."""
    return {
        "about": about,
        "meanings": MEANINGS,
        "runs": [
            {
                "scenario": one.scenario,
                "messages": one.messages,
                "figures": one.figures,
                "cpu seconds": one.cpu,
                "cpu us per message": _per_message(one),
                "postgres": one.postgres,
                "ledger": one.ledger,
                "problems": one.problems,
            }
            for one in outcomes
        ],
    }


def _per_message(outcome: Outcome) -> dict[str, float]:
    if not outcome.messages:
        return {}
    return {name: seconds * 1e6 / outcome.messages for name, seconds in outcome.cpu.items()}


def save(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Write a JSON file; gives where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path


def show(outcomes: Sequence[Outcome]) -> None:
    """Print a table for each scenario."""
    for scenario in dict.fromkeys(one.scenario for one in outcomes):
        runs = [one for one in outcomes if one.scenario == scenario]
        print(f"\n{scenario}" + (f"  (median of {len(runs)} runs, least - most)" if len(runs) > 1 else ""))
        if any(one.messages for one in runs):
            _row("messages", [float(one.messages) for one in runs])
        for name in runs[0].figures:
            _row(name, [one.figures[name] for one in runs if name in one.figures])
        for name in runs[0].cpu if runs[0].messages else ():
            _row(f"CPU us/message, {name}", [_per_message(one)[name] for one in runs])
        if runs[0].messages:
            _row("CPU us/message, all", [sum(_per_message(one).values()) for one in runs])
            _row("commits/1000 messages", [one.postgres["commits"] * 1000 / one.messages for one in runs])
            _row("WAL octets/message", [one.postgres["wal_octets"] / one.messages for one in runs])
        for witness in runs[0].ledger:
            counts = [one.ledger[witness] for one in runs]
            parts = [f"{key} {sum(count.get(key, 0) for count in counts)}" for key in counts[0]]
            print(f"  {'ledger: ' + witness:<34}{', '.join(parts)}")
        for one in runs:
            for problem in one.problems:
                print(f"  note: {problem}")


def _row(name: str, values: list[float]) -> None:
    spread = f"   {_number(min(values))} - {_number(max(values))}" if len(values) > 1 else ""
    print(f"  {name:<34}{_number(median(values)):>12}{spread}")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}"
