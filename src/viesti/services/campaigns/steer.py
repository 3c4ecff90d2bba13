"""Activates, pauses, resumes and cancels a campaign.

Rule: a campaign is held while its status changes, and whoever feeds it holds it too; so when the answer is
given no further page is made, and what waits for a channel is held back or cancelled already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

from viesti.domain.campaign import MOVES, Campaign, CampaignStatus
from viesti.services.campaigns.queue import MoveQueued
from viesti.services.requests import FieldProblem, NotAccepted
from viesti.services.wake import CAMPAIGNS, Waker
from viesti.storage.store import Store, Transaction

Verb: TypeAlias = Literal["activate", "pause", "resume", "cancel"]
# What a verb leads to when it is said again.
_DONE: dict[str, frozenset[CampaignStatus]] = {
    "activate": frozenset((CampaignStatus.SCHEDULED, CampaignStatus.PLANNING, CampaignStatus.RUNNING)),
    "pause": frozenset((CampaignStatus.PAUSED,)),
    "resume": frozenset((CampaignStatus.SCHEDULED, CampaignStatus.PLANNING, CampaignStatus.RUNNING)),
    "cancel": frozenset((CampaignStatus.CANCELLED,)),
}


class SteerCampaign:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, move: MoveQueued, waker: Waker, now: Callable[[], datetime]) -> None:
        self._store = store
        self._move = move
        self._waker = waker
        self._now = now

    async def __call__(self, customer_id: int, campaign_id: int, verb: Verb) -> Campaign | NotAccepted | None:
        """The campaign as it stands then, or why it can't be done now; None: the customer has no such."""
        found: Campaign | None = None
        changed = False

        async def work(tx: Transaction) -> None:
            nonlocal found, changed
            found = await tx.campaigns.lock(campaign_id, customer_id)
            changed = found is not None and found.status in MOVES[verb]
            if found and changed:
                _turn(found, verb, self._now())
                await tx.campaigns.write(found)

        await self._store.run(work)
        if found is None:
            return None
        if not changed and found.status not in _DONE[verb]:
            return _refusal(found, verb)
        if changed:
            await self._move.all(found)
            self._waker.wake(CAMPAIGNS)
        return found


def _turn(campaign: Campaign, verb: Verb, now: datetime) -> None:
    """Give it the status that the verb leads to."""
    campaign.why = ""
    campaign.tend_at = now
    match verb:
        case "activate" | "resume":
            campaign.status = status_when_live(campaign, now)
            if campaign.status is CampaignStatus.SCHEDULED:
                campaign.tend_at = campaign.send_at
        case "pause":
            campaign.status = CampaignStatus.PAUSED
        case "cancel":
            campaign.status = CampaignStatus.CANCELLED
            campaign.finished_at = now


def status_when_live(campaign: Campaign, now: datetime) -> CampaignStatus:
    """Where a campaign stands that is to go on."""
    if campaign.planned_at:
        return CampaignStatus.RUNNING
    if campaign.send_at and campaign.send_at > now and not campaign.started_at:
        return CampaignStatus.SCHEDULED
    return CampaignStatus.PLANNING


def _refusal(campaign: Campaign, verb: Verb) -> NotAccepted:
    can = " or ".join(f"'{status}'" for status in MOVES[verb])
    sentence = f"The campaign is '{campaign.status}'; one must be {can} for this."
    return NotAccepted((FieldProblem("campaign", sentence),), conflict=True)
