"""Rules about values that a designer looks up with another operation.

A list that can't be looked up makes its field unusable, and nobody is told why. Rule: each name that leads to
the other operation, into its answer or back to this one is followed to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from viesti.connector.check.definition import Definition, Operation, Value, definition_of, operations
from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule

OLD, NEW = "x-ms-dynamic-values", "x-ms-dynamic-list"
_SCHEMAS = ("x-ms-dynamic-schema", "x-ms-dynamic-properties")
_KEYS = (OLD, NEW, *_SCHEMAS)
# What each kind calls the list, the title and the value in an answer.
_PATHS = {
    OLD: ("value-collection", "value-title", "value-path"),
    NEW: ("itemsPath", "itemTitlePath", "itemValuePath"),
}
# How a reference of the newer kind begins when it leads into the body.
_BODY = "body/"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value's look-up: which kind it is, and the operation it calls (None: there is none of that name)."""

    operation: Operation
    value: Value
    kind: str
    node: Node
    called: Operation | None

    @property
    def given(self) -> Iterator[tuple[str, Node]]:
        return self.node["parameters"].members

    @property
    def paths(self) -> tuple[Node, Node, Node]:
        """Where the list is in the answer, and in one of it the title and the value."""
        items, title, value = (self.node[name] for name in _PATHS[self.kind])
        return items, title, value


def _lookups(package: Package, kinds: tuple[str, ...] = _KEYS) -> Iterator[Lookup]:
    by_id = definition_of(package).by_id
    for operation in operations(package):
        for value in operation.values:
            for kind in kinds:
                if kind in value.node and (node := value.node[kind])["operationId"].text:
                    yield Lookup(operation, value, kind, node, by_id.get(node["operationId"].text))


def _operation_unknown(package: Package) -> Iterator[Fault]:
    for lookup in _lookups(package):
        if lookup.called is None:
            named = lookup.node["operationId"]
            yield named.has(f"there is no operation `{named.text}`.")


def _parameter_unknown(package: Package) -> Iterator[Fault]:
    for lookup in _lookups(package):
        if lookup.called:
            names = _taken(lookup.called)
            for name, given in lookup.given:
                if name not in names:
                    yield given.has(f"{lookup.called.id} has no parameter `{name}`.")


def _parameter_missing(package: Package) -> Iterator[Fault]:
    for lookup in _lookups(package):
        if not lookup.called:
            continue
        given = {name for name, _ in lookup.given}
        for value in lookup.called.values:
            needed = value.role == "parameter" and value.required and "default" not in value.node
            if needed and value.name not in given:
                yield lookup.node.has(f"{lookup.called.id} needs `{value.name}`, which is not given.")


def _reference_unknown(package: Package) -> Iterator[Fault]:
    for lookup in _lookups(package):
        member = "parameter" if lookup.kind in (OLD, "x-ms-dynamic-schema") else "parameterReference"
        for _, given in lookup.given:
            reference = given[member]
            if reference.text and not _leads(lookup.operation, reference.text):
                yield reference.has(f"the operation has no parameter `{reference.text}`.")


def _list_unknown(package: Package) -> Iterator[Fault]:
    definition = definition_of(package)
    for lookup in _lookups(package, (OLD, NEW)):
        collection = lookup.paths[0]
        answer = _answer(definition, lookup.called)
        if answer and _below(definition, answer, collection.text)["type"].text != "array":
            told = f"`{collection.text}`" if collection.text else "the answer"
            place = collection or lookup.node
            yield place.has(f"{told} of {lookup.node['operationId'].text} is no list.")


def _path_unknown(package: Package) -> Iterator[Fault]:
    definition = definition_of(package)
    for lookup in _lookups(package, (OLD, NEW)):
        collection, *paths = lookup.paths
        answer = _answer(definition, lookup.called)
        one = _below(definition, answer, collection.text)["items"] if answer else Node()
        one = definition.resolved(one)
        if not isinstance(one["properties"].value, dict):
            continue
        for path in paths:
            if path.text and not _below(definition, one, path.text):
                yield path.has(f"what {lookup.node['operationId'].text} lists has no `{path.text}`.")


def _path_missing(package: Package) -> Iterator[Fault]:
    definition = definition_of(package)
    for lookup in _lookups(package, (OLD, NEW)):
        answer = _answer(definition, lookup.called)
        one = definition.resolved(_below(definition, answer, lookup.paths[0].text)["items"])
        value = lookup.paths[2]
        if one["type"].text == "object" and not value.text:
            yield lookup.node.has(
                f"{lookup.node['operationId'].text} lists objects; which member is the value?"
            )


