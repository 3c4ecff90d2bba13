"""Sending messages, and telling what they would be.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from viesti.api.native.sending.declared import PREVIEW_MESSAGE, SEND, SEND_TO_LISTS
from viesti.api.native.sending.handlers import Sending, SendingServices
from viesti.api.native.sending.to_lists import ToLists
from viesti.api.native.slice import Bound, Common

__all__ = ["SendingServices", "bound"]


def bound(services: SendingServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Sending(services, common)
    lists = ToLists(services, common)
    return (
        (SEND, handlers.send),
        (PREVIEW_MESSAGE, handlers.preview),
        (SEND_TO_LISTS, lists.send),
    )
