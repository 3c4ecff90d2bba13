"""Lists of the dialect: `limit` rows from `offset` on, by one field up or down.

Rule: an operation that lists declares these three parameters, and says which fields it can be ordered by; any
other field, or a third word, is an error that names `orderby`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Generic, TypeVar

import msgspec

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.operation import Parameter
from viesti.api.contract.reading import refused
from viesti.api.contract.values import About, Text, Whole

DEFAULT_LIMIT = 50
MAX_LIMIT = 1_000
MAX_OFFSET = 1_000_000  # rows that are counted to be left out; who wants more narrows the list

PAGE: tuple[Parameter, ...] = (
    Parameter(
        "limit",
        "query",
        "limit",
        Whole(least=1, most=MAX_LIMIT),
        about=About("Limit", f"How many to give at most; {DEFAULT_LIMIT} when left out."),
    ),
    Parameter(
        "offset",
        "query",
        "offset",
        Whole(least=0, most=MAX_OFFSET),
        about=About("Offset", "How many to leave out before the first."),
    ),
    Parameter(
        "orderby",
        "query",
        "order_by",
        Text(max_length=100),
        about=About("Order By", "A field, and ASC or DESC after it."),
    ),
)

# For operations of the connector, which has no pages.
PAGE_BESIDE: tuple[Parameter, ...] = tuple([replace(parameter, extension=True) for parameter in PAGE])

T = TypeVar("T")


class Paged(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation with these parameters reads of them; its `reads` is made from this."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    order_by: str = ""


class Order(msgspec.Struct, Generic[T], frozen=True):
    """By what, and whether from the highest down."""

    by: T
    descending: bool


def order(written: str, fields: Mapping[str, T], usual: Order[T]) -> Order[T] | Refusal:
    """The order asked for. `fields`: by the contract's names, which fit in any letter case; `usual`: when
    nothing was asked for."""
    words = written.replace(",", " ").split()
    if not words:
        return usual
    by_lower = {name.lower(): field for name, field in fields.items()}
    way = words[1].upper() if len(words) == 2 else "ASC"
    if words[0].lower() not in by_lower or len(words) > 2 or way not in ("ASC", "DESC"):
        sentence = f"It must be one of {', '.join(fields)}, with ASC or DESC after it or nothing."
        return refused([FieldError("orderby", sentence)])
    return Order(by_lower[words[0].lower()], way == "DESC")
