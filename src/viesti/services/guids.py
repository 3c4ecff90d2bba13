"""The GUIDs of this installation: one key, made once and shared by all its processes.

Rule: the key is not secret_key and never changes. People's flows hold these GUIDs for years; secret_key is
replaced from time to time, and only seals this one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.services.platform_key import platform_key
from viesti.storage.guid import KEY_OCTETS, GuidCipher, GuidKind
from viesti.storage.seal import Seal
from viesti.storage.store import Store

__all__ = ["GuidKind", "Guids"]

NAME = "guids"


class Guids(GuidCipher):
    """Turns ids into GUIDs and back."""

    @classmethod
    async def open(cls, store: Store, seal: Seal, chance: Callable[[int], bytes], now: datetime) -> Guids:
        """With the key of this installation, made at its first use. `chance(n)` gives n random octets.

        Raises `StoreUnavailable`, and `SealError` when secret_key is not the one that sealed it.
        """
        return cls(await platform_key(store, seal, NAME, KEY_OCTETS, chance, now))
