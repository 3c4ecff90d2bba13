"""The services behind `api/txtsync/campaigns`."""

from __future__ import annotations

from viesti.api.txtsync.campaigns.bound import CampaignsServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.balance.read import ReadBalance
from viesti.services.campaigns.add_people import AddPeople
from viesti.services.campaigns.create import CreateCampaign
from viesti.services.campaigns.preview import PreviewCampaign
from viesti.services.campaigns.queue import MoveQueued
from viesti.services.campaigns.show import ShowCampaigns
from viesti.services.campaigns.steer import SteerCampaign
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.publish import Publish
from viesti.services.release_held import ReleaseHeld


def make(parts: Parts) -> CampaignsServices:
    """Make them."""
    store, estate, waker, now = parts.store, parts.estate, parts.waker, parts.now
    cancel = CancelWaiting(store, estate, Publish(store, parts.guids, parts.short_links), waker, now)
    move = MoveQueued(store, ReleaseHeld(estate, waker, now), cancel, now)
    return CampaignsServices(
        create=CreateCampaign(store, estate, parts.submit, waker, now),
        add=AddPeople(store, estate),
        steer=SteerCampaign(store, move, waker, now),
        show=ShowCampaigns(store, estate, now),
        preview=PreviewCampaign(store, estate, parts.submit, now),
        balance=ReadBalance(store, estate),
    )
