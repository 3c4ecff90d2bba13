"""Rules about references.

Rule: designers follow them to three places of the same file, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.connector.check.definition import REFERABLE, definition_of
from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule


def _reference_place(package: Package) -> Iterator[Fault]:
    for reference in _references(package.definition):
        steps = reference.text.split("/")
        if reference.text and (len(steps) != 3 or steps[0] != "#" or steps[1] not in REFERABLE):
            yield reference.has(f"`{reference.text}` is not in {', '.join(f'#/{n}' for n in REFERABLE)}.")


def _reference_nowhere(package: Package) -> Iterator[Fault]:
    resolved = definition_of(package).resolved
    for reference in _references(package.definition):
        steps = reference.text.split("/")
        pointed = len(steps) == 3 and steps[0] == "#" and steps[1] in REFERABLE
        if pointed and not resolved(Node({"$ref": reference.text})):
            yield reference.has(f"`{reference.text}` leads nowhere.")


def references_astray(package: Package) -> Iterator[Fault]:
    """References that can't be followed."""
    yield from _reference_place(package)
    yield from _reference_nowhere(package)


def _references(node: Node) -> Iterator[Node]:
    below = [node]
    while below:
        here = below.pop()
        if isinstance(here["$ref"].value, str):
            yield here["$ref"]
        below += [each for _, each in here.members]
        below += here.items


RULES = (
    Rule(
        "reference-place",
        "References lead to definitions, parameters or responses of the same file.",
        "Move what is meant there.",
        _reference_place,
    ),
    Rule("reference-nowhere", "References lead somewhere.", "Declare what is meant.", _reference_nowhere),
)
