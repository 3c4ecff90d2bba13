"""A part of a transaction that fails undoes itself and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from viesti.storage.store import Store

pytestmark = pytest.mark.integration
NOW = datetime(2030, 1, 1, tzinfo=UTC)


class WentWrongError(Exception):
    pass


async def test_only_what_failed_is_undone(store: Store) -> None:
    async with store.transaction() as tx:
        await tx.platform.keep_key("before", "1", NOW)
        with pytest.raises(WentWrongError):
            async with tx.savepoint():
                await tx.platform.keep_key("inside", "1", NOW)
                raise WentWrongError
        async with tx.savepoint():
            await tx.platform.keep_key("after", "1", NOW)
    async with store.transaction() as tx:
        assert [await tx.platform.key(name) for name in ("before", "inside", "after")] == ["1", None, "1"]
