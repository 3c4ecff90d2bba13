"""A call of an operation as a shell can make it with curl.

Rule: it is made from the declaration; what may be left out is left out, so that the shortest good call is
seen.
"""

from __future__ import annotations

import json
import shlex
from urllib.parse import quote, urlencode

from viesti.api.contract import examples
from viesti.api.contract.face import Credentials, Face
from viesti.api.contract.openapi import taken
from viesti.api.contract.operation import AnyOperation, Parameter

_WIDTH = 88  # of a line before it is broken


def call(face: Face, operation: AnyOperation) -> str:
    """The command; `$API` is the base address, `$KEY` and `$TOKEN` are the caller's."""
    words = ["curl"]
    if operation.scope is not None:
        words.append(credentials(face))
    if operation.method != ("POST" if operation.body else "GET"):
        words.append(f"-X {operation.method}")
    words.append(f'"$API{_path(operation)}"')
    words += [f"-H {shlex.quote(f'{one.name}: {_text(one)}')}" for one in _wanted(operation, "header")]
    if operation.body:
        body = json.dumps(examples.body(operation.body), ensure_ascii=False, indent=2)
        words.append(f"-d {shlex.quote(body)}")
    return _broken(words)


def credentials(face: Face) -> str:
    """The option that shows who calls."""
    return '-u "$KEY"' if Credentials.BASIC in face.credentials else '-H "Authorization: Bearer $TOKEN"'


def _path(operation: AnyOperation) -> str:
    path = operation.path
    for one in _wanted(operation, "path"):
        path = path.replace(f"{{{one.name}}}", quote(_text(one), safe="/" if one.slashes else ""))
    query = {one.name: _text(one) for one in _wanted(operation, "query")}
    return f"{path}?{urlencode(query)}" if query else path


def _wanted(operation: AnyOperation, where: str) -> list[Parameter]:
    return [one for one in taken(operation) if one.where == where and (one.needed or one.required)]


def _text(parameter: Parameter) -> str:
    value = examples.of_parameter(parameter)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _broken(words: list[str]) -> str:
    """In lines, where it would be long."""
    whole = " ".join(words)
    if len(whole) <= _WIDTH and "\n" not in whole:
        return whole
    first = [word for word in words if not word.startswith(("-H '", "-d "))]
    rest = words[len(first) :]
    return " \\\n  ".join([" ".join(first), *rest])
