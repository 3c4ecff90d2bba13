"""What is to be told of a change is told after its commit, and only then."""

from __future__ import annotations

import asyncpg
import pytest

from viesti.storage.store import Store, Transaction

pytestmark = pytest.mark.integration


async def test_told_once_after_the_commit(store: Store) -> None:
    told: list[str] = []
    async with store.transaction() as tx:
        tx.after_commit(lambda: told.append("committed"))
        assert told == []
    assert told == ["committed"]


async def test_not_told_of_what_was_rolled_back(store: Store) -> None:
    told: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            tx.after_commit(lambda: told.append("committed"))
            raise ZeroDivisionError
    assert told == []


async def test_of_several_attempts_only_the_committed_one_tells(store: Store) -> None:
    told: list[int] = []
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        number = attempts
        tx.after_commit(lambda: told.append(number))
        if attempts < 3:
            raise asyncpg.DeadlockDetectedError("a victim")

    await store.run(work)
    assert told == [3]
