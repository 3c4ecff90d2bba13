"""What is in a definition: its operations, and each value that a person sees or a server is sent.

Rule: references are followed here and nowhere else; a value that several operations share is found at its own
place, so its faults are named once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, TypeAlias

from viesti.connector.check.node import Node
from viesti.connector.check.package import Package

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
REFERABLE = ("definitions", "parameters", "responses")
# References to references, and schemas in schemas: none is nested so deeply by hand.
MOST_STEPS = 32

Role: TypeAlias = Literal["parameter", "body", "answer", "notification"]


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter, or a schema somewhere in a body. `name` is empty for a body as a whole and the values of
    a list; `hidden`: it is internal, or part of something that is; `due`: it is sent and nobody sees it."""

    node: Node
    role: Role
    name: str = ""
    required: bool = False
    hidden: bool = False
    due: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation. `parameters` are its own and those of its path; `values`: all of its values."""

    node: Node
    item: Node
    method: str
    path: str
    parameters: tuple[Node, ...]
    values: tuple[Value, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        return self.node["operationId"].text

    @property
    def called(self) -> str:
        """Its id, or what it is called by."""
        return self.id or f"{self.method.upper()} {self.path}"

    @property
    def internal(self) -> bool:
        return _internal(self.node)

    @property
    def webhook(self) -> bool:
        """Whether it subscribes a flow, which is then called (and not: is asked again and again)."""
        trigger = bool(self.node["x-ms-trigger"])
        return trigger and (self.method != "get" or any(True for _ in self.notified))

    @property
    def notified(self) -> Iterator[Value]:
        """The values that get the address a flow is called at."""
        return (v for v in self.values if v.node["x-ms-notification-url"].true)

    @property
    def answers(self) -> Iterator[tuple[str, Node]]:
        return ((s, n) for s, n in self.node["responses"].members if not s.startswith("x-"))

    @property
    def successes(self) -> Iterator[tuple[str, Node]]:
        return ((status, node) for status, node in self.answers if status.startswith("2"))


class Definition:
    """The whole: operations in their order, and `by_id`, the first of each id."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.operations = tuple(self._operations())
        self.by_id: dict[str, Operation] = {}
        for operation in self.operations:
            if operation.id:
                self.by_id.setdefault(operation.id, operation)
        every = (value for operation in self.operations for value in operation.values)
        self.values_once = tuple({(value.node.at, value.due): value for value in every}.values())

    def resolved(self, node: Node) -> Node:
        """What is meant: the node itself, or what its reference leads to (empty where it leads nowhere)."""
        for _ in range(MOST_STEPS):
            if "$ref" not in node:
                return node
            node = self._target(node["$ref"].text)
        return Node()

    def _target(self, reference: str) -> Node:
        steps = reference.split("/")
        if len(steps) != 3 or steps[0] != "#" or steps[1] not in REFERABLE:
            return Node()
        return self.root[steps[1]][steps[2].replace("~1", "/").replace("~0", "~")]

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.root["paths"].members:
            for method in METHODS:
                if isinstance(item[method].value, dict):
                    yield self._operation(path, item, method)

    def _operation(self, path: str, item: Node, method: str) -> Operation:
        node = item[method]
        given = [self.resolved(each) for each in (*node["parameters"].items, *item["parameters"].items)]
        parameters: dict[tuple[str, str, str], Node] = {}
        for each in given:  # what the operation says itself goes first
            own = each.at if each.at.startswith(node.at) else ""
            parameters.setdefault((each["in"].text, each["name"].text, own), each)
        own_names = {(where, name) for where, name, own in parameters if own}
        kept = tuple(
            each for (where, name, own), each in parameters.items() if own or (where, name) not in own_names
        )
        values = (
            *(value for each in kept for value in self._parameter(each)),
            *(
                value
                for _, answer in self._answers(node)
                for value in self.values(Value(answer["schema"], "answer"))
            ),
            *(self._notification(item) if "x-ms-trigger" in node else ()),
        )
        return Operation(node, item, method, path, kept, values)

    def _answers(self, operation: Node) -> Iterator[tuple[str, Node]]:
        for status, answer in operation["responses"].members:
            yield status, self.resolved(answer)

    def _notification(self, item: Node) -> Iterator[Value]:
        return self.values(Value(item["x-ms-notification-content"]["schema"], "notification"))

    def _parameter(self, parameter: Node) -> Iterator[Value]:
        needed = parameter["required"].true
        if parameter["in"].text == "body":
            hidden = _internal(parameter)
            whole = Value(parameter["schema"], "body", "", needed, hidden, hidden and needed)
            yield from self.values(whole)
            return
        hidden = _internal(parameter)
        yield Value(parameter, "parameter", parameter["name"].text, needed, hidden, hidden and needed)

    def values(self, value: Value, above: tuple[str, ...] = ()) -> Iterator[Value]:
        """A schema and all in it. One that holds itself is not entered again."""
        schema = self.resolved(value.node)
        if not isinstance(schema.value, dict) or schema.at in above or len(above) > MOST_STEPS:
            return
        above = (*above, schema.at)
        hidden = value.hidden or _internal(schema)
        due = value.due or (_internal(schema) and value.required)
        yield replace(value, node=schema, hidden=hidden, due=due)
        parts = [schema["items"], *schema["allOf"].items, schema["additionalProperties"]]
        for part in parts:
            yield from self.values(Value(part, value.role, hidden=hidden), above)
        needed = schema["required"].texts
        for name, member in schema["properties"].members:
            required = name in needed
            below = Value(member, value.role, name, required, hidden, due and required)
            yield from self.values(below, above)


def _internal(node: Node) -> bool:
    return node["x-ms-visibility"].text == "internal"


@lru_cache(maxsize=4)
def definition_of(package: Package) -> Definition:
    """The definition of a package, read once for all rules."""
    return Definition(package.definition)


def operations(package: Package) -> tuple[Operation, ...]:
    return definition_of(package).operations


def values(package: Package) -> tuple[Value, ...]:
    """Each value of each operation, one that is shared once."""
    return definition_of(package).values_once
