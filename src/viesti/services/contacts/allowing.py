"""Writes whether contacts may be written to.

Rule: the ledger has a line for each change, and none for what stood already.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from viesti.domain.estate import Customer
from viesti.services.record_consent import ALL, ConsentGiven, write_consent
from viesti.services.tell.consents import How
from viesti.storage.store import Store, Transaction


async def allow(
    tx: Transaction,
    store: Store,
    customer: Customer,
    allowed: Mapping[str, bool],
    source: str,
    evidence: str,
    at: datetime,
    how: How = How.API,
) -> None:
    """Write it for these numbers; `source`, `evidence` and `how`: where it came in, who says so, and what
    programs are told of that."""
    standing = await tx.consents.forbidden(customer.id, list(allowed)) if allowed else set()
    for number, is_allowed in allowed.items():
        if is_allowed == (number in standing):
            given = ConsentGiven(customer, number, is_allowed, ALL, "", source, how, evidence)
            await write_consent(tx, store, given, at)
