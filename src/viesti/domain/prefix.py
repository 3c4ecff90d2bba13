"""Longest-prefix lookup of phone numbers, shared by routes and prices.

Rule: a lookup costs one dictionary probe per prefix length in use (at most fifteen for E.164), never one per
prefix, so ten thousand prefixes cost what ten do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class PrefixIndex(Generic[T]):
    """Values by digit prefix; the prefix '' fits every number."""

    __slots__ = ("_lengths", "_values")

    def __init__(self, values: Mapping[str, T]) -> None:
        self._values = dict(values)
        self._lengths = tuple(sorted({len(prefix) for prefix in values}, reverse=True))

    def matches(self, digits: str) -> list[T]:
        """The values whose prefix begins `digits`, longest prefix first."""
        values = self._values
        size = len(digits)
        return [
            values[prefix]
            for length in self._lengths
            if length <= size and (prefix := digits[:length]) in values
        ]


def check_prefix(prefix: str) -> None:
    """Raise ValueError unless `prefix` is '' or ASCII digits."""
    if prefix and not (prefix.isascii() and prefix.isdigit()):
        raise ValueError(f"prefix {prefix!r} must be digits, without '+' or spaces")
