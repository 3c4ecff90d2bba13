"""Sending.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.sending.declared import SEND
from viesti.api.txtsync.sending.handlers import Sending
from viesti.api.txtsync.slice import Bound, Common
from viesti.services.short_links import ShortLinks
from viesti.services.sms.read import ReadSms
from viesti.services.submit import Submit


@dataclass(frozen=True, slots=True)
class SendingServices:
    """What the slice calls."""

    submit: Submit
    read: ReadSms
    short_links: ShortLinks


def bound(services: SendingServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Sending(services.submit, services.read, services.short_links, common)
    return ((SEND, handlers.send),)
