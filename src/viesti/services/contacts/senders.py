"""Who wrote: the contacts of inbound messages, and the count of what they wrote.

Rule: somebody who is no contact becomes one (where the customer wants it), in the transaction that stores the
message; who is known stays as he is, and no row of his is rewritten.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from viesti.domain.channel import AddressKind
from viesti.domain.contact import INBOUND, Contact, ContactCount
from viesti.domain.estate import Customer
from viesti.domain.message import Inbound
from viesti.storage.store import Store, Transaction

Senders = dict[tuple[int, str], Contact]  # by customer and address


async def meet(tx: Transaction, store: Store, messages: Sequence[tuple[Inbound, Customer]]) -> Senders:
    """The contacts who wrote these messages, new ones among them; each message is counted for its writer.
    Names and short codes are nobody's contact."""
    written = [
        (inbound, customer)
        for inbound, customer in messages
        if inbound.source_kind == AddressKind.INTERNATIONAL
    ]
    if not written:
        return {}
    known = await tx.contacts.at({(customer.id, inbound.source) for inbound, customer in written})
    new: Senders = {}
    for inbound, customer in written:
        whom = (customer.id, inbound.source)
        if whom not in known and whom not in new and customer.senders_become_contacts:
            new[whom] = Contact(
                id=await store.ids.one(customer.bucket),
                bucket=customer.bucket,
                customer_id=customer.id,
                phone=inbound.source,
                source=INBOUND,
                created_at=inbound.received_at,
            )
    if new:
        known |= await _made(tx, new)
    theirs = [inbound for inbound, customer in written if (customer.id, inbound.source) in known]
    await _count(tx, store, theirs)
    return known


async def _made(tx: Transaction, new: Senders) -> Senders:
    """Make these; of somebody that another process made meanwhile only the id is known."""
    ids = await tx.contacts.put(list(new.values()))
    return {whom: replace(contact, id=ids[whom]) for whom, contact in new.items()}


async def _count(tx: Transaction, store: Store, inbounds: Collection[Inbound]) -> None:
    ids = await store.ids.take([inbound.bucket for inbound in inbounds])
    await tx.contacts.count(
        [
            ContactCount(identifier, i.bucket, i.customer_id or 0, i.source, "inbound", 1, i.received_at)
            for identifier, i in zip(ids, inbounds, strict=True)
        ]
    )
