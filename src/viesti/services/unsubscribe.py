"""Ends a subscription: its URL is forgotten, and what is still owed for it is not called any more.

Rule: whoever is allowed to may end it again and again; it is ended once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from viesti.storage.store import Store, Transaction

WHY = "deleted"
ANYWHERE = -1  # whatever service it is to


class Unsubscribe:
    """The service."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(
        self, subscription_id: int, service_id: int | None, customers: Collection[int] | None
    ) -> bool:
        """End the subscription to this service (None: to every service; or `ANYWHERE`), if it is one of these
        customers' (None: whoever's). Gives whether there is or was such a one. Raises `StoreUnavailable`."""
        known = False

        async def work(tx: Transaction) -> None:
            nonlocal known
            found = await tx.subscriptions.one(subscription_id)
            known = (
                found is not None
                and service_id in (found.service_id, ANYWHERE)
                and (customers is None or found.customer_id in customers)
            )
            if known:
                await tx.subscriptions.end([subscription_id], self._now(), WHY)

        await self._store.run(work)
        return known
