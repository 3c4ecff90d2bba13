"""Triggers of flows, and attachments of what came in.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.smartdialog.slice import Bound, Common
from viesti.api.smartdialog.twoway import attachments
from viesti.api.smartdialog.twoway.declared import DELETE_TRIGGER, NEW_MESSAGE
from viesti.api.smartdialog.twoway.handlers import Triggers
from viesti.services.show_attachment import ShowAttachment
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe


@dataclass(frozen=True, slots=True)
class TwowayServices:
    """What the slice calls. `base_url`: where callers reach us."""

    subscribe: Subscribe
    unsubscribe: Unsubscribe
    show_attachment: ShowAttachment
    base_url: str


def bound(services: TwowayServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    triggers = Triggers(common, services.subscribe, services.unsubscribe, services.base_url)
    return ((NEW_MESSAGE, triggers.create), (DELETE_TRIGGER, triggers.delete))


def plain_routes(services: TwowayServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return attachments.routes(services.show_attachment)
