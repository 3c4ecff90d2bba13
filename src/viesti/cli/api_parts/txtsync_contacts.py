"""The services behind `api/txtsync/contacts`."""

from __future__ import annotations

from viesti.api.txtsync.contacts.bound import ContactsServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.contacts.add import AddContact
from viesti.services.contacts.delete import DeleteContact
from viesti.services.contacts.duplicates import FindDuplicates
from viesti.services.contacts.get import GetContact
from viesti.services.contacts.listing import ListContacts
from viesti.services.contacts.search import SearchContacts
from viesti.services.contacts.update import UpdateContact


def make(parts: Parts) -> ContactsServices:
    """Make them."""
    store, now = parts.store, parts.now
    return ContactsServices(
        add=AddContact(store, now),
        get=GetContact(store),
        update=UpdateContact(store, now),
        delete=DeleteContact(store),
        search=SearchContacts(store),
        listing=ListContacts(store),
        find_duplicates=FindDuplicates(store),
    )
