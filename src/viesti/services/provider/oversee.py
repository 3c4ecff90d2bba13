"""What the operator sees and does about webhooks that failed.

Rule: only those who run the server get here. What is in a body is given for one body by its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from viesti.services.estate import EstateCache
from viesti.services.wake import PROVIDER
from viesti.storage.store import Store


@dataclass(frozen=True, slots=True)
class FailedBody:
    """A webhook that could not be worked on. `due_at`: when it is tried again, None when a person must say
    so."""

    id: int
    channel: str
    received_at: datetime
    octets: int
    failures: int
    why: str
    due_at: datetime | None


async def list_failed(store: Store, estate: EstateCache, limit: int) -> list[FailedBody]:
    """Those that failed, the oldest first. This and what follows raise `StoreUnavailable`."""
    async with store.statements() as tx:
        rows = await tx.provider_events.failed_ones(limit)
    channels = estate.current.estate.channels
    return [
        FailedBody(
            id=row["id"],
            channel=channels[row["channel_id"]].key if row["channel_id"] in channels else "",
            received_at=row["received_at"],
            octets=row["octets"],
            failures=row["failures"],
            why=row["last_error"],
            due_at=row["due_at"],
        )
        for row in rows
    ]


async def body_of(store: Store, identifier: int) -> bytes | None:
    """A webhook as it came; None when there is none that waits or failed."""
    async with store.statements() as tx:
        return await tx.provider_events.body(identifier)


async def try_again(store: Store, ids: Sequence[int] | None, now: datetime) -> int:
    """Have failed webhooks worked on now (None: all); gives how many."""
    async with store.transaction() as tx:
        taken = await tx.provider_events.again(ids, now)
        if taken:
            await tx.notify(PROVIDER)
    return taken


async def drop_failed(store: Store, ids: Sequence[int]) -> int:
    """Drop failed webhooks; gives how many."""
    async with store.transaction() as tx:
        return await tx.provider_events.drop_failed(ids)