def _twin_missing(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for value in operation.values:
            has = [kind for kind in (OLD, NEW) if kind in value.node]
            if len(has) == 1:
                missing = NEW if has == [OLD] else OLD
                yield value.node[has[0]].has(f"there is no {missing} beside it.")


def _twin_differs(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for value in operation.values:
            old, new = value.node[OLD], value.node[NEW]
            if not (old and new):
                continue
            names = [("operationId", "operationId"), *zip(_PATHS[OLD], _PATHS[NEW], strict=True)]
            for ours, twin in names:
                if old[ours].text != new[twin].text:
                    yield new[twin].has(f"{OLD} has {old[ours].text!r} there, and this {new[twin].text!r}.")
            if _asked(old, "parameter", operation) != _asked(new, "parameterReference", operation):
                yield new["parameters"].has(f"{OLD} gives other parameters.")


def _asked(node: Node, member: str, operation: Operation) -> dict[str, object]:
    """What is given to the other operation, in one form for both kinds."""
    body = next((p["name"].text for p in operation.parameters if p["in"].text == "body"), "")
    made: dict[str, object] = {}
    for name, given in node["parameters"].members:
        if member in given:
            reference = given[member].text
            begins = [start for start in (_BODY, f"{body}/") if body and reference.startswith(start)]
            made[name] = ("reference", reference.removeprefix(begins[0]) if begins else reference)
        else:
            made[name] = ("constant", given["value"].value if "value" in given else given.value)
    return made


def _taken(operation: Operation) -> set[str]:
    """The parameters that an operation takes, by their names."""
    return {p["name"].text for p in operation.parameters} | {
        value.name for value in operation.values if value.role == "body" and value.name
    }


def _leads(operation: Operation, reference: str) -> bool:
    """Whether a reference is a parameter, or a member of the body by its path."""
    if any(reference == p["name"].text for p in operation.parameters):
        return True
    for parameter in operation.parameters:
        if parameter["in"].text == "body":
            for start in (_BODY, f"{parameter['name'].text}/", ""):
                schema = parameter["schema"]
                if reference.startswith(start) and _member(schema, reference.removeprefix(start)):
                    return True
    return False


def _member(schema: Node, path: str) -> Node:
    for step in path.split("/"):
        schema = schema["properties"][step]
    return schema


def _answer(definition: Definition, operation: Operation | None) -> Node:
    """The schema of what an operation answers on success; empty if it has none."""
    for _, answer in operation.successes if operation else ():
        schema = definition.resolved(definition.resolved(answer)["schema"])
        if schema:
            return schema
    return Node()


def _below(definition: Definition, schema: Node, path: str) -> Node:
    """The schema at a path such as `inputSource/address`; the schema itself for an empty one."""
    for step in filter(None, path.split("/")):
        schema = definition.resolved(schema["properties"][step])
    return schema


RULES = (
    Rule(
        "dynamic-operation-unknown",
        "Values are looked up with an operation of this definition.",
        "Name one that is there.",
        _operation_unknown,
    ),
    Rule(
        "dynamic-parameter-unknown",
        "A look-up gives only parameters that the other operation has.",
        "Use its names, in the same letter case.",
        _parameter_unknown,
    ),
    Rule(
        "dynamic-parameter-missing",
        "A look-up gives all that the other operation needs.",
        "Give it a constant or another parameter.",
        _parameter_missing,
    ),
    Rule(
        "dynamic-reference-unknown",
        "A look-up refers to parameters of its own operation.",
        "Name one that is there, in the same letter case.",
        _reference_unknown,
    ),
    Rule(
        "dynamic-list-unknown",
        "What is looked up is a list in the other's answer.",
        "Name the list, or leave the path out where the answer is the list.",
        _list_unknown,
    ),
    Rule(
        "dynamic-path-unknown",
        "Title and value are members of what is listed.",
        "Use its names, in the same letter case.",
        _path_unknown,
    ),
    Rule(
        "dynamic-path-missing",
        "Where objects are listed, one member is the value.",
        "Name it.",
        _path_missing,
    ),
    Rule(
        "dynamic-twin-missing",
        "Both designers find a look-up: x-ms-dynamic-values has x-ms-dynamic-list beside it.",
        "Write both.",
        _twin_missing,
        warning=True,
    ),
    Rule(
        "dynamic-twin-differs",
        "Both designers look up the same.",
        "Write both alike.",
        _twin_differs,
    ),
)
