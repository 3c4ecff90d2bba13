"""What the operations of the slice read and answer."""

from __future__ import annotations

import msgspec
from msgspec import field


class TagAsked(msgspec.Struct, frozen=True, kw_only=True):
    tag_id: str


class NewTagAsked(msgspec.Struct, frozen=True, kw_only=True):
    name: str


class RenameAsked(NewTagAsked, frozen=True, kw_only=True):
    tag_id: str


class ContactTagsAsked(msgspec.Struct, frozen=True, kw_only=True):
    contact_id: str


class PutTagAsked(msgspec.Struct, frozen=True, kw_only=True):
    """`tag_id` or `name`, which is made when there is none such."""

    contact_id: str
    tag_id: int | None = None
    name: str = ""
    subscribed: bool = True


class TagShown(msgspec.Struct, frozen=True):
    id: int = field(name="TagID")
    name: str = field(name="Name")
    contacts: int = field(name="TotalContacts")


class ContactTagShown(msgspec.Struct, frozen=True):
    id: int = field(name="TagID")
    name: str = field(name="Name")
    subscribed: bool = field(name="Subscribed")
