"""Finds, in a definition, what the frozen facts tell of: operations, parameters, members by their places.

Rule: what is found was in the original; what came along later is never picked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Facts: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a definition: what holds it and under which key, and the operation it is of."""

    document: Facts
    path: str
    method: str
    holder: Any
    key: Any

    @property
    def node(self) -> Any:
        return self.holder[self.key]

    @property
    def item(self) -> Facts:
        item: Facts = self.document["paths"][self.path]
        return item

    @property
    def operation(self) -> Facts:
        operation: Facts = self.item[self.method]
        return operation


class NotThere(Exception):  # noqa: N818  it is no error, but a definition without such a thing
    """The facts have nothing of that sort."""


def found(document: Facts, facts: Facts, where: str, which: Callable[[Facts], bool]) -> Found:
    """The first operation, parameter, body member (`asked`), member of an answer or of what is sent whose
    fact is such a one."""
    for name, operation in facts["operations"].items():
        for place, fact in _facts_of(operation, where):
            if which(fact):
                return _in(document, name, where, place)
    raise NotThere


def _facts_of(operation: Facts, where: str) -> Iterator[tuple[str, Facts]]:
    if where == "operation":
        yield "", operation
    elif where == "parameter":
        yield from operation["parameters"].items()
    elif where == "asked":
        yield from _named(operation.get("body", {}).get("members", {}))
    elif where == "answer":
        for members in operation["answers"].values():
            yield from _named(members or {})
    elif where == "sent":
        yield from _named(operation.get("notification", {}))


def _named(members: Facts) -> Iterator[tuple[str, Facts]]:
    """The members that have a name: not the body itself, nor what a list is of."""
    return ((place, fact) for place, fact in members.items() if place != "." and not place.endswith("]"))


def _in(document: Facts, name: str, where: str, place: str) -> Found:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("operationId") == name:
                holder, key = _holder(item, method, where, place)
                return Found(document, path, method, holder, key)
    raise AssertionError(f"{name} is not exported")


def _holder(item: Facts, method: str, where: str, place: str) -> tuple[Any, Any]:
    operation = item[method]
    if where == "operation":
        return item, method
    if where == "parameter":
        for index, each in enumerate(operation["parameters"]):
            if f"{each['in']} {each['name']}" == place:
                return operation["parameters"], index
    if where == "asked":
        return _member(next(p["schema"] for p in operation["parameters"] if p["in"] == "body"), place)
    if where == "answer":
        answers = [operation["responses"][s]["schema"] for s in ("200", "201") if s in operation["responses"]]
        return _member(answers[0], place)
    return _member(item["x-ms-notification-content"]["schema"], place)


def _member(schema: Facts, place: str) -> tuple[Facts, str]:
    *above, last = place.split(".")
    for step in above:
        schema = schema["properties"][step.removesuffix("[]")] if step != "[]" else schema
        for _ in range(step.count("[]")):
            schema = schema["items"]
    return schema["properties"], last
