"""Owes the calls of events to those who subscribed.

Rule: written in the transaction of the change, to subscriptions that it locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.domain.message import Callback
from viesti.storage.store import Store, Subscription, Transaction


class Owed(NamedTuple):
    """A call. `subject`: the id of what it tells of, in whose timeline it is noted."""

    subscription: Subscription
    subject: int
    body: str


async def owe(tx: Transaction, store: Store, owed: Sequence[Owed], at: datetime) -> int:
    """Owe these; gives how many they are. They wait for no other call of their subject."""
    if not owed:
        return 0
    ids = await store.ids.take([one.subscription.bucket for one in owed])
    await tx.callbacks.add(
        [
            Callback(
                id=identifier,
                bucket=one.subscription.bucket,
                customer_id=one.subscription.customer_id,
                subject_id=one.subject,
                kind="http_request",
                method="POST",
                url=one.subscription.url_sealed,
                body=one.body,
                due_at=at,
                created_at=at,
                subscription_id=one.subscription.id,
                apart=True,
            )
            for identifier, one in zip(ids, owed, strict=True)
        ]
    )
    return len(owed)


def concerns(subscription: Subscription, customer_id: int, service_id: int | None) -> bool:
    """Whether a subscription is to what happens at this service of this customer."""
    return subscription.customer_id == customer_id and subscription.service_id in (None, service_id)
