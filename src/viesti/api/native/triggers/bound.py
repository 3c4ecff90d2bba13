"""Triggers of flows.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.native.slice import Bound, Common
from viesti.api.native.triggers.declared import (
    DELETE_TRIGGER,
    DELIVERY_REPORT,
    INVALID_RECIPIENT,
    KEYWORD_RECEIVED,
    LINK_CLICK,
    OPT_OUT,
)
from viesti.api.native.triggers.handlers import Triggers
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe


@dataclass(frozen=True, slots=True)
class TriggersServices:
    """What the slice calls."""

    subscribe: Subscribe
    unsubscribe: Unsubscribe


def bound(services: TriggersServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Triggers(common, services.subscribe, services.unsubscribe)
    return (
        (DELIVERY_REPORT, handlers.report),
        (OPT_OUT, handlers.opt_out),
        (KEYWORD_RECEIVED, handlers.keyword),
        (LINK_CLICK, handlers.click),
        (INVALID_RECIPIENT, handlers.invalid),
        (DELETE_TRIGGER, handlers.delete),
    )
