"""Takes everybody out of a group, in one statement whatever their number.

Rule: the statement cuts the list off from the service; the members are swept away later (`sweep_lists`), and
nobody finds them any more by way of the group.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.domain.estate import Customer, Service
from viesti.storage.store import Store, Transaction


class EmptyGroup:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(self, customer: Customer, service: Service) -> bool:
        """Empty the group; gives whether it had a list, which an empty group may have, too."""

        async def cut_off(tx: Transaction) -> bool:
            return await tx.lists.empty(customer.id, service.id, self._now())

        return await self._store.run_one(cut_off)
