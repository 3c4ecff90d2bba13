"""The command line as a whole process: quick help, doctor, migrate, and mistakes as one sentence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import viesti

pytestmark = pytest.mark.integration

SOURCES = str(Path(viesti.__file__).parents[1])
HEAVY = "aiohttp asyncpg cryptography rich.progress starlette structlog uvicorn viesti.api viesti.engine"


@pytest.fixture
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="viesti-"))
    yield path
    shutil.rmtree(path)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("VIESTI_")}
    return subprocess.run(
        [sys.executable, *arguments],
        env=clean | {"PYTHONPATH": SOURCES, "NO_COLOR": "1"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def viesti_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("-m", "viesti.cli", *arguments, **environment)


def test_help_imports_nothing_heavy() -> None:
    done = run("-c", f"import sys, viesti.cli.commands; print(*set({HEAVY.split()!r}) & set(sys.modules))")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")


def test_doctor_before_and_after_migrate(data_dir: Path) -> None:
    environment = {"VIESTI_DATA_DIR": str(data_dir), "VIESTI_API_PORT": "1"}
    before = viesti_command("doctor", **environment)
    assert before.returncode == 0, before.stderr
    assert "warn  migrations   Not applied yet: 0001_" in before.stdout
    assert "ok    database     The embedded PostgreSQL 18." in before.stdout

    first = viesti_command("migrate", **environment)
    assert first.stdout.startswith("applied 0001_")
    assert viesti_command("migrate", **environment).stdout == "The database is up to date.\n"

    after = viesti_command("doctor", **environment)
    assert after.returncode == 0
    assert "ok    migrations   All are applied." in after.stdout
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("command", ["doctor", "migrate"])
def test_a_database_that_is_not_there(command: str) -> None:
    done = viesti_command(command, VIESTI_DATABASE_URL="postgresql://viesti:verysecret@127.0.0.1:1/viesti")
    assert done.returncode == 1
    said = done.stdout + done.stderr
    assert "The database at 127.0.0.1 can't be reached" in said
    assert "verysecret" not in said
    assert "Traceback" not in said


def test_a_bad_setting_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "viesti.toml"
    file.write_text("api_prot = 1\n")
    done = viesti_command("--config", str(file), "migrate")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"api_prot in {file} is not a setting; did you mean api_port?\n"
