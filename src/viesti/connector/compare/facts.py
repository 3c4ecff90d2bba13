"""What an OpenAPI 2.0 definition says on the wire, condensed: names, places, types, limits, and no texts.

Rule: definitions are compared in this form alone, whether they are frozen facts or were just made; how things
are described to people is not compared. References are followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Facts: TypeAlias = dict[str, Any]

# What of a value is a fact, by the name it has here.
_KEPT = {
    "type": "type",
    "format": "format",
    "enum": "enum",
    "maxLength": "max_length",
    "x-ms-visibility": "visibility",
    "x-ms-dynamic-values": "dynamic",
    "x-ms-url-encoding": "encoding",
    "x-ms-notification-url": "notification_url",
}
# References to references: more than anybody writes.
_MOST_STEPS = 16


def condense(document: Mapping[str, Any], *, errors: bool = False) -> Facts:
    """The facts of a definition: its base path, and each operation by its id. `errors`: also which refusals
    it documents."""
    made = {}
    for path, item in document.get("paths", {}).items():
        notification = item.get("x-ms-notification-content")
        for method, operation in item.items():
            if isinstance(operation, Mapping) and "operationId" in operation:
                facts = _operation(document, method, path, item, errors)
                if notification and "x-ms-trigger" in operation:
                    facts["notification"] = dict(_members(document, notification.get("schema", {})))
                made[operation["operationId"]] = facts
    return {"base_path": document.get("basePath", "/"), "operations": dict(sorted(made.items()))}


def _operation(
    document: Mapping[str, Any], method: str, path: str, item: Mapping[str, Any], errors: bool
) -> Facts:
    operation = item[method]
    made: Facts = {"method": method.upper(), "path": path}
    for name, fact in (("x-ms-visibility", "visibility"), ("x-ms-trigger", "trigger")):
        if name in operation:
            made[fact] = operation[name]
    if operation.get("deprecated"):
        made["deprecated"] = True
    given = [_met(document, each) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    made["parameters"] = {
        f"{each['in']} {each['name']}": _value(each) | {"required": each.get("required", False)}
        for each in given
        if each["in"] != "body"
    }
    for each in given:
        if each["in"] == "body":
            members = dict(_members(document, each["schema"], asked=True))
            made["body"] = {"name": each["name"], "members": members}
    answers = {
        str(status): _met(document, answer) for status, answer in sorted(operation["responses"].items())
    }
    made["answers"] = {
        status: dict(_members(document, answer["schema"])) if "schema" in answer else None
        for status, answer in answers.items()
        if status < "400"
    }
    if errors:
        made["errors"] = [status for status in answers if status >= "400"]
    return made


def _members(
    document: Mapping[str, Any],
    schema: Mapping[str, Any],
    place: str = "",
    *,
    asked: bool = False,
    required: bool | None = None,
    above: tuple[str, ...] = (),
) -> Iterator[tuple[str, Facts]]:
    """Every member of a body by its place, such as `Recipients[].Address`; the body itself is at ``.``."""
    reference = schema.get("$ref", "")
    schema = _met(document, schema)
    yield place or ".", _value(schema) | ({} if required is None else {"required": required})
    if reference in above:
        return  # it holds itself
    above = (*above, reference) if reference else above
    if schema.get("type") == "array" and "items" in schema:
        yield from _members(document, schema["items"], f"{place}[]", asked=asked, above=above)
    for name, member in schema.get("properties", {}).items():
        below = f"{place}.{name}" if place else name
        needed = name in schema.get("required", ()) if asked else None
        yield from _members(document, member, below, asked=asked, required=needed, above=above)


def _met(document: Mapping[str, Any], said: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference leads to; anything else as it is."""
    for _ in range(_MOST_STEPS):
        if "$ref" not in said:
            break
        here: Any = document
        for step in str(said["$ref"]).removeprefix("#/").split("/"):
            here = here.get(step, {}) if isinstance(here, Mapping) else {}
        said = here
    return said


def _value(said: Mapping[str, Any]) -> Facts:
    made = {fact: said[name] for name, fact in _KEPT.items() if name in said}
    if "default" in said:
        default = said["default"]
        prose = isinstance(default, str) and " " in default  # a sentence for people may be another one
        made["default"] = "(a text)" if prose else default
    return made
