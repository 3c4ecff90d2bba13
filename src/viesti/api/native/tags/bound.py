"""Tags and groups, and whose tags they are.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.native.slice import Bound, Common
from viesti.api.native.tags.declared import ADD_TAGS, LIST_GROUPS, LIST_TAGS, REMOVE_TAGS
from viesti.api.native.tags.handlers import TagHandlers
from viesti.services.contacts.groups import ListGroups
from viesti.services.contacts.tag_by import TagBy
from viesti.services.contacts.tags import Tags


@dataclass(frozen=True, slots=True)
class TagsServices:
    """What the slice calls."""

    tags: Tags
    groups: ListGroups
    tag_by: TagBy


def bound(services: TagsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = TagHandlers(services.tags, services.groups, services.tag_by, common)
    return (
        (LIST_TAGS, handlers.tags),
        (LIST_GROUPS, handlers.groups),
        (ADD_TAGS, handlers.add),
        (REMOVE_TAGS, handlers.remove),
    )
