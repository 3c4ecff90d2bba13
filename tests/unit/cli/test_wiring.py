"""What the composition root makes: the secret key of an installation."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from viesti.cli.wiring import Problem, secret_keys
from viesti.config import Settings
from viesti.storage.seal import Seal


def test_a_configured_key_is_used_and_no_file_made(tmp_path: Path) -> None:
    assert secret_keys(Settings(data_dir=tmp_path, secret_key="k1,k2")) == "k1,k2"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_and_only_we_can_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    key = secret_keys(settings)
    assert Seal(key).open(Seal(key).seal(b"x")) == b"x"
    assert secret_keys(settings) == key
    [file] = (tmp_path / "new").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Below it an embedded PostgreSQL may come to stand, which runs as another user when we are root.
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o711


def test_many_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_keys(Settings(data_dir=tmp_path)), range(64)))
    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]


def test_a_folder_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match=r"can't be read or made: .*; set VIESTI_SECRET_KEY"):
        secret_keys(Settings(data_dir=tmp_path / "file" / "below"))
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
