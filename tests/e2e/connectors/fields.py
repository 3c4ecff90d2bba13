"""What the platform's extensions say of fields: parameters, and members of bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def hidden(field: Mapping[str, Any]) -> bool:
    return field.get("x-ms-visibility") == "internal"


def references(field: Mapping[str, Any]) -> Iterator[str]:
    """The parameters by which a field's list is made."""
    for given in field.get("x-ms-dynamic-values", {}).get("parameters", {}).values():
        if isinstance(given, dict) and "parameter" in given:
            yield given["parameter"]


def filled(schema: Mapping[str, Any], given: Mapping[str, Any], callback: str) -> dict[str, Any]:
    """The body: what the maker gave, the defaults of what is hidden, and where the flow is called."""
    made = dict(given)
    for name, member in schema["properties"].items():
        required = name in schema.get("required", ())
        assert not (hidden(member) and name in given), f"nobody sees {name}"
        if member.get("x-ms-notification-url"):
            made[name] = callback
        elif hidden(member) and required:
            made[name] = member["default"]
        elif member.get("properties") and (required or name in given):
            made[name] = filled(member, given.get(name, {}), callback)
    return made


def at(value: Any, path: str) -> Any:
    for name in path.split("/") if path else ():
        value = value[name]
    return value


def untold(deref: Callable[[Any], Any], schema: Mapping[str, Any], value: Any, where: str) -> Iterator[str]:
    schema = deref(schema)
    if isinstance(value, list):
        for each in value:
            yield from untold(deref, schema["items"], each, f"{where}[]")
    elif isinstance(value, dict) and schema.get("properties"):  # without any it is free
        for name, each in value.items():
            if name in schema["properties"]:
                yield from untold(deref, schema["properties"][name], each, f"{where}.{name}")
            else:
                yield f"{where}.{name}"
