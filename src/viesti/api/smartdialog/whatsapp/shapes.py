"""What the operations of the slice read and write.

Rule: what is read carries our names, what is written the contract's; the declarations join them.
"""

from __future__ import annotations

import msgspec
from msgspec import field


class Nothing(msgspec.Struct, frozen=True):
    """An operation that takes nothing."""


class OfCustomer(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str


class TemplatesAsked(OfCustomer, frozen=True, kw_only=True):
    template: str = ""


class ButtonAsked(msgspec.Struct, frozen=True, kw_only=True):
    kind: str = ""
    label: str = ""
    data: str = ""


class CreateAsked(OfCustomer, frozen=True, kw_only=True):
    number: str
    display_name: str
    content: str
    category: str
    language: str
    buttons: tuple[ButtonAsked, ...] = ()
    attachment_url: str = ""
    examples: tuple[str, ...] | None = None


class AddressShown(msgspec.Struct, frozen=True):
    address: str


class IdentityShown(msgspec.Struct, frozen=True):
    source: AddressShown = field(name="inputSource")


class ExtensionShown(msgspec.Struct, frozen=True, kw_only=True):
    content: str = field(name="rawContent")
    language: str
    category: str
    status: str
    quality: str


class TemplateShown(msgspec.Struct, frozen=True):
    id: str
    display_name: str = field(name="displayName")
    extension: ExtensionShown = field(name="extensionParameters")
