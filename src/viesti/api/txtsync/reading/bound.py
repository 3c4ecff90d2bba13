"""Looking at SMS, sent and received.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.reading.declared import LIST, ONE
from viesti.api.txtsync.reading.handlers import Reading
from viesti.api.txtsync.slice import Bound, Common
from viesti.services.sms.read import ReadSms


@dataclass(frozen=True, slots=True)
class ReadingServices:
    """What the slice calls."""

    read: ReadSms


def bound(services: ReadingServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Reading(services.read, common)
    return ((LIST, handlers.list), (ONE, handlers.one))
