"""WhatsApp templates to recipients.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from viesti.api.smartdialog.slice import Bound, Common
from viesti.api.smartdialog.whatsapp_sending.declared import SEND_TEMPLATE
from viesti.api.smartdialog.whatsapp_sending.handlers import WhatsAppSending, WhatsAppSendingServices

__all__ = ["WhatsAppSendingServices", "bound"]


def bound(services: WhatsAppSendingServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    return ((SEND_TEMPLATE, WhatsAppSending(services, common).send_template),)
