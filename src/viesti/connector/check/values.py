"""Rules about parameters and schemas: their labels, their types, and what is sent when nobody sees it.

Rule: what a person sees has a label and a description; what nobody sees has a value, or it is never sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from viesti.connector.check.definition import Value, operations, values
from viesti.connector.check.node import Fault, Node
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule
from viesti.connector.check.wording import (
    full_stop,
    full_stop_missing,
    label_of,
    not_title_case,
    says_the_same,
)

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
# Which type each format belongs to.
_FORMATS = {
    "integer": ("int32", "int64"),
    "number": ("float", "double"),
    "string": (
        *("byte", "binary", "date", "date-time", "password", "date-no-tz", "email", "html", "uri", "uuid"),
    ),
}
_TYPELESS = ("$ref", "allOf", "x-ms-dynamic-schema", "x-ms-dynamic-properties")
_COMPOSED = ("oneOf", "anyOf", "not")


def _shown(package: Package) -> Iterator[Value]:
    """The parameters and members that a person sees."""
    return (value for value in values(package) if value.name and not value.hidden)


def _hidden_without_default(package: Package) -> Iterator[Fault]:
    for value in values(package):
        asked = value.role in ("parameter", "body") and value.due
        leaf = not value.node["properties"].value
        if asked and leaf and "default" not in value.node and not value.node["x-ms-notification-url"].true:
            yield value.node.has(f"{_called(value)} is internal and required, and has no default.")


def _label_missing(package: Package) -> Iterator[Fault]:
    return (v.node.has(f"{_called(v)} has no label.") for v in _shown(package) if not label_of(v.node).text)


def _label_stop(package: Package) -> Iterator[Fault]:
    return (fault for v in values(package) if (fault := full_stop(label_of(v.node))))


def _label_case(package: Package) -> Iterator[Fault]:
    return (fault for v in values(package) if (fault := not_title_case(label_of(v.node))))


def _label_twice(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        labels = [
            (label_of(p).text, p)
            for p in operation.parameters
            if p["in"].text != "body" and p["x-ms-visibility"].text != "internal"
        ]
        yield from _same_label(labels)
        for value in operation.values:
            members = [(label_of(m).text, m) for _, m in value.node["properties"].members]
            yield from _same_label(members)


def _same_label(labels: list[tuple[str, Node]]) -> Iterator[Fault]:
    often = Counter(label for label, _ in labels if label)
    for label, node in labels:
        if often[label] > 1:
            yield label_of(node).has(f"another value beside it is called `{label}`, too.")


def _description_missing(package: Package) -> Iterator[Fault]:
    for value in _shown(package):
        if not value.node["description"].text:
            yield value.node.has(f"{_called(value)} has no description.")


def _description_stop(package: Package) -> Iterator[Fault]:
    return (fault for v in values(package) if (fault := full_stop_missing(v.node["description"])))


def _description_same(package: Package) -> Iterator[Fault]:
    return (
        fault for v in values(package) if (fault := says_the_same(label_of(v.node), v.node["description"]))
    )


def _type_missing(package: Package) -> Iterator[Fault]:
    for value in values(package):
        node = value.node
        if value.role == "parameter":
            continue  # the schema of the importer asks for it
        if "type" not in node and not any(name in node for name in (*_TYPELESS, *_COMPOSED)):
            yield node.has(f"{_called(value)} has no type.")


def _items_missing(package: Package) -> Iterator[Fault]:
    for value in values(package):
        if value.node["type"].text == "array" and "items" not in value.node:
            yield value.node.has(f"{_called(value)} is a list of nobody knows what.")


def _required_unknown(package: Package) -> Iterator[Fault]:
    for value in values(package):
        node = value.node
        if node["properties"] and "allOf" not in node:
            for each in node["required"].items:
                if each.text and each.text not in node["properties"]:
                    yield each.has(f"`{each.text}` is required, and is no member.")


def _default_type(package: Package) -> Iterator[Fault]:
    for value in values(package):
        default = value.node["default"]
        if "default" in value.node and not _is(default.value, value.node["type"].text):
            yield default.has(f"{default.value!r} is no {value.node['type'].text}.")


def _default_choice(package: Package) -> Iterator[Fault]:
    for value in values(package):
        default, choices = value.node["default"], value.node["enum"].value
        if "default" in value.node and isinstance(choices, list) and default.value not in choices:
            yield default.has(f"{default.value!r} is not among the choices.")


def _choice_type(package: Package) -> Iterator[Fault]:
    for value in values(package):
        for choice in value.node["enum"].items:
            if not _is(choice.value, value.node["type"].text):
                yield choice.has(f"{choice.value!r} is no {value.node['type'].text}.")


def _format_type(package: Package) -> Iterator[Fault]:
    for value in values(package):
        kind, form = value.node["type"].text, value.node["format"]
        known = any(form.text in formats for formats in _FORMATS.values())
        if kind and known and form.text not in _FORMATS.get(kind, ()):
            yield form.has(f"a {kind} has no format `{form.text}`.")


def _composed(package: Package) -> Iterator[Fault]:
    for value in values(package):
        for name in _COMPOSED:
            if name in value.node:
                yield value.node[name].has(f"`{name}` is not known to designers.")


def _encoding_place(package: Package) -> Iterator[Fault]:
    for value in values(package):
        encoding = value.node["x-ms-url-encoding"]
        if encoding.text and value.node["in"].text == "query":
            yield encoding.has("only path parameters are encoded in a way of their own.")


def _is(value: Any, kind: str) -> bool:
    """Whether a value is of a type; of one that is not known, anything is."""
    if isinstance(value, bool) and kind in ("integer", "number"):
        return False
    return isinstance(value, _PYTHON.get(kind, (object,)))


def _called(value: Value) -> str:
    return f"`{value.name}`" if value.name else "it"


RULES = (
    Rule(
        "hidden-without-default",
        "What is internal and required has a default, which is sent silently.",
        "Give it a default, or show it.",
        _hidden_without_default,
    ),
    Rule(
        "label-missing",
        "Every parameter and member that is shown has a label (x-ms-summary or title).",
        "Give it an x-ms-summary in title case.",
        _label_missing,
    ),
    Rule("label-full-stop", "A label has no full stop.", "Take it away.", _label_stop),
    Rule(
        "label-case",
        "A label is in title case.",
        "Begin each word that matters with a capital.",
        _label_case,
        warning=True,
    ),
    Rule(
        "label-twice",
        "Values beside each other have different labels.",
        "Call one of them something else.",
        _label_twice,
        warning=True,
    ),
    Rule(
        "description-missing",
        "Every parameter and member that is shown is described.",
        "Say in a sentence what it is.",
        _description_missing,
    ),
    Rule(
        "description-full-stop",
        "The description of a value is a sentence with a full stop.",
        "End it with one.",
        _description_stop,
    ),
    Rule(
        "description-same",
        "The description of a value says more than its label.",
        "Say what the label leaves open.",
        _description_same,
    ),
    Rule("type-missing", "Every schema has a type.", "Declare it.", _type_missing),
    Rule("items-missing", "A list says of what it is.", "Declare its items.", _items_missing),
    Rule(
        "required-unknown",
        "What is required is a member.",
        "Declare it, in the same letter case, or don't require it.",
        _required_unknown,
    ),
    Rule("default-type", "A default is of the type it is for.", "Write it as that type.", _default_type),
    Rule("default-choice", "A default is among the choices.", "Choose one of them.", _default_choice),
    Rule("choice-type", "Choices are of the type they are for.", "Write them as that type.", _choice_type),
    Rule(
        "format-type", "A format belongs to its type.", "Take the format or the type that fits.", _format_type
    ),
    Rule(
        "composed-schema",
        "Schemas have no oneOf, anyOf or not.",
        "Declare one schema that has the members of all.",
        _composed,
    ),
    Rule(
        "encoding-place",
        "Only path parameters say how they are encoded.",
        "Take x-ms-url-encoding away.",
        _encoding_place,
        warning=True,
    ),
)
