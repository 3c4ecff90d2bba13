"""What a value of an operation may be: the closed set of kinds that declarations are made of.

Rule: these are data. How one is read is in `reading`, how one is described in `swagger` and `schema`; a new
kind is not there until all three know it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

Visibility: TypeAlias = Literal["", "important", "advanced", "internal"]


class DynamicValues(msgspec.Struct, frozen=True, kw_only=True):
    """Where a designer finds the values to choose from: another operation, and the places in its answer.

    `parameters`: what that operation is given; a text is a constant, `From(name)` another parameter of ours.
    """

    operation: str
    value: str
    title: str
    collection: str = ""
    parameters: Mapping[str, Any] = {}


class From(msgspec.Struct, frozen=True):
    """The value of a parameter of the same operation."""

    parameter: str


class About(msgspec.Struct, frozen=True):
    """How it is shown to people who build flows, or write programs. Nothing here is read at run time.
    `example`: what a value looks like, where its name does not tell."""

    summary: str = ""
    description: str = ""
    visibility: Visibility = ""
    dynamic: DynamicValues | None = None
    notification_url: bool = False
    example: Any = None


PLAIN = About()


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """Text. `choices`: the only values, in any letter case with `any_case`, and the empty text with `blank`;
    `more`: choices that are ours, and not in the contract of the original; `refused`: values that have a
    sentence of their own. `default` is what a designer fills in; nothing is filled in here."""

    max_length: int | None = None
    least: int = 0
    choices: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    any_case: bool = False
    blank: bool = False
    refused: Mapping[str, str] = {}
    format: str = ""
    default: str | None = None


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A whole number."""

    format: Literal["int32", "int64"] = "int32"
    least: int | None = None
    most: int | None = None


class Number(msgspec.Struct, frozen=True):
    """A number, whole or not."""


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """true or false. `choices` are only described."""

    default: bool | None = None
    choices: tuple[bool, ...] = ()


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A date and time, read to UTC; one without an offset is UTC, an empty text is as if left out. `format`:
    how it is described, '' as any text."""

    format: Literal["date-time", ""] = "date-time"


class Scalars(msgspec.Struct, frozen=True):
    """An object whose members the caller names: texts, numbers, true, false and null, read as texts."""


class Listed(msgspec.Struct, frozen=True):
    """A list; `each` is how one of its values is shown."""

    of: Value
    least: int = 0
    each: About = PLAIN


class OneOrMore(msgspec.Struct, frozen=True):
    """A value, or a list of such; described as one, read as a list."""

    of: Text


class Thing(msgspec.Struct, frozen=True):
    """An object; `make` is what it becomes (the body of an operation becomes part of what that reads)."""

    members: tuple[Member, ...]
    make: type[msgspec.Struct] | None = None


class Member(msgspec.Struct, frozen=True):
    """A member of an object: its name on the wire, and the field `to` which it goes.

    `extension`: it is ours, and not in the contract of the original. `required` and `lenient`: described as
    required, and taken without.
    """

    name: str
    to: str
    value: Value
    required: bool = False
    about: About = PLAIN
    extension: bool = False
    lenient: bool = False

    @property
    def needed(self) -> bool:
        """Whether an object without it is refused."""
        return self.required and not self.lenient


Value: TypeAlias = Text | Whole | Number | Truth | Moment | Scalars | OneOrMore | Listed | Thing
