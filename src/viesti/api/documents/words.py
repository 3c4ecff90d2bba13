"""What a value is, in words for people.

Rule: each kind of value has its line in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from viesti.api.contract.values import (
    Listed,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)

_ANY = 1 << 31  # a limit above it is one of the store, and of no use to who reads
_CHOSEN = "one of these"
_PLURALS: Mapping[str, str] = {"object": "objects", "text": "texts", _CHOSEN: "these"}


def kind(value: Value) -> str:
    """What such a value is."""
    return _WORDS[type(value)](value)


def choices(value: Value) -> tuple[str, ...]:
    """The only words that it may be; none when it may be any."""
    match value:
        case Text():
            return (*value.choices, *value.more)
        case Listed() | OneOrMore():
            return choices(value.of)
        case _:
            return ()


def _text(value: Text) -> str:
    if value.choices:
        return _CHOSEN
    words = "GUID" if value.format == "uuid" else "text"
    return words if value.max_length is None else f"{words}, up to {value.max_length:,} characters"


def _whole(value: Whole) -> str:
    least, most = value.least, value.most
    if most is not None and most > _ANY:
        most = None
    if least is not None and most is not None:
        return f"whole number, {least:,} to {most:,}"
    if least is not None:
        return f"whole number, from {least:,}"
    return "whole number" if most is None else f"whole number, up to {most:,}"


def _listed(value: Listed) -> str:
    one = kind(value.of)
    return f"list of {_PLURALS.get(one, one)}"


_WORDS: Mapping[type[Any], Callable[[Any], str]] = {
    Text: _text,
    Whole: _whole,
    Number: lambda _: "number",
    Truth: lambda _: "true or false",
    Moment: lambda _: "date and time",
    Scalars: lambda _: "object of your own",
    OneOrMore: lambda value: f"{kind(value.of)}, or a list of such",
    Listed: _listed,
    Thing: lambda _: "object",
}
