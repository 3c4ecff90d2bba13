"""Describes values as OpenAPI 2.0 schemas, and to people, in one of three styles.

Rule: a style says what is shown of a declaration, and never makes anything up. What stands in CONTRACT is the
original's and nothing else; the other two only add to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from viesti.api.contract.values import (
    About,
    DynamicValues,
    From,
    Listed,
    Member,
    Moment,
    Number,
    OneOrMore,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)


@dataclass(frozen=True, slots=True)
class Style:
    """What is shown. `extensions`: what is ours beside the original's; `as_read`: what requests may really
    leave out or say as null, and what is ours is marked; `designer`: the twins that new designers read, and
    what is ours stands among the advanced."""

    extensions: bool = False
    as_read: bool = False
    designer: bool = False


CONTRACT = Style()
TOLERANT = Style(extensions=True, as_read=True)
CONNECTOR = Style(extensions=True, designer=True)


def schema_of(value: Value, style: Style = CONTRACT, *, answer: bool = False) -> dict[str, Any]:
    """The schema. `answer`: it is of what we say, not of what is said to us."""
    facts: dict[str, Any]
    match value:
        case Text():
            facts = {
                "type": "string",
                "format": value.format,
                "enum": _choices(value, style),
                "maxLength": value.max_length,
                "minLength": value.least or None,
                "default": value.default,
            }
        case Whole():
            facts = {
                "type": "integer",
                "format": value.format,
                "minimum": value.least,
                "maximum": value.most,
            }
        case Number():
            facts = {"type": "number"}
        case Truth():
            facts = {"type": "boolean", "enum": list(value.choices), "default": value.default}
        case Moment():
            facts = {"type": "string", "format": value.format}
        case Scalars():
            return {"type": "object", "properties": {}}
        case OneOrMore():
            return schema_of(value.of, style)
        case Listed():
            facts = {
                "type": "array",
                "items": schema_of(value.of, style, answer=answer)
                | about_of(value.each, style, "x-ms-summary"),
                "minItems": value.least or None,
            }
        case Thing():
            shown = [member for member in value.members if style.extensions or not member.extension]
            facts = {
                "type": "object",
                "properties": {member.name: _member(member, style, answer) for member in shown},
                "required": [m.name for m in shown if (m.needed if style.as_read else m.required)],
            }
    return {name: fact for name, fact in facts.items() if name == "properties" or fact not in (None, "", [])}


def _choices(value: Text, style: Style) -> list[str]:
    if not style.extensions or not value.choices:
        return list(value.choices)
    return [*value.choices, *value.more, *([""] if value.blank and style.as_read else [])]


def _member(member: Member, style: Style, answer: bool) -> dict[str, Any]:
    made = schema_of(member.value, style, answer=answer)
    if style.as_read and not member.needed and not answer:
        made["x-nullable"] = True
    return made | about_of(member.about, style, "x-ms-summary", ours=member.extension, answer=answer)


def about_of(
    about: About,
    style: Style = CONTRACT,
    summary: str = "summary",
    *,
    ours: bool = False,
    answer: bool = False,
) -> dict[str, Any]:
    """How it is shown to people. `summary`: the member that the title goes to; `ours`: it is not in the
    original."""
    visibility = "advanced" if style.designer and ours and not answer else ""
    made: dict[str, Any] = {
        summary: about.summary,
        "description": about.description,
        "x-ms-visibility": about.visibility or visibility,
        "x-ms-notification-url": about.notification_url,
    }
    if about.dynamic:
        made["x-ms-dynamic-values"] = _dynamic_values(about.dynamic)
        made["x-ms-dynamic-list"] = _dynamic_list(about.dynamic) if style.designer else None
    made["x-viesti-extension"] = ours and style.as_read
    return {name: fact for name, fact in made.items() if fact}


def _dynamic_values(values: DynamicValues) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": values.operation,
        "value-path": values.value,
        "value-title": values.title,
        "value-collection": values.collection,
        "parameters": {
            name: {"parameter": given.parameter} if isinstance(given, From) else given
            for name, given in values.parameters.items()
        },
    }
    return {name: fact for name, fact in made.items() if fact}


def _dynamic_list(values: DynamicValues) -> dict[str, Any]:
    """The same for designers that read the newer extension."""
    made: dict[str, Any] = {
        "operationId": values.operation,
        "itemValuePath": values.value,
        "itemTitlePath": values.title,
        "itemsPath": values.collection,
        "parameters": {
            name: {"parameterReference": given.parameter} if isinstance(given, From) else {"value": given}
            for name, given in values.parameters.items()
        },
    }
    return {name: fact for name, fact in made.items() if fact}
