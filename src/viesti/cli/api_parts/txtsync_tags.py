"""The services behind `api/txtsync/tags`."""

from __future__ import annotations

from viesti.api.txtsync.tags.bound import TagsServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.contacts.tags import Tags


def make(parts: Parts) -> TagsServices:
    """Make them."""
    return TagsServices(tags=Tags(parts.store, parts.now))
