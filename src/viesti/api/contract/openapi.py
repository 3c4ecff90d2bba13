"""Describes an API as an OpenAPI 3.1 document.

Rule: everything in it comes from the declarations that requests are read by, and it is what is served: an
operation that is served is in it, and so is each status that a call of it can be answered with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from viesti.api.contract import examples
from viesti.api.contract.errors import errors_of
from viesti.api.contract.face import Credentials, Face
from viesti.api.contract.openapi_parts import (
    HEADERS,
    error_name,
    error_reply,
    error_schema,
    security_schemes,
)
from viesti.api.contract.operation import AnyOperation, Parameter, Reply
from viesti.api.contract.schema import Schema, answered, asked
from viesti.api.contract.values import Member, Thing
from viesti.protocols.webhook import signature

OPENAPI = "3.1.0"
JSON = "application/json"
BUDGET = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
# The headers of a call of ours, by Standard Webhooks.
SIGNED: Mapping[str, str] = {
    signature.ID: "The same for every try of one call, so that a repeat can be told.",
    signature.TIMESTAMP: "When this try was made, in Unix seconds. Refuse one that is five minutes off.",
    signature.SIGNATURE: "v1 and the HMAC-SHA256 of id.timestamp.body in base64, by the customer's secret.",
}


def document(face: Face, base_url: str) -> dict[str, Any]:
    """The document. `base_url`: where callers reach us."""
    paths: dict[str, dict[str, Any]] = {}
    for section in face.sections:
        for operation in section.operations:
            made = _operation(face, operation) | {"tags": [section.name]}
            paths.setdefault(operation.path, {})[operation.method.lower()] = made
    statuses = sorted({status for each in face.operations for status in errors_of(each)})
    return {
        "openapi": OPENAPI,
        "info": {"title": face.title, "version": face.version, "description": face.about},
        "servers": [{"url": base_url.rstrip("/") + face.base}],
        "tags": [{"name": section.name, "description": section.about} for section in face.sections],
        "paths": paths,
        "components": {
            "schemas": {"Error": error_schema(face.error)},
            "headers": {name: dict(made) for name, made in HEADERS.items()},
            "responses": {error_name(status): error_reply(status, BUDGET) for status in statuses},
            "securitySchemes": security_schemes(face, base_url),
        },
    }


def taken(operation: AnyOperation) -> tuple[Parameter, ...]:
    """The parameters that are read; others are described for designers, who send them."""
    return tuple([parameter for parameter in operation.parameters if parameter.to])


def callback_place(operation: AnyOperation) -> tuple[str, ...]:
    """The names on the way to the URL in the body that we are to call; none when there is no such."""
    return next(_places(operation.body), ()) if operation.body else ()


def _operation(face: Face, operation: AnyOperation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.about.summary,
        "description": operation.about.description,
        "parameters": [_parameter(parameter) for parameter in taken(operation)],
        "security": _security(face, operation),
    }
    if operation.body:
        content = {"schema": asked(operation.body), "example": examples.body(operation.body)}
        made["requestBody"] = {"required": True, "content": {JSON: content}}
    made["responses"] = _replies(operation) | {
        str(status): {"$ref": f"#/components/responses/{error_name(status)}"}
        for status in sorted(errors_of(operation))
    }
    if operation.deprecated or not operation.described:
        made["deprecated"] = True
    if operation.trigger:
        place = callback_place(operation)
        made["callbacks"] = {"event": {f"{{$request.body#/{'/'.join(place)}}}": {"post": _call(operation)}}}
    return {name: fact for name, fact in made.items() if fact not in ("", [])}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.needed,
        "schema": asked(parameter.value),
        "description": parameter.about.description or parameter.about.summary,
    }
    if parameter.about.example is not None:
        made["example"] = parameter.about.example
    if parameter.extension:
        made["x-viesti-extension"] = True
    return made


def _security(face: Face, operation: AnyOperation) -> list[dict[str, list[str]]]:
    """Any one of them opens it. A key opens all that its customer may do, so it has no scope."""
    scopes = [str(operation.scope)] if operation.scope else []
    without = (Credentials.BASIC,) if operation.scope else face.credentials
    made = {one.value: [] if one in without else scopes for one in face.credentials}
    nobody: list[dict[str, list[str]]] = [{}] if operation.scope is None else []
    return [*nobody, *({name: asked_for} for name, asked_for in made.items())]


def _replies(operation: AnyOperation) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status in sorted({reply.status for reply in operation.replies}):
        made[str(status)] = _reply(operation, [each for each in operation.replies if each.status == status])
    return made


def _reply(operation: AnyOperation, replies: list[Reply]) -> dict[str, Any]:
    """One status. Where it may have one of several bodies, any of them."""
    names = [*BUDGET, *(["location"] if operation.trigger else [])]
    made: dict[str, Any] = {"description": replies[0].about}
    made["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    values = [reply.value for reply in replies if reply.value is not None]
    if values:
        schemas: list[Schema] = [answered(value) for value in values]
        made["content"] = {
            JSON: {
                "schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas},
                "example": examples.answer(values[0]),
            }
        }
    return made


def _call(operation: AnyOperation) -> dict[str, Any]:
    """The call that we make when what was subscribed to happens."""
    assert operation.trigger
    notification = operation.trigger.notification
    content = {"schema": answered(notification), "example": examples.answer(notification)}
    return {
        "operationId": f"{operation.id}Event",
        "summary": operation.trigger.about or operation.about.summary,
        "description": "Answer any 2xx at once. What is not taken is sent again, with the same webhook-id.",
        "security": [],
        "parameters": [_signed(name, about) for name, about in SIGNED.items()],
        "requestBody": {"required": True, "content": {JSON: content}},
        "responses": {
            "2XX": {"description": "It was taken."},
            "410": {"description": "It is not wanted any more; the subscription ends when that stays so."},
        },
    }


def _signed(name: str, about: str) -> dict[str, Any]:
    given = {"name": name, "in": "header", "required": name == signature.ID}
    return given | {"schema": {"type": "string"}, "description": about}


def _places(thing: Thing, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for member in thing.members:
        yield from _places_in(member, (*before, member.name))


def _places_in(member: Member, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if member.about.notification_url:
        yield place
    elif isinstance(member.value, Thing):
        yield from _places(member.value, place)
