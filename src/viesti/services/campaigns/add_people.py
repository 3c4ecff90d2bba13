"""Names more people for a campaign that is still a draft.

Rule: as with a new campaign, what is refused is refused whole; somebody named twice is sent to once.
"""

from __future__ import annotations

from viesti.domain.campaign import Campaign, CampaignStatus
from viesti.services.campaigns.create import NOBODY, Audience, FindPeople
from viesti.services.estate import EstateCache
from viesti.services.requests import FieldProblem, NotAccepted
from viesti.storage.store import Store, Transaction


class AddPeople:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._find = FindPeople(store, estate)

    async def __call__(
        self, customer_id: int, campaign_id: int, audience: Audience
    ) -> Campaign | NotAccepted | None:
        """The campaign; or why they are not named. None: the customer has no such."""
        people = await self._find(customer_id, audience)
        problems = list(people.problems)
        if not audience:
            problems.append(FieldProblem("recipients", NOBODY))
        found: Campaign | None = None

        async def work(tx: Transaction) -> None:
            nonlocal found
            found = await tx.campaigns.lock(campaign_id, customer_id)
            if found and not problems and found.status is CampaignStatus.DRAFT:
                await tx.campaigns.add_sources(found, people.sources)

        await self._store.run(work)
        if found is None:
            return None
        if found.status is not CampaignStatus.DRAFT:
            sentence = f"The campaign is '{found.status}'; only a draft can be given more people."
            return NotAccepted((FieldProblem("campaign", sentence),), conflict=True)
        return NotAccepted(tuple(problems)) if problems else found
