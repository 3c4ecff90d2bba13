"""Messages: where they stand, their history, lists of them, and steering one.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.native.messages.declared import CANCEL, GET, INBOUND, LIST, RESCHEDULE, TIMELINE
from viesti.api.native.messages.handlers import Messages
from viesti.api.native.messages.steering import Steering
from viesti.api.native.slice import Bound, Common
from viesti.services.cancel_message import CancelMessage
from viesti.services.reschedule_message import RescheduleMessage
from viesti.services.search_messages import SearchMessages
from viesti.services.show_message import ShowMessages


@dataclass(frozen=True, slots=True)
class MessagesServices:
    """What the slice calls."""

    show: ShowMessages
    search: SearchMessages
    cancel: CancelMessage
    reschedule: RescheduleMessage


def bound(services: MessagesServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Messages(services.show, services.search, common)
    steering = Steering(services.cancel, services.reschedule, common)
    return (
        (GET, handlers.one),
        (TIMELINE, handlers.timeline),
        (LIST, handlers.list),
        (INBOUND, handlers.inbound),
        (CANCEL, steering.cancel),
        (RESCHEDULE, steering.reschedule),
    )
