"""Moves what a campaign has in the queue of a channel: held back when it pauses, queued again when it goes
on, cancelled when it is called off.

Rule: some thousands in a transaction, and each step is whole; whoever is broken off leaves the rest to the
engine, which does the same steps until nothing is left. What a channel has in hand is let go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from viesti.domain.campaign import Campaign, CampaignStatus
from viesti.domain.message import HeldReason
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.release_held import ReleaseHeld
from viesti.storage.store import Store, Transaction

STEP = 5_000  # recipients in one transaction


class MoveQueued:
    """The moves; any process may make them."""

    def __init__(
        self,
        store: Store,
        release: ReleaseHeld,
        cancel: CancelWaiting,
        now: Callable[[], datetime],
        step: int = STEP,
    ) -> None:
        self._store = store
        self._release = release
        self._cancel = cancel
        self._now = now
        self._step = step

    async def all(self, campaign: Campaign) -> None:
        """Do for a campaign what its status asks for, to the end. Raises `StoreUnavailable`."""
        moved = 1
        while moved:

            async def work(tx: Transaction) -> None:
                nonlocal moved
                held = await tx.campaigns.lock(campaign.id, campaign.customer_id)
                moved = await self.some(tx, held) if held else 0

            await self._store.run(work)

    async def some(self, tx: Transaction, campaign: Campaign) -> int:
        """The next of it, of a campaign that is held; gives how many recipients were moved."""
        match campaign.status:
            case CampaignStatus.PAUSED:
                return await tx.held.pause(campaign.id, self._now(), self._step)
            case CampaignStatus.RUNNING:
                rows = await tx.held.of_campaign(campaign.id, HeldReason.PAUSED, self._step)
                await self._release(tx, rows)
                return len(rows)
            case CampaignStatus.CANCELLED:
                ids = await self._withdraw(tx, campaign)
                await self._cancel.taken(tx, ids)
                return len(ids)
            case _:
                return 0

    async def _withdraw(self, tx: Transaction, campaign: Campaign) -> list[int]:
        """Take its recipients out of the queue, and after those the ones that are held for whatever
        reason."""
        queued = await tx.outbox.withdraw_campaign(campaign.id, self._step)
        if queued:
            return sorted(queued)
        for reason in HeldReason:
            rows = await tx.held.of_campaign(campaign.id, reason, self._step)
            if rows:
                return sorted(await tx.held.drop([row.id for row in rows]))
        return []
