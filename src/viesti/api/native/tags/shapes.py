"""What the operations of the slice read and write.

Rule: a field that is written has its name on the wire, in camel case; one with a default is left out when it
says nothing.
"""

from __future__ import annotations

import msgspec

from viesti.api.paging import DEFAULT_LIMIT


class TagsListed(msgspec.Struct, frozen=True, kw_only=True):
    customer: str = ""
    limit: int = DEFAULT_LIMIT
    cursor: str = "0"


class GroupsListed(msgspec.Struct, frozen=True, kw_only=True):
    customer: str = ""


class RemoveAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose tags: one of `number`, `contact_id` and `external_reference`."""

    customer: str = ""
    tags: tuple[str, ...]
    number: str = ""
    contact_id: int | None = None
    external_reference: str = ""


class AddAsked(RemoveAsked, frozen=True, kw_only=True):
    create_contact: bool = True


class TagShown(msgspec.Struct, frozen=True):
    id: int
    name: str
    contacts: int


class TagsShown(msgspec.Struct, frozen=True, omit_defaults=True):
    tags: tuple[TagShown, ...]
    next: str = ""


class GroupShown(msgspec.Struct, frozen=True):
    id: int
    key: str
    name: str
    contacts: int
    active: int


class GroupsShown(msgspec.Struct, frozen=True):
    groups: tuple[GroupShown, ...]


class ContactTag(msgspec.Struct, frozen=True):
    id: int
    name: str
    subscribed: bool


class Untagged(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    contact_id: int
    number: str = ""
    external_reference: str = ""
    tags: tuple[ContactTag, ...]


class TaggedShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    contact_id: int
    number: str = ""
    external_reference: str = ""
    tags: tuple[ContactTag, ...]
    created: bool
