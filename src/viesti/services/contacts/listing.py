"""Lists a customer's contacts, page by page.

Rule: in the order they were made, which does not change under whoever turns the pages.
"""

from __future__ import annotations

from viesti.domain.estate import Customer
from viesti.services.contacts.seen import ContactSeen, see
from viesti.storage.store import Store


class ListContacts:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self, customer: Customer, *, limit: int, offset: int, descending: bool
    ) -> list[ContactSeen]:
        """A page. `descending`: the newest first."""
        async with self._store.statements() as tx:
            ids = await tx.contacts.page(customer.id, limit, offset, newest_first=descending)
            return await see(tx, customer, await tx.contacts.by_id(customer.id, ids))
