"""Describes operations as an OpenAPI 2.0 document, with the extensions that connectors know.

Rule: everything in it comes from the declarations that requests are read by. `tolerant` adds what is taken
beyond the original's contract (our extensions, null for what may be left out), for tests of the real thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from viesti.api.contract.operation import AnyOperation, Parameter, Reply
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

ERROR: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "errorMessage": {"type": "string"},
        "message": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["errorMessage", "message", "code", "errors"],
}


def document(
    operations: Iterable[AnyOperation],
    *,
    title: str,
    base_path: str,
    version: str = "1.0",
    host: str = "",
    schemes: tuple[str, ...] = ("https",),
    security: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] = ERROR,
    tolerant: bool = False,
) -> dict[str, Any]:
    """The document. `security`: security definitions by name; every one of them is demanded. `error`: the
    schema of all errors."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        of_path = paths.setdefault(operation.path, {})
        if operation.described:
            of_path[operation.method.lower()] = _operation(operation, error, tolerant)
        if operation.trigger:
            of_path["x-ms-notification-content"] = _about(About(description=operation.trigger.about)) | {
                "schema": _schema(operation.trigger.notification, tolerant, answer=True)
            }
    made: dict[str, Any] = {
        "swagger": "2.0",
        "info": {"title": title, "version": version},
        "basePath": base_path,
        "schemes": list(schemes),
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
    }
    if host:
        made["host"] = host
    if security:
        made["securityDefinitions"] = dict(security)
        made["security"] = [{name: []} for name in security]
    return made


def _operation(operation: AnyOperation, error: Mapping[str, Any], tolerant: bool) -> dict[str, Any]:
    parameters = [_parameter(p, tolerant) for p in operation.parameters if tolerant or not p.extension]
    if operation.body:
        body = {"name": operation.body_name, "in": "body", "required": True}
        parameters.append(body | {"schema": _schema(operation.body, tolerant)})
    made = {"operationId": operation.id, **_about(operation.about), "parameters": parameters}
    replies = [reply for reply in operation.replies if tolerant or not reply.extension]
    made["responses"] = {str(reply.status): _reply(reply, tolerant) for reply in replies} | {
        str(status): {"description": f"{HTTPStatus(status).phrase}.", "schema": error}
        for status in sorted(operation.errors)
    }
    if operation.deprecated:
        made["deprecated"] = True
    if operation.trigger:
        made["x-ms-trigger"] = "single"
        if operation.trigger.hint:
            made["x-ms-trigger-hint"] = operation.trigger.hint
    return made


def _parameter(parameter: Parameter, tolerant: bool) -> dict[str, Any]:
    required = parameter.needed if tolerant else parameter.required
    made = {"name": parameter.name, "in": parameter.where, "required": required}
    made |= _schema(parameter.value, False)
    if parameter.encoding:
        made["x-ms-url-encoding"] = parameter.encoding
    return made | _about(parameter.about, summary="x-ms-summary") | _flag(parameter.extension)


def _reply(reply: Reply, tolerant: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"description": reply.about}
    if reply.value is not None:
        made["schema"] = _schema(reply.value, tolerant, answer=True)
    return made


def _schema(value: Value, tolerant: bool, *, answer: bool = False) -> dict[str, Any]:
    facts: dict[str, Any]
    match value:
        case Text():
            facts = {
                "type": "string",
                "format": value.format,
                "enum": _choices(value, tolerant),
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
            return _schema(value.of, tolerant)
        case Listed():
            facts = {
                "type": "array",
                "items": _schema(value.of, tolerant, answer=answer)
                | _about(value.each, summary="x-ms-summary"),
                "minItems": value.least or None,
            }
        case Thing():
            shown = [member for member in value.members if tolerant or not member.extension]
            facts = {
                "type": "object",
                "properties": {member.name: _member(member, tolerant, answer) for member in shown},
                "required": [m.name for m in shown if (m.needed if tolerant else m.required)],
            }
    return {name: fact for name, fact in facts.items() if name == "properties" or fact not in (None, "", [])}


def _choices(value: Text, tolerant: bool) -> list[str]:
    if not tolerant or not value.choices:
        return list(value.choices)
    return [*value.choices, *value.more, *([""] if value.blank else [])]


def _member(member: Member, tolerant: bool, answer: bool) -> dict[str, Any]:
    made = _schema(member.value, tolerant, answer=answer) | _about(member.about, summary="x-ms-summary")
    if tolerant and not member.needed and not answer:
        made["x-nullable"] = True
    return made | _flag(member.extension)


def _flag(extension: bool) -> dict[str, Any]:
    return {"x-viesti-extension": True} if extension else {}


def _about(about: About, *, summary: str = "summary") -> dict[str, Any]:
    made: dict[str, Any] = {
        summary: about.summary,
        "description": about.description,
        "x-ms-visibility": about.visibility,
        "x-ms-notification-url": about.notification_url,
        "x-ms-dynamic-values": _dynamic(about.dynamic),
    }
    return {name: fact for name, fact in made.items() if fact}


def _dynamic(values: DynamicValues | None) -> dict[str, Any] | None:
    if values is None:
        return None
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
