"""Gives back what was taken for recipients that nothing was sent to.

Rule: called in the transaction that ends them, by who took them out of the outbox or of what is held; so it
is done exactly once, whatever dies.
"""

from __future__ import annotations

from collections.abc import Iterable

from viesti.domain.settled_cost import NONE
from viesti.storage.store import SharePaid, Transaction


async def refund(tx: Transaction, recipient_ids: Iterable[int]) -> None:
    """These cost nothing."""
    await tx.money.settle_shares([SharePaid(identifier, *NONE) for identifier in recipient_ids])
