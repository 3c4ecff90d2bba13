"""Describes operations as an OpenAPI 2.0 document, with the extensions that connectors know.

Rule: everything in it comes from the declarations that requests are read by. `tolerant` adds what is taken
beyond the original's contract (our extensions, null for what may be left out), for tests of the real thing;
`style` says it in general, and is CONNECTOR for the definitions that are imported as connectors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from viesti.api.contract.errors import ERROR, SAID, errors_of
from viesti.api.contract.operation import AnyOperation, Parameter, Reply
from viesti.api.contract.swagger_schema import CONTRACT, TOLERANT, Style, about_of, schema_of
from viesti.api.contract.values import About

__all__ = ["ERROR", "document"]

# The body has a name on the wire's side only; a designer shows this.
BODY = {"x-ms-summary": "Request Body", "description": "What is sent, as JSON."}
# What the answer to a subscription has beside its body.
LOCATION = {"Location": {"type": "string", "description": "What to delete when no more calls are wanted."}}


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
    style: Style = CONTRACT,
) -> dict[str, Any]:
    """The document. `security`: security definitions by name; every one of them is demanded. `error`: the
    schema of all errors."""
    style = TOLERANT if tolerant else style
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        of_path = paths.setdefault(operation.path, {})
        if operation.described:
            of_path[operation.method.lower()] = _operation(operation, error, style)
        if operation.trigger:
            of_path["x-ms-notification-content"] = about_of(About(description=operation.trigger.about)) | {
                "schema": schema_of(operation.trigger.notification, style, answer=True)
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


def _operation(operation: AnyOperation, error: Mapping[str, Any], style: Style) -> dict[str, Any]:
    parameters = [_parameter(p, style) for p in operation.parameters if style.extensions or not p.extension]
    if operation.body:
        body = {"name": operation.body_name, "in": "body", "required": True}
        parameters.append(
            body | {"schema": schema_of(operation.body, style)} | (BODY if style.designer else {})
        )
    made = {"operationId": operation.id, **about_of(operation.about, style), "parameters": parameters}
    replies = [reply for reply in operation.replies if style.extensions or not reply.extension]
    errors = errors_of(operation) if style.designer else operation.errors
    made["responses"] = {str(reply.status): _reply(reply, style) for reply in replies} | {
        str(status): {"description": SAID[status], "schema": error} for status in sorted(errors)
    }
    if operation.deprecated:
        made["deprecated"] = True
    if operation.trigger:
        made["x-ms-trigger"] = "single"
        if style.designer:
            for reply in replies:
                made["responses"][str(reply.status)]["headers"] = LOCATION
        if operation.trigger.hint:
            made["x-ms-trigger-hint"] = operation.trigger.hint
    return made


def _parameter(parameter: Parameter, style: Style) -> dict[str, Any]:
    required = parameter.needed if style.as_read else parameter.required
    made = {"name": parameter.name, "in": parameter.where, "required": required}
    made |= schema_of(parameter.value, style if style.designer else CONTRACT)
    if parameter.encoding:
        made["x-ms-url-encoding"] = parameter.encoding
    return made | about_of(parameter.about, style, "x-ms-summary", ours=parameter.extension)


def _reply(reply: Reply, style: Style) -> dict[str, Any]:
    made: dict[str, Any] = {"description": reply.about}
    if reply.value is not None:
        made["schema"] = schema_of(reply.value, style, answer=True)
    return made
