"""The native API: what Viesti can do, in its own words, for programs and for the Viesti connector.

Rule: each slice lists its own operations; here they are only put together.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.body import BodyLimits
from viesti.api.contract import endpoint
from viesti.api.contract.endpoint import AccessGuard
from viesti.api.meters import Meters
from viesti.api.native.account import bound as account
from viesti.api.native.guard import NativeGuard
from viesti.api.native.messages import bound as messages
from viesti.api.native.sending import bound as sending
from viesti.api.native.slice import BASE, Bound, Common
from viesti.api.native.tags import bound as tags
from viesti.api.native.triggers import bound as triggers
from viesti.services.authenticate import Caller
from viesti.services.estate import EstateCache
from viesti.services.guids import Guids
from viesti.services.principal import Principal


@dataclass(frozen=True, slots=True)
class NativeServices:
    """What the API calls. `tokens`: knows people's connections; `base_url`: where callers reach us."""

    tokens: AccessGuard[Principal]
    estate: EstateCache
    guids: Guids
    base_url: str
    account: account.AccountServices
    tags: tags.TagsServices
    triggers: triggers.TriggersServices
    messages: messages.MessagesServices
    sending: sending.SendingServices


def bound(services: NativeServices, common: Common) -> Bound:
    """Every operation of the API with its handler."""
    return (
        *sending.bound(services.sending, common),
        *messages.bound(services.messages, common),
        *account.bound(services.account, common),
        *tags.bound(services.tags, common),
        *triggers.bound(services.triggers, common),
    )


def routes(
    services: NativeServices, applications: AccessGuard[Caller], limits: BodyLimits, meters: Meters
) -> list[Route]:
    """Every path of the API. `applications`: knows them by key and secret."""
    guard = NativeGuard(applications, services.tokens)
    common = Common(services.estate, services.guids, meters, services.base_url)
    return endpoint.routes(BASE, bound(services, common), guard, limits)
