"""A contact with what happened with him, as every interface shows him.

Rule: whether he may be written to is what stands for his number, and is kept nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from viesti.domain.contact import Contact, ContactCounters
from viesti.domain.estate import Customer
from viesti.domain.rating import rating
from viesti.services.refusals import Missing
from viesti.storage.store import Transaction

Whose: TypeAlias = int | str  # a contact's id, or the customer's own reference


class ContactSeen(msgspec.Struct, frozen=True):
    """`allow_sms`: he did not forbid all messages."""

    contact: Contact
    counters: ContactCounters
    allow_sms: bool
    rating: int


async def see(tx: Transaction, customer: Customer, contacts: Sequence[Contact]) -> list[ContactSeen]:
    """These contacts of the customer, in their order."""
    if not contacts:
        return []
    counted = await tx.contacts.counters([contact.id for contact in contacts])
    numbers = [contact.phone for contact in contacts if contact.phone]
    forbidden = await tx.consents.forbidden(customer.id, numbers) if numbers else set()
    return [_seen(each, counted.get(each.id, ContactCounters()), forbidden) for each in contacts]


def _seen(contact: Contact, counters: ContactCounters, forbidden: set[str]) -> ContactSeen:
    return ContactSeen(contact, counters, contact.phone not in forbidden, rating(counters))


async def find(tx: Transaction, customer: Customer, whose: Whose) -> Contact | None:
    """A contact of the customer, to look at only."""
    if isinstance(whose, int):
        found = await tx.contacts.by_id(customer.id, [whose])
    else:
        found = await tx.contacts.by_reference(customer.id, [whose])
    return found[0] if found else None


async def lock(tx: Transaction, customer: Customer, whose: Whose) -> Contact | None:
    """The same, locked until the transaction ends."""
    found = await find(tx, customer, whose)
    locked = await tx.contacts.lock(customer.id, [found.id]) if found else []
    if not locked or (isinstance(whose, str) and locked[0].external_reference != whose):
        return None
    return locked[0]


def nobody(whose: Whose) -> Missing:
    """That there is no such contact of the customer's."""
    by = "id" if isinstance(whose, int) else "external reference"
    return Missing("contact", f"There is no contact of yours with this {by}.")
