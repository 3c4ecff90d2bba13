"""The services behind `api/native/messages`."""

from __future__ import annotations

from viesti.api.native.messages.bound import MessagesServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.cancel_message import CancelMessage
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.publish import Publish
from viesti.services.reschedule_message import RescheduleMessage
from viesti.services.search_messages import SearchMessages
from viesti.services.show_message import ShowMessages


def make(parts: Parts) -> MessagesServices:
    """Make them."""
    store, estate, waker, now = parts.store, parts.estate, parts.waker, parts.now
    cancel = CancelWaiting(store, estate, Publish(store, parts.guids, parts.short_links), waker, now)
    return MessagesServices(
        show=ShowMessages(store, estate, parts.short_links),
        search=SearchMessages(store, estate, parts.short_links),
        cancel=CancelMessage(store, cancel, now),
        reschedule=RescheduleMessage(store, estate, waker, parts.limits, now),
    )
