"""Contacts.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.contacts.declared import (
    ADD,
    DELETE,
    DELETE_BY_REFERENCE,
    FIND_DUPLICATES,
    GET,
    GET_BY_REFERENCE,
    SEARCH,
    UPDATE,
    UPDATE_BY_REFERENCE,
)
from viesti.api.txtsync.contacts.handlers import Contacts
from viesti.api.txtsync.slice import Bound, Common
from viesti.services.contacts.add import AddContact
from viesti.services.contacts.delete import DeleteContact
from viesti.services.contacts.duplicates import FindDuplicates
from viesti.services.contacts.get import GetContact
from viesti.services.contacts.listing import ListContacts
from viesti.services.contacts.search import SearchContacts
from viesti.services.contacts.update import UpdateContact


@dataclass(frozen=True, slots=True)
class ContactsServices:
    """What the slice calls."""

    add: AddContact
    get: GetContact
    update: UpdateContact
    delete: DeleteContact
    search: SearchContacts
    listing: ListContacts
    find_duplicates: FindDuplicates


def bound(services: ContactsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Contacts(
        services.add,
        services.get,
        services.update,
        services.delete,
        services.search,
        services.listing,
        services.find_duplicates,
    )
    return (
        (SEARCH, handlers.search),
        (ADD, handlers.add),
        (UPDATE, handlers.update),
        (DELETE, handlers.delete),
        (GET_BY_REFERENCE, handlers.get_by_reference),
        (UPDATE_BY_REFERENCE, handlers.update_by_reference),
        (DELETE_BY_REFERENCE, handlers.delete_by_reference),
        (GET, handlers.get),
        (FIND_DUPLICATES, handlers.find_duplicates),
    )
