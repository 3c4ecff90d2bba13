"""A platform that starts with the wrong secret_key says so, and does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from viesti.cli.platform import open_keys
from viesti.cli.wiring import Problem
from viesti.config import Settings
from viesti.storage.seal import Seal

pytestmark = pytest.mark.integration


async def test_the_key_must_be_the_one_of_the_database(database_url: str, tmp_path: Path) -> None:
    old, new = Seal.new_key(), Seal.new_key()
    await open_keys(Settings(data_dir=tmp_path, secret_key=old), database_url)
    await open_keys(Settings(data_dir=tmp_path, secret_key=f"{new},{old}"), database_url)
    with pytest.raises(Problem, match="secret_key is not the one"):
        await open_keys(Settings(data_dir=tmp_path, secret_key=new), database_url)
