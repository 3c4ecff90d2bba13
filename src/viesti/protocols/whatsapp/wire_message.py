"""The shape of a message in a webhook: its kind says which of the many members are there.

Rule: as in `wire`, whatever has been seen missing may be missing.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType, field

from viesti.protocols.whatsapp import wire


class Text(msgspec.Struct, frozen=True):
    """A text."""

    body: str = ""


class File(msgspec.Struct, frozen=True):
    """A file; `id` is missing in an edit of its caption alone."""

    id: wire.Word = None
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
    timestamp: wire.Word = None
    context: Context | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    errors: tuple[wire.Error, ...] | None = None
    referral: Raw | UnsetType = UNSET
