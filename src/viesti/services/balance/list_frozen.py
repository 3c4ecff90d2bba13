"""Lists frozen recipients for the operator: whose, why, since when and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from viesti.domain.message import HeldReason
from viesti.services.estate import EstateCache
from viesti.storage.store import Store


@dataclass(frozen=True, slots=True)
class Frozen:
    """A recipient that is held back. `cost`: what is taken from the balance when it is released."""

    id: int
    customer: str
    reason: HeldReason
    since: datetime
    sender: str
    address: str
    parts: int
    cost: Decimal | None
    currency: str
    due_at: datetime | None


class ListFrozen:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    async def __call__(
        self,
        limit: int,
        customer_id: int | None = None,
        reasons: Sequence[HeldReason] = tuple(HeldReason),
        after_id: int = 0,
    ) -> list[Frozen]:
        """The longest held first; of all customers for None."""
        async with self._store.statements() as each:
            rows = await each.held.listed(customer_id, reasons, after_id, limit)
        customers = self._estate.current.estate.customers
        return [
            Frozen(
                id=row["id"],
                customer=customers[row["customer_id"]].key if row["customer_id"] in customers else "",
                reason=HeldReason(row["reason"]),
                since=row["since"],
                sender=row["sender"] or "",
                address=row["address"] or "",
                parts=row["parts"],
                cost=row["cost"],
                currency=row["currency"] or "",
                due_at=row["due_at"],
            )
            for row in rows
        ]
