"""Reads parameters in headers, path and query, as designers print them.

Rule: a blank header or query value is as if left out; true and false come in any letter case. A path has been
unescaped once by the server, and is not unescaped again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from starlette.types import Scope

from viesti.api.answer import FieldError
from viesti.api.contract.operation import Parameter
from viesti.api.contract.reading import MISSING, Reader, reader
from viesti.api.contract.values import Moment, Text, Truth, Whole

MAX_QUERY_FIELDS = 100

# (ASGI scope, headers, problems) -> fields by name.
ParametersReader: TypeAlias = Callable[[Scope, Mapping[bytes, bytes], list[FieldError]], dict[str, Any]]


def parameters_reader(parameters: tuple[Parameter, ...]) -> ParametersReader:
    """The function that reads the parameters of an operation."""
    parameters = tuple([p for p in parameters if p.to])
    headers = [(p.name.lower().encode(), p, _from_text(p)) for p in parameters if p.where == "header"]
    in_path = [(p, _from_text(p)) for p in parameters if p.where == "path"]
    in_query = [(p, _from_text(p)) for p in parameters if p.where == "query"]

    def read(scope: Scope, sent: Mapping[bytes, bytes], problems: list[FieldError]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for header, parameter, convert in headers:
            text = sent.get(header, b"").decode("latin-1").strip()
            _put(fields, parameter, convert, text, problems)
        for parameter, convert in in_path:
            _put(fields, parameter, convert, scope["path_params"][parameter.to], problems)
        if in_query:
            query = _query(scope["query_string"])
            for parameter, convert in in_query:
                _put(fields, parameter, convert, query.get(parameter.name.lower(), ""), problems)
        return fields

    return read


def _put(
    fields: dict[str, Any], parameter: Parameter, convert: Reader, text: str, problems: list[FieldError]
) -> None:
    if text:
        fields[parameter.to] = convert(text, parameter.name, problems)
    elif parameter.needed:
        problems.append(FieldError(parameter.name, MISSING))


def _query(octets: bytes) -> dict[str, str]:
    """The first value of each name, in lower case. One that can't be read is no parameter of ours."""
    try:
        pairs = parse_qsl(octets.decode("latin-1"), max_num_fields=MAX_QUERY_FIELDS)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name.lower(), value.strip())
    return found


def _from_text(parameter: Parameter) -> Reader:
    read = reader(parameter.value)
    match parameter.value:
        case Text():
            return read
        case Moment():
            return lambda text, place, problems: read(_as_moment(text), place, problems)
        case Truth():
            return lambda text, place, problems: read(_as_truth(text), place, problems)
        case Whole():
            return lambda text, place, problems: read(_as_whole(text), place, problems)


def _as_moment(text: str) -> str:
    """With the `+` of its offset, which becomes a space in a query where it was not escaped."""
    return text.replace(" ", "+") if "T" in text else text


def _as_truth(text: str) -> object:
    return {"true": True, "false": False}.get(text.strip().lower(), text)


def _as_whole(text: str) -> object:
    digits = text.strip()
    return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) <= 20 else text
