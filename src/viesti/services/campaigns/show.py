"""Shows campaigns: what they are, and how their recipients stand.

Rule: the figures are those of when each page was last looked at, which is of late while it may change; of a
campaign that is asked for by itself, the first pages are looked at then. A report looks at all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from viesti.domain.campaign import Campaign, Progress
from viesti.services.estate import EstateCache
from viesti.storage.store import ClickTotals, Replies, Store, Transaction

LOOK_PAGES = 20  # in one statement
FRESH = timedelta(seconds=1)  # so old a look is not made again
# An id may be this much lower than one that was made before it: processes take ids ahead, for an hour.
IDS_AHEAD = 64 * 20_000_000
NO_CLICKS = ClickTotals(0, 0, 0, 0, 0)


class CampaignView(NamedTuple):
    """A campaign and where it stands. `currency`: of the costs."""

    campaign: Campaign
    progress: Progress
    currency: str


class CampaignReport(NamedTuple):
    """The same, with what came of it. `skipped`: people who could not be sent to, with the reason, as far as
    shown."""

    view: CampaignView
    clicks: ClickTotals
    replies: Replies
    skipped: Sequence[tuple[str, str]]


class Listing(NamedTuple):
    """Which campaigns, in which order: by `created`, `name` or `status`."""

    by: str = "created"
    descending: bool = True
    limit: int = 50
    offset: int = 0


class ShowCampaigns:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
        self._now = now

    async def one(self, customer_id: int, campaign_id: int) -> CampaignView | None:
        """A campaign of the customer."""
        campaign = await self._campaign(customer_id, campaign_id)
        if campaign is None:
            return None
        await self._look(campaign_id, LOOK_PAGES)
        return (await self._views([campaign]))[0]

    async def listed(self, customer_id: int, listing: Listing) -> list[CampaignView]:
        """The customer's campaigns."""
        async with self._store.statements() as tx:
            found = await tx.campaigns.listed(customer_id, *listing)
        return await self._views(found)

    async def newest(self, limit: int) -> list[CampaignView]:
        """The newest of all customers, for the operator."""
        async with self._store.statements() as tx:
            found = await tx.campaigns.newest(limit)
        return await self._views(found)

    async def report(self, customer_id: int, campaign_id: int, skipped: int = 100) -> CampaignReport | None:
        """What came of a campaign of the customer. `skipped`: how many people who could not be sent to are
        named."""
        campaign = await self._campaign(customer_id, campaign_id)
        if campaign is None:
            return None
        await self._look(campaign_id)
        (view,) = await self._views([campaign])
        async with self._store.statements() as tx:
            clicks = (await tx.clicks.of_campaigns([campaign_id])).get(campaign_id, NO_CLICKS)
            replies = await self._replies(tx, campaign)
            refused = await tx.campaigns.passed(campaign_id, 2, "", skipped) if campaign.refused else []
        return CampaignReport(view, clicks, replies, [(address, why or "") for address, _, why in refused])

    @staticmethod
    async def _replies(tx: Transaction, campaign: Campaign) -> Replies:
        if not campaign.fed or campaign.started_at is None:
            return Replies(0, 0, 0)
        return await tx.campaigns.replies(
            campaign.id, campaign.customer_id, campaign.id - IDS_AHEAD, campaign.started_at
        )

    async def _campaign(self, customer_id: int, campaign_id: int) -> Campaign | None:
        async with self._store.statements() as tx:
            return await tx.campaigns.one(campaign_id, customer_id)

    async def _look(self, campaign_id: int, most: int | None = None) -> None:
        """Look how its pages stand that may have changed, at most so many of them."""
        before = self._now() - FRESH
        looked = 0
        while most is None or looked < most:
            async with self._store.statements() as tx:
                messages = await tx.campaigns.unsettled_pages(campaign_id, before, LOOK_PAGES)
            if not messages:
                return
            await self._look_at(messages)
            looked += len(messages)

    async def _look_at(self, messages: Sequence[int]) -> None:
        async def look(tx: Transaction) -> None:
            await tx.campaigns.look(messages, self._now())

        await self._store.run_one(look)

    async def _views(self, campaigns: Sequence[Campaign]) -> list[CampaignView]:
        if not campaigns:
            return []
        async with self._store.statements() as tx:
            progress = await tx.campaigns.progress([each.id for each in campaigns])
        customers = self._estate.current.estate.customers
        return [
            CampaignView(
                each,
                progress.get(each.id, Progress()),
                customers[each.customer_id].currency if each.customer_id in customers else "",
            )
            for each in campaigns
        ]
