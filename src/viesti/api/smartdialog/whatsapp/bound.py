"""WhatsApp's templates, their categories, and the numbers that have them.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.smartdialog.slice import Bound, Common
from viesti.api.smartdialog.whatsapp.declared import CATEGORIES, CREATE, IDENTITIES, TEMPLATES
from viesti.api.smartdialog.whatsapp.handlers import WhatsappTemplates
from viesti.services.templates.create import CreateTemplate
from viesti.services.templates.show import ShowTemplates


@dataclass(frozen=True, slots=True)
class WhatsappServices:
    """What the slice calls."""

    create: CreateTemplate
    show: ShowTemplates


def bound(services: WhatsappServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = WhatsappTemplates(services.create, services.show, common)
    return (
        (TEMPLATES, handlers.templates),
        (CREATE, handlers.create),
        (CATEGORIES, handlers.categories),
        (IDENTITIES, handlers.identities),
    )


def plain_routes(services: WhatsappServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return []
