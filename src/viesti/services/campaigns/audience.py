"""Writes down the audience of a campaign: everybody it is for, each once, some thousands at a time.

Rule: a step puts people in and notes how far it came in one transaction, so planning that is broken off goes
on where it was; and what is in memory is a step, whatever the audience.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from viesti.domain.campaign import Campaign, Source
from viesti.services.estate import Snapshot
from viesti.storage.store import Put, Transaction

STEP = 20_000  # members of a tag in one transaction: some 0.2 s


def scopes(snapshot: Snapshot, service_id: int | None) -> list[str]:
    """The opt-outs that count for what a service sends."""
    service = snapshot.estate.services.get(service_id or 0)
    return ["all", "marketing"] if service and service.advertisement else ["all"]


async def plan_step(
    tx: Transaction, campaign: Campaign, scopes: Sequence[str], now: datetime, step: int = STEP
) -> None:
    """Put the next people into the audience, and into `campaign` what came of it; the caller writes that.
    `planned_at` is set when there are no more. `scopes`: the opt-outs that count."""
    campaign.started_at = campaign.started_at or now
    source = await tx.campaigns.source(campaign.id, campaign.sources_done)
    if source is None:
        campaign.planned_at = now
    elif source.list_id is not None:
        await _members(tx, campaign, source.list_id, scopes, step)
    else:
        _count(campaign, await _put(tx, campaign, source, scopes))
        campaign.sources_done += 1


async def _put(tx: Transaction, campaign: Campaign, source: Source, scopes: Sequence[str]) -> Put:
    if source.numbers is not None:
        return await tx.campaigns.plan_numbers(campaign, source.numbers, scopes)
    return await tx.campaigns.plan_contacts(campaign, source.contacts or (), scopes)


async def _members(
    tx: Transaction, campaign: Campaign, list_id: int, scopes: Sequence[str], step: int
) -> None:
    members = await tx.campaigns.members(list_id, campaign.source_after, step)
    if members:
        active = [contact_id for contact_id, is_active in members if is_active]
        campaign.inactive += len(members) - len(active)
        if active:
            _count(campaign, await tx.campaigns.plan_contacts(campaign, active, scopes))
        campaign.source_after = members[-1][0]
    if len(members) < step:
        campaign.sources_done += 1
        campaign.source_after = 0


def _count(campaign: Campaign, put: Put) -> None:
    campaign.people += put.new
    campaign.opted_out += put.opted_out
    campaign.numberless += put.numberless
    campaign.duplicates += put.offered - put.numberless - put.new
