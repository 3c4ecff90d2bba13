"""What the operator sees and does over all customers: messages, receipts without a part, parked callbacks.

Rule: only those who run the server get here; nothing of it may be reached from an API of customers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from viesti.domain.status import PartState
from viesti.services import views
from viesti.services.balance.list_frozen import Frozen, ListFrozen
from viesti.services.estate import EstateCache
from viesti.services.show_message import ShowMessages
from viesti.services.sms.between import MAX_ID
from viesti.services.views import MessageView, RecentInbound, RecentMessage
from viesti.services.wake import CALLBACKS
from viesti.storage.store import Store


@dataclass(frozen=True, slots=True)
class WaitingReceipt:
    """A receipt that has not found its part. `references`: every id it may mean."""

    received_at: datetime
    channel: str
    references: tuple[str, ...]
    state: str
    error: str
    source: str
    destination: str
    raw: str


@dataclass(frozen=True, slots=True)
class ParkedCallback:
    """A call that was given up; `url` is without its query."""

    id: int
    customer: str
    subject_id: int
    kind: str
    url: str
    attempts: int
    owed_since: datetime
    parked_at: datetime
    last_error: str


class Oversee:
    """The operator's view. Every call raises `StoreUnavailable` when the store is away."""

    def __init__(self, store: Store, estate: EstateCache, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
        self._now = now

    def customer_id(self, key: str) -> int | None:
        """The customer of this key."""
        customers = self._estate.current.estate.customers.values()
        return next((customer.id for customer in customers if customer.key == key), None)

    async def message(self, identifier: int, show: ShowMessages) -> MessageView | None:
        """Any customer's message, by its id or that of one of its recipients, as `show` shows it."""
        async with self._store.transaction() as tx:
            owner = await tx.messages.owner(identifier)
        return await show.one(identifier, owner) if owner else None

    async def recent(self, customer_id: int | None, limit: int, after: int = 0) -> list[RecentMessage]:
        """The newest recipients with ids above `after`, newest first; of all customers for None."""
        async with self._store.transaction() as tx:
            rows = await tx.messages.recent(customer_id, MAX_ID, limit)
        return [views.recent_message(row) for row in rows if row["id"] > after]

    async def recent_inbound(
        self, customer_id: int | None, limit: int, after: int = 0
    ) -> list[RecentInbound]:
        """The newest inbound messages with ids above `after`, newest first, those for no service among
        them."""
        async with self._store.transaction() as tx:
            rows = await tx.inbound.recent(customer_id, MAX_ID, limit)
        services = {service.id: service.key for service in self._estate.current.estate.services.values()}
        return [views.recent_inbound(row, services) for row in rows if row["id"] > after]

    async def frozen(self, customer_id: int | None, limit: int) -> list[Frozen]:
        """What is held back, the longest held first."""
        return await ListFrozen(self._store, self._estate)(limit, customer_id)

    async def waiting_receipts(self, limit: int) -> list[WaitingReceipt]:
        """Receipts that have not found their part, newest first."""
        async with self._store.transaction() as tx:
            rows = await tx.receipts.waiting(limit)
        channels = {channel.id: channel.key for channel in self._estate.current.estate.channels.values()}
        return [
            WaitingReceipt(
                received_at=row["received_at"],
                channel=channels.get(row["channel_id"], ""),
                references=tuple(filter(None, (row["reference"], *row["alternatives"]))),
                state=PartState(row["state"]).name.lower(),
                error=row["error"],
                source=row["source"],
                destination=row["destination"],
                raw=row["raw"],
            )
            for row in rows
        ]

    async def parked_callbacks(self, customer_id: int | None, limit: int) -> list[ParkedCallback]:
        """Callbacks that were given up, the latest first."""
        async with self._store.transaction() as tx:
            rows = await tx.callbacks.parked(customer_id, limit)
        customers = self._estate.current.estate.customers
        return [
            ParkedCallback(
                id=row["id"],
                customer=customers[row["customer_id"]].key if row["customer_id"] in customers else "",
                subject_id=row["subject_id"],
                kind=row["kind"],
                url=views.without_query(row["url"]),
                attempts=row["attempt"],
                owed_since=row["created_at"],
                parked_at=row["parked_at"],
                last_error=row["last_error"],
            )
            for row in rows
        ]

    async def replay(self, customer_id: int | None, ids: Sequence[int] | None) -> int:
        """Take parked callbacks up again (all of them for None); gives how many."""
        async with self._store.transaction() as tx:
            taken = await tx.callbacks.replay(customer_id, ids, self._now())
            if taken:
                await tx.notify(CALLBACKS)
        return taken
