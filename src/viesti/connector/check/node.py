"""A part of a JSON document and where it is, to be walked whatever it is made of.

Rule: asking for what is not there, or is of another kind, gives an empty part and never raises, so that rules
can be written for good documents and run on any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place (a JSON pointer, '' for the whole file)."""

    at: str
    what: str


@dataclass(frozen=True, slots=True)
class Node:
    """A part: its value, None where there is none, and its JSON pointer."""

    value: Any = None
    at: str = ""

    def __getitem__(self, name: str) -> Node:
        """The member of that name."""
        here = self.value.get(name) if isinstance(self.value, dict) else None
        return Node(here, f"{self.at}/{escaped(name)}")

    def __contains__(self, name: str) -> bool:
        return isinstance(self.value, dict) and name in self.value

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def members(self) -> Iterator[tuple[str, Node]]:
        """Each member of an object, by its name."""
        if isinstance(self.value, dict):
            for name in self.value:
                yield name, self[name]

    @property
    def items(self) -> Iterator[Node]:
        """Each value of a list."""
        if isinstance(self.value, list):
            for index, each in enumerate(self.value):
                yield Node(each, f"{self.at}/{index}")

    @property
    def text(self) -> str:
        """The text that it is, '' for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that a list holds."""
        return tuple(each.text for each in self.items if each.text)

    @property
    def true(self) -> bool:
        return self.value is True

    def has(self, what: str) -> Fault:
        """The fault that is here."""
        return Fault(self.at, what)


def escaped(name: str) -> str:
    """A name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
