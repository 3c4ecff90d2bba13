"""Finds contacts by number in any writing, name, reference or e-mail address.

Rule: a search reads some ranges of an index, each no further than it shows; so it takes as long in a book of
a million as in one of a hundred.
"""

from __future__ import annotations

from viesti.domain.contact_search import LONGEST_SEARCH, wanted
from viesti.domain.estate import Customer
from viesti.services.contacts.seen import ContactSeen, see
from viesti.storage.store import Store

MOST = 1000  # contacts that one search leads to, over all its pages; who wants more says more


class SearchContacts:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self, customer: Customer, text: str, *, numbers_only: bool, limit: int, offset: int
    ) -> list[ContactSeen]:
        """Those who fit, numbers before references and e-mail addresses before names. `numbers_only`: the
        text is a number or how one begins."""
        asked = wanted(text[:LONGEST_SEARCH], (customer.default_region,), numbers_only=numbers_only)
        limit = min(limit, MOST - offset)
        if limit <= 0 or not any(asked):
            return []
        async with self._store.statements() as tx:
            ids = await tx.contact_keys.search(customer.id, asked, limit, offset)
            return await see(tx, customer, await tx.contacts.by_id(customer.id, ids))
