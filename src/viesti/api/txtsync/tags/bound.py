"""Tags.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.slice import Bound, Common
from viesti.api.txtsync.tags.declared import CREATE, DELETE, GET, LIST, OF_CONTACT, PUT, RENAME
from viesti.api.txtsync.tags.handlers import TagHandlers
from viesti.services.contacts.tags import Tags


@dataclass(frozen=True, slots=True)
class TagsServices:
    """What the slice calls."""

    tags: Tags


def bound(services: TagsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = TagHandlers(services.tags)
    return (
        (LIST, handlers.list),
        (CREATE, handlers.create),
        (GET, handlers.get),
        (RENAME, handlers.rename),
        (DELETE, handlers.delete),
        (OF_CONTACT, handlers.of_contact),
        (PUT, handlers.put),
    )
