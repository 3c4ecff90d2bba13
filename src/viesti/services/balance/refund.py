"""Gives back what was taken for recipients that are called back.

Rule: called in the transaction that calls them back, of those that it moved; so it is done exactly once,
whatever dies.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.settled_cost import share
from viesti.domain.status import Status
from viesti.storage.store import SharePaid, Transaction


async def refund(tx: Transaction, cancelled: Sequence[int]) -> None:
    """These pay for what the carrier took of them before, which mostly is nothing."""
    if not cancelled:
        return
    recipients = await tx.messages.load_recipients(cancelled)
    done = await tx.messages.parts_done(recipients)
    await tx.money.settle_shares(
        [
            SharePaid(one.id, *share(Status.CANCELLED, len(done.get(one.id, ())), one.parts, one.doubts))
            for one in recipients
        ]
    )
