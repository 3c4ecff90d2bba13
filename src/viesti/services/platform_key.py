"""A key of the whole installation: made once, sealed in the store, the same for every process.

Rule: processes that start together end up with one key; the store decides whose.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.storage.seal import Seal
from viesti.storage.store import Store


async def platform_key(
    store: Store, seal: Seal, name: str, octets: int, chance: Callable[[int], bytes], now: datetime
) -> bytes:
    """The key of this name. `chance(n)` gives n random octets, for when there is none yet.

    Raises `StoreUnavailable`, and `SealError` when secret_key is not the one that sealed it.
    """
    async with store.statements() as tx:
        sealed = await tx.platform.key(name)
        if sealed is None:
            await tx.platform.keep_key(name, seal.seal(chance(octets)), now)
            sealed = await tx.platform.key(name)
    assert sealed is not None  # it was just kept, and nothing deletes keys
    return seal.open(sealed)
