"""Calls as the facts of a contract name their parts, and the ways to bend a good one; for every dialect's
suite.

Rule: nothing here knows a dialect. Places are those of the facts: `header Name`, `query Name`, `path Name`,
and in bodies `Recipients[].Address`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

# What is no value of a type.
WRONG: dict[str, tuple[Any, ...]] = {
    "string": (7, True, ["x"], {"x": "y"}),
    "integer": ("7", 7.5, True, []),
    "boolean": ("true", 1, []),
    "array": ("x", {"0": "x"}, 1),
    "object": ("x", [], 1),
}
# Ways in which clients write the same time; the last is what flows say for now.
MOMENTS = (
    "",
    "2026-01-02",
    "2026-01-02T03:04:05",
    "2026-01-02 03:04:05Z",
    "2026-01-02T03:04:05+02:00",
    "2026-01-02T03:04:05.678Z",
    "2026-01-02T03:04:05.6789012Z",
)
# Objects whose members the caller names.
FREE = frozenset({"Personalization"})


@dataclass(slots=True)
class Call:
    """One call. `parameters` by place and name, as in the facts; `body` None: without one."""

    operation: str
    parameters: dict[str, str] = field(default_factory=dict)
    body: Any = None

    def bent(self, **changes: Any) -> Call:
        return replace(deepcopy(self), **changes)

    def given(self, place: str, value: str) -> Call:
        """The same with another parameter."""
        return self.bent(parameters=self.parameters | {place: value})

    def without(self, place: str) -> Call:
        """The same without a parameter."""
        return self.bent(parameters={name: v for name, v in self.parameters.items() if name != place})

    def placed(self, path: str) -> tuple[str, dict[str, str]]:
        """Path with query, and headers, of the call to an operation at `path`."""
        query, headers = {}, {}
        for place, value in self.parameters.items():
            where, _, name = place.partition(" ")
            if where == "path":
                path = path.replace(f"{{{name}}}", quote(value, safe=""))
            elif where == "query":
                query[name] = value
            else:
                headers[name] = value
        return path + ("?" + urlencode(query) if query else ""), headers


# What is bent may need what the customers have: the second is the suite's `Contract`.
Change: TypeAlias = Callable[[Call, Any], Call]


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered."""

    status: int
    body: Any
    headers: Any
    text: str


def members(operation: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The members of its body, by place."""
    return [(place, fact) for place, fact in operation["body"]["members"].items() if place != "."]


def places(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in an answer by its place, with the numbers of list items; the whole is at ``.``."""
    yield place or ".", value
    if isinstance(value, dict):
        for name, each in value.items():
            yield from places(each, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, f"{place}[{number}]")


def named(place: str) -> str:
    """The place as the facts have it: `[3]` is `[]`."""
    return re.sub(r"\[\d+\]", "[]", place)


def same(call: Call, _: Any) -> Call:
    return call


def without(place: str) -> Change:
    return lambda call, _: call.without(place)


def given(place: str, value: str) -> Change:
    return lambda call, _: call.given(place, value)


def put(place: str, value: Any) -> Change:
    """Another value in the body."""

    def change(call: Call, _: Any) -> Call:
        bent = call.bent()
        where, last = holder(bent.body, place)
        where[last] = value
        return bent

    return change


def padded(place: str, length: int) -> Change:
    def change(call: Call, contract: Any) -> Call:
        where, last = holder(call.body, place)
        return put(place, where[last].ljust(length, "x"))(call, contract)

    return change


def dropped(left_out: list[str]) -> Change:
    def change(call: Call, _: Any) -> Call:
        bent = call.bent()
        for place in left_out:
            where, last = holder(bent.body, place)
            del where[last]
        return bent

    return change


def holder(body: Any, place: str) -> tuple[Any, Any]:
    """The object or list that the place is in, and its name or number there; of lists the first."""
    *steps, last = re.findall(r"[^.\[\]]+|\[\]", place)
    for step in steps:
        body = body[0 if step == "[]" else step]
    return body, 0 if last == "[]" else last


def renamed(rename: Callable[[str], str]) -> Change:
    """All names of members, written in another way."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {rename(name): each if name in FREE else walk(each) for name, each in value.items()}
        return [walk(each) for each in value] if isinstance(value, list) else value

    return lambda call, _: call.bent(body=walk(call.body))


def with_unknown(call: Call, _: Any) -> Call:
    """Members that nobody knows, in every object."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            grown = {name: each if name in FREE else walk(each) for name, each in value.items()}
            return grown | {"$later": [{"a": None}], "": 1}
        return [walk(each) for each in value] if isinstance(value, list) else value

    return call.bent(body=walk(call.body))
