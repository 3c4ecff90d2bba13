"""Which ids a customer's messages of some time can have.

Rule: ids are in the order of time to within DISORDER (storage/ids), so this only narrows what is looked at;
times are compared exactly by whoever looks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from viesti.storage.store import Transaction

MAX_ID = (1 << 53) - 1
DISORDER = timedelta(hours=1)
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


async def ids_between(
    tx: Transaction, customer_id: int, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Ids above and below which there is nothing of these times (None: of any)."""
    low, high = 0, MAX_ID
    if since is not None:
        low, _ = await tx.sms.first_from(customer_id, _before(since), MAX_ID)
    if until is not None:
        _, high = await tx.sms.first_from(customer_id, _after(until), MAX_ID)
    return low - 1, high


def _before(at: datetime) -> datetime:
    return at - DISORDER if at > FIRST else FIRST


def _after(at: datetime) -> datetime:
    return at + DISORDER if at < LAST else LAST
