"""Bulk messages, previews and campaigns.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from viesti.api.txtsync.campaigns import declared
from viesti.api.txtsync.campaigns.handlers import Campaigns, CampaignsServices
from viesti.api.txtsync.slice import Bound, Common

__all__ = ["CampaignsServices", "bound"]


def bound(services: CampaignsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Campaigns(services, common)
    return (
        (declared.BULK_SEND, handlers.bulk),
        (declared.NATIVE_BULK, handlers.native_bulk),
        (declared.PREVIEW_BULK, handlers.preview),
        (declared.LIST, handlers.list),
        (declared.CREATE, handlers.create),
        (declared.ONE, handlers.one),
        (declared.ACTIVATE, handlers.activate),
        (declared.PAUSE, handlers.pause),
        (declared.RESUME, handlers.resume),
        (declared.CANCEL, handlers.cancel),
        (declared.CONNECTIONS, handlers.connections),
        (declared.REPORT_ONE, handlers.report),
    )
