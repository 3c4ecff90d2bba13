"""Finds or makes what a membership needs, and holds it until the transaction ends.

Rule: a list is found by its service or name in the transaction that puts somebody on it, so that nobody ends
up on one that was emptied meanwhile; and the contact is locked before, so that no sweep deletes it.
"""

from __future__ import annotations

from viesti.domain.contact import INBOUND, Contact
from viesti.domain.estate import Customer, Service
from viesti.domain.message import Inbound
from viesti.storage.store import Store, Transaction


async def list_of_group(tx: Transaction, store: Store, customer: Customer, service: Service) -> int:
    """The list of a group service, which has the service's key as its name."""
    found = await tx.lists.of_service(service.id)
    while found is None:  # again, when it was made and emptied in between
        identifier = await store.ids.one(customer.bucket)
        await tx.lists.make_for_service(identifier, customer.bucket, customer.id, service.key, service.id)
        found = await tx.lists.of_service(service.id)
    return found


async def list_named(tx: Transaction, store: Store, customer: Customer, name: str) -> int:
    """A list of the customer by its name."""
    found = await tx.lists.by_name(customer.id, name)
    while found is None:
        await tx.lists.make(await store.ids.one(customer.bucket), customer.bucket, customer.id, name)
        found = await tx.lists.by_name(customer.id, name)
    return found


async def hold_contact(tx: Transaction, contact: Contact) -> int:
    """The id of the customer's contact with this phone number, locked; the given one when it was made now.

    One that nothing holds but emptied lists counts as deleted already: nothing of it comes back.
    """
    key = (contact.customer_id, contact.phone or "")
    found = (await tx.contacts.put([contact]))[key]
    if found != contact.id and await tx.contacts.delete_unlisted([found]):
        found = (await tx.contacts.put([contact]))[key]
    return found


async def known_sender(tx: Transaction, store: Store, inbound: Inbound, customer: Customer) -> int:
    """Who wrote an inbound message, as a contact of the customer."""
    contact = Contact(
        id=await store.ids.one(customer.bucket),
        bucket=customer.bucket,
        customer_id=customer.id,
        phone=inbound.source,
        source=INBOUND,
        created_at=inbound.received_at,
    )
    return await hold_contact(tx, contact)


async def leave_list(tx: Transaction, customer_id: int, list_id: int, phone: str) -> bool:
    """Take the customer's contact with this number off a list, and delete it when it was only there for a
    group; gives whether it was on the list."""
    contact = await tx.contacts.lock_phone(customer_id, phone)
    if contact is None or not await tx.lists.remove(list_id, [contact.id]):
        return False
    await tx.contacts.delete_unlisted([contact.id])
    return True
