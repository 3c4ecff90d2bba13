"""The SmartDialog dialect: the connector API that flows of Power Automate and Logic Apps call.

Rule: each slice lists its own operations; here they are only put together.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.body import BodyLimits
from viesti.api.contract import endpoint
from viesti.api.contract.endpoint import AccessGuard
from viesti.api.meters import Meters
from viesti.api.smartdialog.directory import bound as directory
from viesti.api.smartdialog.groups import bound as groups
from viesti.api.smartdialog.sending import bound as sending
from viesti.api.smartdialog.slice import BASE, Bound, Common
from viesti.api.smartdialog.twoway import bound as twoway
from viesti.api.smartdialog.whatsapp import bound as whatsapp
from viesti.api.smartdialog.whatsapp_sending import bound as whatsapp_sending
from viesti.api.smartdialog.who import Who
from viesti.services.estate import EstateCache
from viesti.services.guids import Guids
from viesti.services.principal import Principal


@dataclass(frozen=True, slots=True)
class SmartDialogServices:
    """What the dialect calls."""

    guard: AccessGuard[Principal]
    estate: EstateCache
    guids: Guids
    sending: sending.SendingServices
    directory: directory.DirectoryServices
    twoway: twoway.TwowayServices
    groups: groups.GroupsServices
    whatsapp: whatsapp.WhatsappServices
    whatsapp_sending: whatsapp_sending.WhatsAppSendingServices


def bound(services: SmartDialogServices, common: Common) -> Bound:
    """Every operation of the dialect with its handler."""
    return (
        *sending.bound(services.sending, common),
        *directory.bound(services.directory, common),
        *twoway.bound(services.twoway, common),
        *groups.bound(services.groups, common),
        *whatsapp.bound(services.whatsapp, common),
        *whatsapp_sending.bound(services.whatsapp_sending, common),
    )


def routes(services: SmartDialogServices, limits: BodyLimits, meters: Meters) -> list[Route]:
    """Every path of the dialect."""
    who = Who(services.estate, services.guids)
    common = Common(services.estate, services.guids, who, meters, limits)
    return [
        *endpoint.routes(BASE, bound(services, common), services.guard, limits),
        *sending.plain_routes(services.sending, common),
        *directory.plain_routes(services.directory, common),
        *twoway.plain_routes(services.twoway, common),
        *groups.plain_routes(services.groups, common),
        *whatsapp.plain_routes(services.whatsapp, common),
    ]
