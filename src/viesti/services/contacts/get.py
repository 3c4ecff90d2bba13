"""Shows a contact.

Rule: it locks nothing and changes nothing.
"""

from __future__ import annotations

from viesti.domain.estate import Customer
from viesti.services.contacts.seen import ContactSeen, Whose, find, nobody, see
from viesti.services.refusals import Missing
from viesti.storage.store import Store


class GetContact:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, customer: Customer, whose: Whose) -> ContactSeen | Missing:
        """The contact with this id or reference."""
        async with self._store.statements() as tx:
            found = await find(tx, customer, whose)
            return (await see(tx, customer, [found]))[0] if found else nobody(whose)
