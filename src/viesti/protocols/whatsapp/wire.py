"""The shapes that webhooks have on the wire, decoded by type; messages are in `wire_message`.

Rule: whatever Meta has been seen to leave out, or to send as null, may be missing here. Lists are kept as raw
elements and decoded one by one, so that one of a new shape takes no other with it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import Raw

Word: TypeAlias = str | int | None  # ids and times come as text here, as a number there


class Body(msgspec.Struct, frozen=True):
    """What is posted."""

    object: str
    entry: tuple[Entry, ...]


class Entry(msgspec.Struct, frozen=True):
    """What happened in one business account."""

    id: Word = None
    time: Word = None
    changes: tuple[Raw, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """One change; what `value` is depends on `field`."""

    field: str
    value: Raw


class Metadata(msgspec.Struct, frozen=True):
    """Which number of ours it is about."""

    display_phone_number: str | None = None
    phone_number_id: Word = None


class Profile(msgspec.Struct, frozen=True):
    """What a person calls themselves."""

    name: str | None = None
    username: str | None = None


class Contact(msgspec.Struct, frozen=True):
    """A person; without `wa_id` since they may hide their number."""

    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    profile: Profile | None = None


class Error(msgspec.Struct, frozen=True):
    """An error in a status, a message or a value."""

    code: Word = None
    title: str | None = None
    message: str | None = None
    error_data: Any = None


class Messages(msgspec.Struct, frozen=True):
    """The value of `messages`, `smb_message_echoes` and `user_preferences`."""

    metadata: Metadata = Metadata()
    contacts: tuple[Contact, ...] | None = None
    messages: tuple[Raw, ...] | None = None
    message_echoes: tuple[Raw, ...] | None = None
    statuses: tuple[Raw, ...] | None = None
    user_preferences: tuple[Raw, ...] | None = None
    errors: tuple[Error, ...] | None = None


class Pricing(msgspec.Struct, frozen=True):
    """What a message cost the account."""

    billable: bool | None = None
    pricing_model: str | None = None
    category: str | None = None
    type: str | None = None


class Conversation(msgspec.Struct, frozen=True):
    """What older versions billed by."""

    id: str | None = None


class Status(msgspec.Struct, frozen=True):
    """How far a message of ours came."""

    id: str
    status: str
    timestamp: Word = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    biz_opaque_callback_data: str | None = None
    errors: tuple[Error, ...] | None = None
    pricing: Pricing | None = None
    conversation: Conversation | None = None


class Preference(msgspec.Struct, frozen=True):
    """A person's word about marketing."""

    category: str
    value: str
    wa_id: str | None = None
    user_id: str | None = None
    detail: str | None = None
    timestamp: Word = None


class Rejection(msgspec.Struct, frozen=True):
    """Why a template was refused, and what to do."""

    reason: str | None = None
    recommendation: str | None = None


class Remark(msgspec.Struct, frozen=True):
    """Why a template is paused or locked."""

    title: str | None = None
    description: str | None = None


class Template(msgspec.Struct, frozen=True):
    """The value of the fields about templates."""

    message_template_id: Word
    message_template_name: str
    message_template_language: str
    event: str | None = None
    reason: str | None = None
    message_template_category: str | None = None
    rejection_info: Rejection | None = None
    other_info: Remark | None = None
    new_quality_score: str | None = None
    previous_quality_score: str | None = None
    new_category: str | None = None
    previous_category: str | None = None
    correct_category: str | None = None
