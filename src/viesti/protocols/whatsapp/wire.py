"""The shapes that webhooks have on the wire, decoded by type.

Rule: whatever Meta has been seen to leave out, or to send as null, may be missing here. Lists are kept as raw
elements and decoded one by one, so that one of a new shape takes no other with it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec
from msgspec import UNSET, Raw, UnsetType, field

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


class Text(msgspec.Struct, frozen=True):
    """A text."""

    body: str = ""


class File(msgspec.Struct, frozen=True):
    """A file; `id` is missing in an edit of its caption alone."""

    id: Word = None
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None
    url: str | None = None
    voice: bool | None = None


class Reaction(msgspec.Struct, frozen=True):
    """An emoji at a message, or its removal."""

    message_id: str = ""
    emoji: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """The button or row that was chosen."""

    id: str = ""
    title: str = ""


class Form(msgspec.Struct, frozen=True):
    """A form's answers."""

    response_json: str = ""
    body: str | None = None


class Interactive(msgspec.Struct, frozen=True):
    """An answer to buttons, a list or a form."""

    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Form | None = None


class Button(msgspec.Struct, frozen=True):
    """A template's quick reply, pressed."""

    payload: str | None = None
    text: str | None = None


class System(msgspec.Struct, frozen=True):
    """A person has another number or id. Older versions wrote `customer` and `new_wa_id`."""

    type: str | None = None
    body: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    customer: str | None = None
    user_id: str | None = None
    previous_user_id: str | None = None
    parent_user_id: str | None = None


class Context(msgspec.Struct, frozen=True):
    """What a message answers or was forwarded from."""

    id: str | None = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None


class Said(msgspec.Struct, frozen=True):
    """What a message says; an edit holds one of these."""

    type: str = ""
    text: Text | None = None
    image: File | None = None
    video: File | None = None
    audio: File | None = None
    document: File | None = None
    sticker: File | None = None
    reaction: Reaction | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    system: System | None = None


class Edit(msgspec.Struct, frozen=True):
    """A message was changed."""

    original_message_id: str = ""
    message: Said | None = None


class Revoke(msgspec.Struct, frozen=True):
    """A message was taken back."""

    original_message_id: str = ""


class Message(Said, frozen=True, kw_only=True):
    """A message to our number, or from its phone app (`to` is whom that went to)."""

    id: str
    from_: str | None = field(default=None, name="from")
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    timestamp: Word = None
    context: Context | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    errors: tuple[Error, ...] | None = None
    referral: Raw | UnsetType = UNSET


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
