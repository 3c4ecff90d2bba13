"""Places in a text that are filled for each recipient: `$(name)`.

A name is found as it is written, else in any case. `$$(` stands for `$(` itself: before a parenthesis two
dollar signs are one, so `$$$(price)` is a dollar sign and a value.

Rule: what is filled in is never read again, so a value can't bring places of its own; and a place that can't
be filled is blank and named, never left standing in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_DOLLARS = re.compile(r"(\$+)\((?:([^()]+)\))?")


class Rendered(NamedTuple):
    """A text with its places filled; None when it would be longer than was allowed. `missing`: names without
    a value, each once."""

    text: str | None
    missing: tuple[str, ...]


class Template:
    """A text that was read by `parse`."""

    __slots__ = ("_names", "_pieces")

    def __init__(self, pieces: tuple[str, ...], names: tuple[str, ...]) -> None:
        self._pieces = pieces  # what stands before, between and after the places
        self._names = names

    @property
    def plain(self) -> str | None:
        """The text itself when it has no place, and None when it has one."""
        return None if self._names else self._pieces[0]

    @property
    def places(self) -> int:
        """How many places it has."""
        return len(self._names)

    def render(self, values: Mapping[str, str | None], longest: int) -> Rendered:
        """The text for one recipient; a value of None is missing. `longest`: characters it may have."""
        folded: dict[str, str | None] | None = None
        found: list[str | None] = []
        for name in self._names:
            if name in values:
                found.append(values[name])
                continue
            if folded is None:
                folded = {other.casefold(): value for other, value in reversed(list(values.items()))}
            found.append(folded.get(name.casefold()))
        filled = [value or "" for value in found]
        missing = tuple(
            dict.fromkeys(name for name, value in zip(self._names, found, strict=True) if value is None)
        )
        if sum(map(len, self._pieces)) + sum(map(len, filled)) > longest:
            return Rendered(None, missing)
        text = "".join(piece + value for piece, value in zip(self._pieces, filled, strict=False))
        return Rendered(text + self._pieces[-1], missing)


def parse(text: str) -> Template:
    """Find the places of a text."""
    pieces: list[str] = []
    names: list[str] = []
    before = ""
    end = 0
    for found in _DOLLARS.finditer(text):
        dollars, name = found.groups()
        before += text[end : found.start()] + "$" * (len(dollars) // 2)
        end = found.end()
        if len(dollars) % 2 and name and name.strip():
            pieces.append(before)
            names.append(name.strip())
            before = ""
        elif len(dollars) % 2:
            before += found[0][len(dollars) - 1 :]
        else:
            before += found[0][len(dollars) :]
    return Template((*pieces, before + text[end:]), tuple(names))
