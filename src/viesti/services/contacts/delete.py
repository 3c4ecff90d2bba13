"""Deletes a contact with all that hangs on him.

Rule: what he forbade stays, because it is his number's: a contact who is made again must not be written to.
"""

from __future__ import annotations

from viesti.domain.estate import Customer
from viesti.services.contacts.seen import Whose, lock, nobody
from viesti.services.refusals import Missing
from viesti.storage.store import Store, Transaction


class DeleteContact:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, customer: Customer, whose: Whose) -> Missing | None:
        """Delete the contact with this id or reference."""
        outcome: list[Missing | None] = []

        async def work(tx: Transaction) -> None:
            found = await lock(tx, customer, whose)
            if found:
                await tx.contacts.delete(customer.id, [found.id])
            outcome.append(None if found else nobody(whose))

        await self._store.run(work)
        return outcome[-1]
