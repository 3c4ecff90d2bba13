"""Adds what was counted of people to the counters of their contacts.

Rule: the message path writes what it counts by address and looks up nobody; who it is is found here, later.
"""

from __future__ import annotations

from viesti.storage.store import Store, Transaction

STEP = 5000  # counts in one statement


class FoldCounts:
    """The duty of one process; any number may fold."""

    def __init__(self, store: Store, step: int = STEP) -> None:
        self._store = store
        self._step = step

    async def __call__(self) -> int:
        """Fold some; gives how many."""

        async def fold(tx: Transaction) -> int:
            return await tx.contacts.fold_counts(self._step)

        return await self._store.run_one(fold)
