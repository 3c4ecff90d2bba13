"""The services behind `api/smartdialog/whatsapp`."""

from __future__ import annotations

from viesti.api.smartdialog.whatsapp.bound import WhatsappServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.templates.create import CreateTemplate
from viesti.services.templates.meta import Meta
from viesti.services.templates.show import ShowTemplates


def make(parts: Parts) -> WhatsappServices:
    """Make them."""
    meta = Meta(parts.operators, parts.others, parts.seal)
    return WhatsappServices(
        create=CreateTemplate(parts.store, parts.estate, meta, parts.now),
        show=ShowTemplates(parts.store),
    )
