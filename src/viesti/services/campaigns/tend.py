"""The engine's duty for campaigns: it plans, feeds, and moves what is queued; and it looks how pages stand.

Rule: what there is to do follows from what is stored, and each step holds the campaign and is one
transaction; so any process goes on where another died.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from viesti.domain.campaign import Campaign, CampaignStatus
from viesti.services.campaigns.audience import plan_step, scopes
from viesti.services.campaigns.feed import Feed, stop
from viesti.services.campaigns.queue import MoveQueued
from viesti.services.estate import EstateCache
from viesti.services.wake import seconds_until
from viesti.storage.store import Store, Transaction

LOOK_PAGES = 20  # looked at in one transaction
AGAIN_SECONDS = 1.0  # what a channel had in hand as a campaign was paused may come back to the queue
GONE = "The customer can't send now: it is switched off."


class TendCampaigns:
    """The duty of one process; any number may tend."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        feed: Feed,
        move: MoveQueued,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._estate = estate
        self._feed = feed
        self._move = move
        self._now = now

    async def __call__(self) -> int:
        """One step for the campaign that waits longest, and one for pages; gives whether there was any.
        Raises `StoreUnavailable`."""
        return await self._campaign() + await self._pages()

    async def due_in(self) -> float | None:
        """Seconds until there is something to do; None: nothing is planned."""
        async with self._store.statements() as tx:
            return seconds_until(await tx.campaigns.next_due(), self._now())

    async def _campaign(self) -> int:
        did = 0

        async def work(tx: Transaction) -> None:
            nonlocal did
            now = self._now()
            campaign = await tx.campaigns.lock_due(now)
            did = int(campaign is not None)
            if campaign:
                await self._step(tx, campaign, now)
                await tx.campaigns.write(campaign)

        await self._store.run(work)
        return did

    async def _step(self, tx: Transaction, campaign: Campaign, now: datetime) -> None:
        customer = self._estate.current.estate.customers.get(campaign.customer_id)
        live = campaign.status in (CampaignStatus.SCHEDULED, CampaignStatus.PLANNING, CampaignStatus.RUNNING)
        if live and (customer is None or not customer.enabled):
            stop(campaign, GONE)
            campaign.tend_at = now
            return
        match campaign.status:
            case CampaignStatus.SCHEDULED:
                campaign.status = CampaignStatus.PLANNING
            case CampaignStatus.PLANNING:
                await plan_step(tx, campaign, scopes(self._estate.current, campaign.service_id), now)
                if campaign.planned_at:
                    campaign.status = CampaignStatus.RUNNING
                campaign.tend_at = now
            case CampaignStatus.RUNNING:
                if await self._move.some(tx, campaign):
                    campaign.tend_at = now
                else:
                    await self._feed(tx, campaign, now)
            case _:
                self._feed.forget(campaign.id)
                moved = await self._move.some(tx, campaign)
                await self._again(tx, campaign, moved, now)

    async def _again(self, tx: Transaction, campaign: Campaign, moved: int, now: datetime) -> None:
        """When to look again at a campaign that was paused or called off."""
        in_hand = await tx.campaigns.queued(campaign.id)  # by a channel, and perhaps given back
        campaign.tend_at = now + timedelta(seconds=AGAIN_SECONDS) if moved or in_hand else None

    async def _pages(self) -> int:
        looked = 0

        async def work(tx: Transaction) -> None:
            nonlocal looked
            now = self._now()
            messages = await tx.campaigns.pages_to_look_at(now, LOOK_PAGES)
            await tx.campaigns.look(messages, now)
            looked = len(messages)

        await self._store.run(work)
        return looked
