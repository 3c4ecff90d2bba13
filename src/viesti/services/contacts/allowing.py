"""Writes whether a contact may be written to.

Rule: the ledger has a line for each change, and none for what stood already.
"""

from __future__ import annotations

from datetime import datetime

from viesti.domain.contact import Contact
from viesti.domain.estate import Customer
from viesti.services.record_consent import ALL, ConsentGiven, write_consent
from viesti.storage.store import Store, Transaction


async def allow(
    tx: Transaction,
    store: Store,
    customer: Customer,
    contact: Contact,
    allowed: bool,
    evidence: str,
    at: datetime,
) -> None:
    """Write it for the contact's number; `evidence`: who says so."""
    assert contact.phone
    standing = await tx.consents.forbidden(customer.id, [contact.phone])
    if allowed == bool(standing):
        given = ConsentGiven(customer, contact.phone, allowed, ALL, "", "txtsync", evidence)
        await write_consent(tx, store, given, at)
