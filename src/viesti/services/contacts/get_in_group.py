"""Shows a contact in a group, with what happened to messages to him.

Rule: it locks nothing and changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viesti.domain.contact import Contact, ContactCounters
from viesti.domain.estate import Customer, Service
from viesti.services.contacts.numbers import read_number
from viesti.services.refusals import Invalid
from viesti.storage.store import Store


@dataclass(frozen=True, slots=True)
class ContactInGroup:
    """A contact, as a group sees him."""

    contact: Contact
    active: bool
    counters: ContactCounters


class GetInGroup:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self, customer: Customer, service: Service, phone: str, regions: Sequence[str]
    ) -> ContactInGroup | Invalid | None:
        """The contact; None when there is no such one in the group."""
        digits = read_number(customer, phone, regions)
        if isinstance(digits, list):
            return Invalid(tuple(digits))
        async with self._store.statements() as tx:
            found = await tx.contacts.by_phone(customer.id, [digits])
            member = await tx.lists.member_of_service(service.id, found[0].id) if found else None
            if member is None:
                return None
            counters = await tx.contacts.counters([member.contact_id])
        return ContactInGroup(found[0], member.active, counters.get(member.contact_id, ContactCounters()))
