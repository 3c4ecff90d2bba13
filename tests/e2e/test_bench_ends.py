"""The bench and the crash rounds, stopped in the middle, leave no process and no folder behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.e2e

BENCH = Path(__file__).resolve().parents[2] / "bench"
PATIENCE = 90.0
COMMANDS = {
    "bench": ["run.py", "idle", "--idle-seconds", "600", "--warm-up", "0"],
    "rounds": ["rounds.py", "--kind", "link", "--rounds", "1000"],
}


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="viesti-e2e-"))
    made.chmod(0o711)  # root's PostgreSQL runs as another user
    yield made
    shutil.rmtree(made, ignore_errors=True)


def ours(folder: Path) -> dict[psutil.Process, list[str]]:
    """The processes that have to do with the folder, with their command lines."""
    found = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            places = " ".join([*words, process.environ().get("TMPDIR", "")])
            if str(folder) in places and process.status() != psutil.STATUS_ZOMBIE:
                found[process] = words
    return found


def until_engine_runs(folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any({"child", "engine"} <= set(words) for words in ours(folder).values()):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_all_it_started(folder: Path, command: str, sent: signal.Signals) -> None:
    words = [sys.executable, str(BENCH / COMMANDS[command][0]), *COMMANDS[command][1:]]
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [*words, "--results", str(folder / "results")],
        env=environment,
        # A test run in the background ignores SIGINT, and what it starts would inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        until_engine_runs(folder)
        process.send_signal(sent)
        assert process.wait(PATIENCE) == 128 + sent
        assert ours(folder) == {}
        assert list(folder.iterdir()) == []
    finally:
        for left in ours(folder):
            with suppress(psutil.Error):
                left.kill()
