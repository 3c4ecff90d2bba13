"""A template as we see it: header, body, footer and buttons.

Rule: what Meta may add one day is kept as OTHER and never guessed at.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HeaderKind(StrEnum):
    """What stands above the body."""

    TEXT = "TEXT"
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    DOCUMENT = "DOCUMENT"
    LOCATION = "LOCATION"
    OTHER = "OTHER"

    @property
    def media(self) -> bool:
        """Whether it is a file."""
        return self in (HeaderKind.IMAGE, HeaderKind.VIDEO, HeaderKind.DOCUMENT)


class ButtonKind(StrEnum):
    """What a button does."""

    QUICK_REPLY = "QUICK_REPLY"
    URL = "URL"
    PHONE_NUMBER = "PHONE_NUMBER"
    COPY_CODE = "COPY_CODE"
    OTP = "OTP"  # of an authentication template: it carries the code
    OTHER = "OTHER"


class Category(StrEnum):
    """What a template is for, which decides its price and who may get it."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"
    AUTHENTICATION = "AUTHENTICATION"


@dataclass(frozen=True, slots=True)
class Header:
    """`text` of a TEXT header; `example`: a value of its variable, or the handle of an example file."""

    kind: HeaderKind
    text: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """`data` is the URL, the phone number or nothing; `example` stands for the variable of a URL, or is the
    code to copy."""

    kind: ButtonKind
    label: str
    data: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A template's parts. `examples`: a value for each variable of the body, in their order."""

    body: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    examples: tuple[str, ...] = ()
