"""The services behind `api/smartdialog/twoway`."""

from __future__ import annotations

from viesti.api.smartdialog.twoway.bound import TwowayServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.show_attachment import ShowAttachment
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe


def make(parts: Parts) -> TwowayServices:
    """Make them."""
    return TwowayServices(
        subscribe=Subscribe(parts.store, parts.seal, parts.limits, parts.now),
        unsubscribe=Unsubscribe(parts.store, parts.now),
        show_attachment=ShowAttachment(parts.store, parts.guids, parts.links, parts.now),
        base_url=parts.base_url,
    )
