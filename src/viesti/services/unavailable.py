"""The one failure of the store that those above the services know.

Rule: they may catch it and say "not now"; they never see another error of the store, nor the store.
"""

from __future__ import annotations

from viesti.storage.store import StoreUnavailable

__all__ = ["StoreUnavailable"]
