"""The crash rounds as a stranger runs them, one kill of each kind: every promise kept, told by exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROUNDS = Path(__file__).resolve().parents[2] / "bench" / "rounds.py"
SECONDS = 300.0


def test_a_kill_of_each_kind_breaks_no_promise(tmp_path: Path) -> None:
    command = [sys.executable, str(ROUNDS), "--kind", "mixed", "--rounds", "5", "--results", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (result,) = tmp_path.glob("*.json")
    (counted,) = json.loads(result.read_text())["kinds"]
    assert counted["problems"] == []
    assert counted["rounds"] == 5
    assert counted["accepted"] > 0 and counted["inbound"] > 0, "nothing flowed"


def test_a_kill_of_each_kind_breaks_no_promise_by_whatsapp(tmp_path: Path) -> None:
    command = [sys.executable, str(ROUNDS), "--kind", "whatsapp", "--rounds", "4", "--results", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (result,) = tmp_path.glob("*.json")
    (counted,) = json.loads(result.read_text())["kinds"]
    assert (counted["problems"], counted["rounds"]) == ([], 4)
    assert counted["account"]["by_sms"] > 0 and counted["written"] > 0, "nothing flowed"
    assert counted["events"]["in_doubt"] > 0, "nothing was in flight"
