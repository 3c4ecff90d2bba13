"""What a WhatsApp message says, as it is kept beside a message (`messages.content`) and carried to its
channel.

Rule: these are our words, not the provider's wire: what was written by one version is read by the next, so a
member may be added with a default and is never renamed. What Meta allows in them is in `whatsapp_limits`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

MediaKind = Literal["image", "video", "audio", "document", "sticker"]


class TextParameter(msgspec.Struct, frozen=True, omit_defaults=True, tag="text"):
    """A text in a template's place. `name`: of the place, in a template whose places have names."""

    text: str
    name: str = ""


class PayloadParameter(msgspec.Struct, frozen=True, tag="payload"):
    """What a quick reply button sends back when it is pressed."""

    payload: str


class CouponParameter(msgspec.Struct, frozen=True, tag="coupon_code"):
    """The code that a copy button puts on the clipboard."""

    code: str


class MediaParameter(msgspec.Struct, frozen=True, omit_defaults=True, tag="media"):
    """A picture, video or document in a template's header: by `link`, or as uploaded before (`media_id`)."""

    kind: Literal["image", "video", "document"]
    link: str = ""
    media_id: str = ""
    filename: str = ""


Parameter: TypeAlias = TextParameter | PayloadParameter | CouponParameter | MediaParameter


class Component(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values for one component of a template; `sub_type` and `index` (from 0) say which button."""

    type: Literal["header", "body", "button"]
    parameters: tuple[Parameter, ...] = ()
    sub_type: Literal["", "url", "quick_reply", "copy_code"] = ""
    index: int = 0


class Button(msgspec.Struct, frozen=True):
    """A reply button; `id` comes back when it is pressed."""

    id: str
    title: str


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One choice of a list; `id` comes back when it is chosen."""

    id: str
    title: str
    description: str = ""


class Section(msgspec.Struct, frozen=True, omit_defaults=True):
    """Choices under a title, which may be missing where there is one section."""

    rows: tuple[Row, ...]
    title: str = ""


class _Content(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", kw_only=True):
    reply_to: str = ""  # the wamid of the message that this one answers


class Text(_Content, frozen=True, omit_defaults=True, tag="text"):
    """A text. `preview_url`: the first link in it is shown with a picture of the page."""

    body: str
    preview_url: bool = False


class Template(_Content, frozen=True, omit_defaults=True, tag="template"):
    """An approved template, with the values of its places."""

    name: str
    language: str
    components: tuple[Component, ...] = ()


class Media(_Content, frozen=True, omit_defaults=True, tag="media"):
    """A file: by `link`, or as uploaded before (`media_id`). `filename` is for documents."""

    kind: MediaKind
    link: str = ""
    media_id: str = ""
    caption: str = ""
    filename: str = ""


class Buttons(_Content, frozen=True, omit_defaults=True, tag="buttons"):
    """A text with up to three buttons to answer by."""

    body: str
    buttons: tuple[Button, ...]
    header: str = ""
    footer: str = ""


class List(_Content, frozen=True, omit_defaults=True, tag="list"):
    """A text with a button that opens a list of choices."""

    body: str
    button: str
    sections: tuple[Section, ...]
    header: str = ""
    footer: str = ""


class Reaction(_Content, frozen=True, omit_defaults=True, tag="reaction"):
    """An emoji at the message `wamid`; '' takes it away again."""

    wamid: str
    emoji: str = ""


Content: TypeAlias = Text | Template | Media | Buttons | List | Reaction

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Content] = msgspec.json.Decoder(Content)


def encode(content: Content) -> bytes:
    """The JSON that is stored."""
    return _encoder.encode(content)


def decode(stored: bytes | str) -> Content:
    """The content of what `encode` gave. Raises ValueError, which names the member, when it is not one."""
    return _decoder.decode(stored)
