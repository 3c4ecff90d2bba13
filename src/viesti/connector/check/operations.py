"""Rules about operations: their names, their texts, and their parameters as a whole.

Rule: a designer shows what stands here to somebody who never saw the API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from viesti.connector.check.definition import Operation, definition_of, operations
from viesti.connector.check.node import Fault
from viesti.connector.check.package import Package
from viesti.connector.check.rule import Rule
from viesti.connector.check.wording import (
    full_stop,
    full_stop_missing,
    says_the_same,
    too_long,
)

_FORM = re.compile(r"[A-Z][A-Za-z0-9]*")
_BODILESS_METHODS = ("get", "head")


def _id_missing(package: Package) -> Iterator[Fault]:
    return (o.node.has("it has no operationId.") for o in operations(package) if not o.id)


def _id_form(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        if operation.id and not _FORM.fullmatch(operation.id):
            yield operation.node["operationId"].has(f"`{operation.id}` is not in PascalCase.")


def _id_twice(package: Package) -> Iterator[Fault]:
    seen: dict[str, Operation] = {}
    for operation in operations(package):
        first = seen.setdefault(operation.id.lower(), operation)
        if first is not operation and operation.id:
            told = f"`{operation.id}` is {first.method.upper()} {first.path}, too."
            yield operation.node["operationId"].has(told)


def _summary_missing(package: Package) -> Iterator[Fault]:
    return (
        o.node.has(f"{o.called} has no summary.") for o in operations(package) if not o.node["summary"].text
    )


def _description_missing(package: Package) -> Iterator[Fault]:
    return (
        o.node.has(f"{o.called} has no description.")
        for o in operations(package)
        if not o.node["description"].text
    )


def _summary_length(package: Package) -> Iterator[Fault]:
    return (fault for o in operations(package) if (fault := too_long(o.node["summary"])))


def _summary_stop(package: Package) -> Iterator[Fault]:
    return (fault for o in operations(package) if (fault := full_stop(o.node["summary"])))


def _summary_case(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        summary = operation.node["summary"]
        if summary.text[:1].islower():
            yield summary.has("it begins with a small letter.")


def _description_stop(package: Package) -> Iterator[Fault]:
    return (fault for o in operations(package) if (fault := full_stop_missing(o.node["description"])))


def _description_same(package: Package) -> Iterator[Fault]:
    return (
        fault
        for o in operations(package)
        if (fault := says_the_same(o.node["summary"], o.node["description"]))
    )


def _placeholder_undeclared(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        declared = {p["name"].text for p in operation.parameters if p["in"].text == "path"}
        for name in placeholders(operation.path):
            if name not in declared:
                yield operation.node.has(f"`{{{name}}}` of {operation.path} has no parameter.")


def _placeholder_unused(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for parameter in operation.parameters:
            name = parameter["name"].text
            if parameter["in"].text == "path" and name not in placeholders(operation.path):
                yield parameter.has(f"{operation.path} has no `{{{name}}}`.")


def _parameter_twice(package: Package) -> Iterator[Fault]:
    resolved = definition_of(package).resolved
    for operation in operations(package):
        seen: set[tuple[str, str]] = set()
        for given in operation.node["parameters"].items:
            parameter = resolved(given)
            where = parameter["in"].text
            key = (
                where,
                parameter["name"].text.lower() if where in ("header", "query") else parameter["name"].text,
            )
            if key in seen and where != "body":
                yield given.has(f"{operation.called} has the {where} parameter `{key[1]}` twice.")
            seen.add(key)


def _two_bodies(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        bodies = [p for p in operation.parameters if p["in"].text == "body"]
        form = any(p["in"].text == "formData" for p in operation.parameters)
        for body in bodies[1:] if not form else bodies:
            yield body.has(f"{operation.called} has more than one body.")


def _body_of_get(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        for parameter in operation.parameters:
            if operation.method in _BODILESS_METHODS and parameter["in"].text == "body":
                yield parameter.has(f"{operation.method.upper()} has a body.")


def _replacement_unknown(package: Package) -> Iterator[Fault]:
    for operation in operations(package):
        named = operation.node["x-ms-api-annotation"]["replacement"]["operationId"]
        if named.text and named.text not in definition_of(package).by_id:
            yield named.has(f"there is no operation `{named.text}`.")


def placeholders(path: str) -> list[str]:
    """The names in the braces of a path."""
    return re.findall(r"\{([^{}]*)\}", path)


RULES = (
    Rule(
        "operation-id-missing",
        "Every operation has an operationId.",
        "Give it one in PascalCase.",
        _id_missing,
    ),
    Rule(
        "operation-id-form",
        "An operationId is in PascalCase, without - and _.",
        "Rename it, if no flow uses it yet.",
        _id_form,
    ),
    Rule(
        "operation-id-twice",
        "An operationId is one operation's alone, in any letter case.",
        "Rename the newer one.",
        _id_twice,
    ),
    Rule(
        "summary-missing",
        "Every operation has a summary.",
        "Say in a few words what it does.",
        _summary_missing,
    ),
    Rule("summary-length", "A summary has at most 120 characters.", "Shorten it.", _summary_length),
    Rule("summary-full-stop", "A summary has no full stop.", "Take it away.", _summary_stop),
    Rule(
        "summary-case",
        "A summary begins with a capital letter.",
        "Begin it with one.",
        _summary_case,
        warning=True,
    ),
    Rule(
        "operation-description-missing",
        "Every operation has a description.",
        "Say in a sentence what it does and what comes back.",
        _description_missing,
    ),
    Rule(
        "operation-description-full-stop",
        "The description of an operation is a sentence with a full stop.",
        "End it with one.",
        _description_stop,
    ),
    Rule(
        "operation-description-same",
        "The description of an operation says more than its summary.",
        "Say what the summary leaves open.",
        _description_same,
    ),
    Rule(
        "placeholder-undeclared",
        "Each placeholder of a path has a parameter.",
        "Declare it, in the same letter case.",
        _placeholder_undeclared,
    ),
    Rule(
        "placeholder-missing",
        "Each path parameter has its placeholder.",
        "Put it into the path, or take the parameter away.",
        _placeholder_unused,
    ),
    Rule(
        "parameter-twice",
        "A parameter is declared once in its place.",
        "Remove one of them.",
        _parameter_twice,
    ),
    Rule("two-bodies", "A request has one body.", "Put the members into one schema.", _two_bodies),
    Rule("body-of-get", "GET and HEAD have no body.", "Use query parameters, or POST.", _body_of_get),
    Rule(
        "replacement-unknown",
        "What replaces an operation is there.",
        "Name an operation of this definition.",
        _replacement_unknown,
    ),
)
