"""Keys of the installation: made once whoever comes first, and kept when secret_key is replaced."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime

import pytest

from viesti.services.guids import GuidKind, Guids
from viesti.services.platform_key import platform_key
from viesti.storage.seal import Seal, SealError
from viesti.storage.store import Store

pytestmark = pytest.mark.integration
NOW = datetime(2030, 1, 1, tzinfo=UTC)


async def test_processes_that_start_together_get_one_key(store: Store) -> None:
    seal = Seal(Seal.new_key())
    keys = await asyncio.gather(*(platform_key(store, seal, "guids", 16, os.urandom, NOW) for _ in range(8)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 16
    assert await platform_key(store, seal, "attachments", 32, os.urandom, NOW) not in keys


async def test_guids_outlive_a_secret_key(store: Store) -> None:
    old, new = Seal.new_key(), Seal.new_key()
    before = await Guids.open(store, Seal(old), os.urandom, NOW)
    after = await Guids.open(store, Seal(f"{new},{old}"), os.urandom, NOW)
    assert before.of(GuidKind.SERVICE, 77) == after.of(GuidKind.SERVICE, 77)
    with pytest.raises(SealError):
        await Guids.open(store, Seal(new), os.urandom, NOW)
