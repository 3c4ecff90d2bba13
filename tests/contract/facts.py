"""What an OpenAPI 2.0 document says on the wire, condensed: names, places, types, limits, and no texts.

Rule: the facts of the original and the document made of our declarations are condensed by this one function
and must come out equal; how things are described to people is not compared.

    python -m tests.contract.facts original.swagger.json > tests/contract/smartdialog_facts.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FACTS = Path(__file__).with_name("smartdialog_facts.json")

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


def load() -> dict[str, Any]:
    """The facts of the original."""
    facts: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))
    return facts


def condense(document: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a document: its base path, and each operation by its id."""
    operations = {}
    for path, methods in document["paths"].items():
        notification = methods.get("x-ms-notification-content")
        for method, operation in methods.items():
            if "operationId" in operation:
                made = _operation(method, path, operation)
                if notification and "x-ms-trigger" in operation:
                    made["notification"] = _members(notification["schema"])
                operations[operation["operationId"]] = made
    return {"base_path": document["basePath"], "operations": dict(sorted(operations.items()))}


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"method": method.upper(), "path": path}
    for name, fact in (("x-ms-visibility", "visibility"), ("x-ms-trigger", "trigger")):
        if name in operation:
            made[fact] = operation[name]
    if operation.get("deprecated"):
        made["deprecated"] = True
    made["parameters"] = {
        f"{each['in']} {each['name']}": _value(each) | {"required": each.get("required", False)}
        for each in operation.get("parameters", ())
        if each["in"] != "body"
    }
    for each in operation.get("parameters", ()):
        if each["in"] == "body":
            made["body"] = {"name": each["name"], "members": _members(each["schema"], asked=True)}
    made["answers"] = {
        status: _members(answer["schema"]) if "schema" in answer else None
        for status, answer in sorted(operation["responses"].items())
        if status < "400"
    }
    return made


def _members(schema: Mapping[str, Any], place: str = "", *, asked: bool = False) -> dict[str, Any]:
    """Every member of a body by its place, such as `Recipients[].Address`; the body itself is at ``.``."""
    made: dict[str, Any] = {place or ".": _value(schema)}
    if schema.get("type") == "array":
        made |= _members(schema["items"], f"{place}[]", asked=asked)
    for name, member in schema.get("properties", {}).items():
        below = f"{place}.{name}" if place else name
        made |= _members(member, below, asked=asked)
        if asked:
            made[below]["required"] = name in schema.get("required", ())
    return made


def _value(said: Mapping[str, Any]) -> dict[str, Any]:
    made = {fact: said[name] for name, fact in _KEPT.items() if name in said}
    if "default" in said:
        default = said["default"]
        prose = isinstance(default, str) and " " in default  # a sentence for people may be another one
        made["default"] = "(a text)" if prose else default
    return made


def _lines(value: Any, depth: int) -> str:
    """JSON with a line for each parameter and member, so that a change shows as one."""
    if not isinstance(value, dict) or isinstance(value.get("type"), str) or not value:
        return json.dumps(value, ensure_ascii=False)
    inner = " " * (depth + 1)
    rows = [f"{inner}{json.dumps(name)}: {_lines(each, depth + 1)}" for name, each in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * depth + "}"


def _main() -> None:
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(_lines(condense(document), 0) + "\n")


if __name__ == "__main__":
    _main()
