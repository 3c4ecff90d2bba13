"""The services behind `api/native/triggers`."""

from __future__ import annotations

from viesti.api.native.triggers.bound import TriggersServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.subscribe import Subscribe
from viesti.services.unsubscribe import Unsubscribe


def make(parts: Parts) -> TriggersServices:
    """Make them."""
    return TriggersServices(
        subscribe=Subscribe(parts.store, parts.seal, parts.limits, parts.now),
        unsubscribe=Unsubscribe(parts.store, parts.now),
    )
