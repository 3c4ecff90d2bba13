"""Triggers of flows.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.slice import Bound, Common
from viesti.api.txtsync.triggers.declared import (
    DELETE_TRIGGER,
    INBOUND_SMS,
    LEFTOVER_INBOUND,
    LEFTOVER_OUTBOUND,
    LEFTOVER_TYPED,
    OUTBOUND_SMS,
)
from viesti.api.txtsync.triggers.handlers import Triggers
from viesti.services.guids import Guids
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe


@dataclass(frozen=True, slots=True)
class TriggersServices:
    """What the slice calls. `status`: of the answer to a trigger that was made, 201 or 200."""

    guids: Guids
    subscribe: Subscribe
    unsubscribe: Unsubscribe
    status: int


def bound(services: TriggersServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Triggers(
        common, services.guids, services.subscribe, services.unsubscribe, services.status
    )  # fmt: skip
    return (
        (INBOUND_SMS, handlers.inbound),
        (OUTBOUND_SMS, handlers.outbound),
        (DELETE_TRIGGER, handlers.delete),
        *((leftover, handlers.inbound) for leftover in LEFTOVER_INBOUND),
        *((leftover, handlers.outbound) for leftover in LEFTOVER_OUTBOUND),
        (LEFTOVER_TYPED, handlers.typed),
    )
