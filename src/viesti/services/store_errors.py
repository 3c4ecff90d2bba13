"""What a caller of the services may have to expect of the store, for those who must not import it."""

from __future__ import annotations

from viesti.storage.store import StoreUnavailable

__all__ = ["StoreUnavailable"]
