"""The services behind `api/native/tags`."""

from __future__ import annotations

from viesti.api.native.tags.bound import TagsServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.contacts.groups import ListGroups
from viesti.services.contacts.tag_by import TagBy
from viesti.services.contacts.tags import Tags


def make(parts: Parts) -> TagsServices:
    """Make them."""
    return TagsServices(
        tags=Tags(parts.store, parts.now),
        groups=ListGroups(parts.store, parts.estate),
        tag_by=TagBy(parts.store, parts.now),
    )
