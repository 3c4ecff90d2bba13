"""Variables in the text of a template: `{{1}}`, `{{2}}`, or by name `{{first_name}}`.

Rule: what is filled in is never read again, so a value can't bring variables of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

_VARIABLE = re.compile(r"\{\{ *([A-Za-z0-9_]+) *\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_REMEMBERED = 1024  # texts


class Variables(NamedTuple):
    """The variables of a text, each once: numbers by their order, names as they come first."""

    names: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether they have names; of no variable it is false."""
        return any(not name.isdecimal() for name in self.names)


@lru_cache(maxsize=_REMEMBERED)
def variables(text: str) -> Variables:
    """The variables that a text has."""
    found = tuple(dict.fromkeys(match[1] for match in _VARIABLE.finditer(text)))
    if found and all(name.isdecimal() for name in found):
        found = tuple(sorted(found, key=int))
    return Variables(found)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled; one without a value stays."""
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def unreadable(text: str) -> bool:
    """Whether there are braces that are no variable."""
    rest = _VARIABLE.sub("", text)
    return "{{" in rest or "}}" in rest


def badly_named(text: str) -> tuple[str, ...]:
    """Names that are neither numbers nor small letters, digits and `_`."""
    return tuple(name for name in variables(text).names if not name.isdecimal() and not _NAME.fullmatch(name))


def mixed(text: str) -> bool:
    """Whether some are numbers and some are names."""
    return len({name.isdecimal() for name in variables(text).names}) > 1


def counted(text: str) -> bool:
    """Whether numbers are 1, 2, 3 and so on without a gap."""
    names = variables(text).names
    return not names or not names[0].isdecimal() or mixed(text) or names == _numbers(len(names))


def adjacent(text: str) -> bool:
    """Whether one follows another with nothing but white space between them."""
    ends = [(match.start(), match.end()) for match in _VARIABLE.finditer(text)]
    return any(not text[end:start].strip() for (_, end), (start, _) in pairwise(ends))


def at_an_edge(text: str) -> bool:
    """Whether the text begins or ends with one."""
    bare = text.strip()
    found = list(_VARIABLE.finditer(bare))
    return bool(found) and (found[0].start() == 0 or found[-1].end() == len(bare))


def _numbers(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, count + 1))
