"""Finds contacts that may be one person: the same name or e-mail address under several numbers.

Rule: names are the same when their words are, in whatever order, case and accents; a single word is no name.
"""

from __future__ import annotations

from itertools import chain
from typing import Literal

import msgspec

from viesti.domain.contact_search import EMAIL, NAME
from viesti.domain.estate import Customer
from viesti.services.contacts.seen import ContactSeen, see
from viesti.storage.store import Store

SHOWN = 50  # contacts of one set

_KINDS: tuple[tuple[str, Literal["name", "email"]], ...] = ((EMAIL, "email"), (NAME, "name"))


class Duplicates(msgspec.Struct, frozen=True):
    """`total` contacts have this `value`; `contacts` are the first of them."""

    kind: Literal["name", "email"]
    value: str
    total: int
    contacts: tuple[ContactSeen, ...]


class FindDuplicates:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, customer: Customer, *, limit: int, offset: int) -> list[Duplicates]:
        """A page of them: by e-mail address, then by name."""
        found: list[tuple[Literal["name", "email"], str, int, list[int]]] = []
        async with self._store.statements() as tx:
            for letter, kind in _KINDS:
                alike = await tx.contact_keys.alike(customer.id, letter, limit + offset, 0, SHOWN)
                found += [(kind, key.removeprefix(letter), total, ids) for key, total, ids in alike]
                if len(found) >= limit + offset:
                    break
            page = found[offset : offset + limit]
            wanted = list(dict.fromkeys(chain.from_iterable(ids for *_, ids in page)))
            contacts = await see(tx, customer, await tx.contacts.by_id(customer.id, wanted))
        by_id = {each.contact.id: each for each in contacts}
        return [
            Duplicates(kind, value, total, tuple([by_id[one] for one in ids if one in by_id]))
            for kind, value, total, ids in page
        ]
