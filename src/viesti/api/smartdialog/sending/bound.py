"""Messages, replies and answers in discussions.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from starlette.routing import Route

from viesti.api.smartdialog.sending.declared import DISCUSS, REPLY, SEND
from viesti.api.smartdialog.sending.handlers import Sending, SendingServices
from viesti.api.smartdialog.slice import Bound, Common

__all__ = ["SendingServices", "bound", "plain_routes"]


def bound(services: SendingServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Sending(services, common)
    return ((SEND, handlers.send), (REPLY, handlers.reply), (DISCUSS, handlers.discuss))


def plain_routes(services: SendingServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return []
