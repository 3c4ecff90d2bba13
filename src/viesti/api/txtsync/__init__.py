"""The TxtSync dialect: the connector API that flows call, and the calls beyond it that its users know.

Rule: each slice lists its own operations; here they are only put together.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.body import BodyLimits
from viesti.api.contract import endpoint
from viesti.api.contract.endpoint import AccessGuard
from viesti.api.meters import Meters
from viesti.api.txtsync.campaigns import bound as campaigns
from viesti.api.txtsync.contacts import bound as contacts
from viesti.api.txtsync.errors import render
from viesti.api.txtsync.reading import bound as reading
from viesti.api.txtsync.sending import bound as sending
from viesti.api.txtsync.slice import Bound, Common
from viesti.api.txtsync.system import bound as system
from viesti.api.txtsync.tags import bound as tags
from viesti.api.txtsync.triggers import bound as triggers
from viesti.services.authenticate import Caller
from viesti.services.estate import EstateCache


@dataclass(frozen=True, slots=True)
class TxtSyncServices:
    """What the dialect calls. `base_url`: where callers reach us."""

    estate: EstateCache
    base_url: str
    sending: sending.SendingServices
    reading: reading.ReadingServices
    triggers: triggers.TriggersServices
    system: system.SystemServices
    campaigns: campaigns.CampaignsServices
    contacts: contacts.ContactsServices
    tags: tags.TagsServices


def bound(services: TxtSyncServices, common: Common) -> Bound:
    """Every operation of the dialect with its handler."""
    return (
        *sending.bound(services.sending, common),
        *reading.bound(services.reading, common),
        *triggers.bound(services.triggers, common),
        *system.bound(services.system, common),
        *campaigns.bound(services.campaigns, common),
        *contacts.bound(services.contacts, common),
        *tags.bound(services.tags, common),
    )


def routes(
    services: TxtSyncServices, guard: AccessGuard[Caller], limits: BodyLimits, meters: Meters
) -> list[Route]:
    """Every path of the dialect. `guard`: it knows applications by key and secret."""
    common = Common(services.estate, meters, services.base_url)
    return endpoint.routes("", bound(services, common), guard, limits, render)
