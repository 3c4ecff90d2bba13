"""Counts messages that failed, for the contacts they were to.

Rule: a recipient counts once, when it first ends without the message; written in the transaction of the
change. What was never tried because the person opted out, or was called back, is no failure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from viesti.domain.contact import ContactCount
from viesti.domain.failure import UNWANTED
from viesti.domain.status import Status
from viesti.storage.store import Moved, Store, Transaction

_FAILED = frozenset({Status.EXPIRED, Status.UNDELIVERED, Status.FAILED})


async def tally(tx: Transaction, store: Store, moved: Iterable[Moved], now: datetime) -> None:
    """Count those that failed among recipients that moved."""
    failed = [
        one
        for one in moved
        if one.status in _FAILED and one.was not in _FAILED and one.failure not in UNWANTED
    ]
    if not failed:
        return
    ids = await store.ids.take([one.bucket for one in failed])
    await tx.contacts.count(
        [
            ContactCount(identifier, one.bucket, one.customer_id, one.address, "failed", 1, now)
            for identifier, one in zip(ids, failed, strict=True)
        ]
    )
