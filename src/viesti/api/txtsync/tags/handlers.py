"""Tags: made, renamed, deleted, and given to contacts.

Rule: what is another customer's, or no id at all, is not found.
"""

from __future__ import annotations

from collections.abc import Iterable

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.paging import read_id
from viesti.api.refusals import refusal
from viesti.api.txtsync.paging import Order, Paged, order
from viesti.api.txtsync.tags.shapes import (
    ContactTagsAsked,
    ContactTagShown,
    NewTagAsked,
    PutTagAsked,
    RenameAsked,
    TagAsked,
    TagShown,
)
from viesti.services.authenticate import Caller
from viesti.services.contacts.tags import TagOfContact, Tags, TagSeen
from viesti.services.refusals import Invalid, Missing

DELETED = "The tag was deleted."
BY_NAME = Order("name", False)
_NAMES = {"tag": "id", "contact": "id", "name": "Name", "tags": "Name"}
_OF_PUT = {"tag": "TagID", "contact": "id", "name": "Name", "tags": "Name"}
_NO_TAG = Refusal(404, "There is no tag of yours with this id.")
_NO_CONTACT = Refusal(404, "There is no contact of yours with this id.")
_EITHER = "Send either TagID or Name."


class TagHandlers:
    """The operations."""

    def __init__(self, tags: Tags) -> None:
        self._tags = tags

    async def list(self, caller: Caller, asked: Paged) -> Answer | Refusal:
        """ListTags."""
        way = order(asked.order_by, {"Name": "name"}, BY_NAME)
        if isinstance(way, Refusal):
            return way
        found = await self._tags.list(caller.customer, limit=asked.limit, offset=asked.offset)
        return answer_json([_shown(each) for each in found])

    async def create(self, caller: Caller, asked: NewTagAsked) -> Answer | Refusal:
        """CreateTag."""
        done = await self._tags.create(caller.customer, asked.name)
        return answer_json(_shown(done)) if isinstance(done, TagSeen) else refusal(done, _NAMES)

    async def get(self, caller: Caller, asked: TagAsked) -> Answer | Refusal:
        """GetTag."""
        tag_id = read_id(asked.tag_id)
        found = None if tag_id is None else await self._tags.get(caller.customer, tag_id)
        return answer_json(_shown(found)) if isinstance(found, TagSeen) else _NO_TAG

    async def rename(self, caller: Caller, asked: RenameAsked) -> Answer | Refusal:
        """RenameTag."""
        tag_id = read_id(asked.tag_id)
        if tag_id is None:
            return _NO_TAG
        done = await self._tags.rename(caller.customer, tag_id, asked.name)
        return answer_json(_shown(done)) if isinstance(done, TagSeen) else refusal(done, _NAMES)

    async def delete(self, caller: Caller, asked: TagAsked) -> Answer | Refusal:
        """DeleteTag."""
        tag_id = read_id(asked.tag_id)
        if tag_id is None or isinstance(await self._tags.delete(caller.customer, tag_id), Missing):
            return _NO_TAG
        return answer_json(DELETED)

    async def of_contact(self, caller: Caller, asked: ContactTagsAsked) -> Answer | Refusal:
        """ListContactTags."""
        contact_id = read_id(asked.contact_id)
        found = None if contact_id is None else await self._tags.of_contact(caller.customer, contact_id)
        return _NO_CONTACT if found is None or isinstance(found, Missing) else _of_contact(found)

    async def put(self, caller: Caller, asked: PutTagAsked) -> Answer | Refusal:
        """TagContact."""
        contact_id = read_id(asked.contact_id)
        if contact_id is None:
            return _NO_CONTACT
        if (asked.tag_id is None) == (not asked.name):
            known = await self._tags.of_contact(caller.customer, contact_id)
            return _NO_CONTACT if isinstance(known, Missing) else refused([FieldError("TagID", _EITHER)])
        wanted = asked.name if asked.tag_id is None else asked.tag_id
        done = await self._tags.put(caller.customer, contact_id, wanted, subscribed=asked.subscribed)
        return refusal(done, _OF_PUT) if isinstance(done, Missing | Invalid) else _of_contact(done)


def _shown(tag: TagSeen) -> TagShown:
    return TagShown(tag.id, tag.name, tag.contacts)


def _of_contact(tags: Iterable[TagOfContact]) -> Answer:
    return answer_json([ContactTagShown(tag.id, tag.name, tag.subscribed) for tag in tags])
