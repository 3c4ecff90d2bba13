"""The services behind `api/smartdialog/whatsapp_sending`."""

from __future__ import annotations

from viesti.api.smartdialog.whatsapp_sending.handlers import WhatsAppSendingServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.whatsapp.send_template import SendTemplate


def make(parts: Parts) -> WhatsAppSendingServices:
    """Make them."""
    return WhatsAppSendingServices(
        send_template=SendTemplate(parts.store, parts.estate, parts.submit),
        allowed_networks=parts.limits.allowed_networks,
    )
