"""Serves tags and groups, and gives contacts tags.

Rule: what stands already is no error; a contact or a customer of somebody else is not there.
"""

from __future__ import annotations

import re

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.contract.reading import refused
from viesti.api.native.slice import Common
from viesti.api.native.tags.shapes import (
    AddAsked,
    ContactTag,
    GroupShown,
    GroupsListed,
    GroupsShown,
    RemoveAsked,
    TaggedShown,
    TagShown,
    TagsListed,
    TagsShown,
    Untagged,
)
from viesti.api.native.who import NativeCaller
from viesti.api.refusals import refusal
from viesti.domain.contact import Contact
from viesti.services.contacts.groups import ListGroups
from viesti.services.contacts.tag_by import By, Number, TagBy, Tagged
from viesti.services.contacts.tags import Tags

_NAMES = {"phone": "number", "tags": "tags{}"}
_CURSOR = re.compile("[0-9]{1,9}", re.ASCII)  # how many tags went before
_NO_CURSOR = "It is not what a page told as next."
_ONE = "Name the contact by one of number, contactId and externalReference."


class TagHandlers:
    """The handlers."""

    def __init__(self, tags: Tags, groups: ListGroups, tag_by: TagBy, common: Common) -> None:
        self._tags = tags
        self._groups = groups
        self._tag_by = tag_by
        self._estate = common.estate

    async def tags(self, caller: NativeCaller, asked: TagsListed) -> Answer | Refusal:
        """ListTags."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        offset = int(asked.cursor) if _CURSOR.fullmatch(asked.cursor) else None
        if offset is None:
            return refused([FieldError("cursor", _NO_CURSOR)])
        found = await self._tags.list(customer, limit=asked.limit + 1, offset=offset)
        more = str(offset + asked.limit) if len(found) > asked.limit else ""
        shown = [TagShown(each.id, each.name, each.contacts) for each in found[: asked.limit]]
        return answer_json(TagsShown(tuple(shown), more))

    async def groups(self, caller: NativeCaller, asked: GroupsListed) -> Answer | Refusal:
        """ListGroups."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        shown = [
            GroupShown(each.service.id, each.service.key, each.service.name, each.contacts, each.active)
            for each in await self._groups(customer)
        ]
        return answer_json(GroupsShown(tuple(shown)))

    async def add(self, caller: NativeCaller, asked: AddAsked) -> Answer | Refusal:
        """AddTags."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        found = _whom(asked)
        if isinstance(found, Refusal):
            return found
        field, by = found
        done = await self._tag_by.add(customer, by, asked.tags, create=asked.create_contact)
        if not isinstance(done, Tagged):
            return refusal(done, {**_NAMES, "contact": field})
        return answer_json(
            TaggedShown(
                contact_id=done.contact.id,
                number=_number(done.contact),
                external_reference=done.contact.external_reference or "",
                tags=_tags(done),
                created=done.created,
            )
        )

    async def remove(self, caller: NativeCaller, asked: RemoveAsked) -> Answer | Refusal:
        """RemoveTags."""
        customer = caller.customer(self._estate.current, asked.customer)
        if isinstance(customer, Refusal):
            return customer
        found = _whom(asked)
        if isinstance(found, Refusal):
            return found
        field, by = found
        done = await self._tag_by.remove(customer, by, asked.tags)
        if not isinstance(done, Tagged):
            return refusal(done, {**_NAMES, "contact": field})
        return answer_json(
            Untagged(
                contact_id=done.contact.id,
                number=_number(done.contact),
                external_reference=done.contact.external_reference or "",
                tags=_tags(done),
            )
        )


def _whom(asked: RemoveAsked) -> tuple[str, By] | Refusal:
    """The member that names the contact, and what it says. An empty text, as flows send it for a field left
    empty, says nothing."""
    said: list[tuple[str, By]] = []
    if asked.number.strip():
        said.append(("number", Number(asked.number)))
    if asked.contact_id is not None:
        said.append(("contactId", asked.contact_id))
    if asked.external_reference:
        said.append(("externalReference", asked.external_reference))
    return said[0] if len(said) == 1 else refused([FieldError("number", _ONE)])


def _number(contact: Contact) -> str:
    return contact.phone or ""


def _tags(done: Tagged) -> tuple[ContactTag, ...]:
    return tuple([ContactTag(each.id, each.name, each.subscribed) for each in done.tags])
