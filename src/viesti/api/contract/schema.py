"""Describes values as JSON Schema, in the dialect of OpenAPI 3.1.

Rule: it is what is served. What is taken beyond an original's contract is in it, null where it is taken, and
an answer promises the members that its struct always writes, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from viesti.api.contract.values import (
    PLAIN,
    About,
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

Schema = dict[str, Any]
EMPTY_OR_MOMENT: Schema = {"type": "string", "anyOf": [{"format": "date-time"}, {"const": ""}]}


def asked(value: Value, about: About = PLAIN) -> Schema:
    """What a request may have for this value."""
    return _schema(value, written=False) | told(about)


def answered(value: Value) -> Schema:
    """What an answer, or a call of ours, has for this value."""
    return _schema(value, written=True)


def told(about: About) -> Schema:
    """What people are told of it."""
    facts = {
        "title": about.summary,
        "description": about.description,
        "examples": [about.example] if about.example is not None else None,
    }
    return {name: fact for name, fact in facts.items() if fact}


def _schema(value: Value, *, written: bool) -> Schema:
    facts: Schema
    match value:
        case Text():
            blank = [""] if value.blank and not written else []
            facts = {
                "type": "string",
                "format": value.format or None,
                "enum": [*value.choices, *value.more, *blank] if value.choices else None,
                "maxLength": value.max_length,
                "minLength": value.least or None,
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
            facts = {"type": "boolean"}
        case Moment():
            facts = {"type": "string", "format": "date-time"}
        case Scalars():
            facts = {
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
            }
        case OneOrMore():
            one = _schema(value.of, written=written)
            facts = {"anyOf": [one, {"type": "array", "items": one}]}
        case Listed():
            facts = {
                "type": "array",
                "items": _schema(value.of, written=written) | told(value.each),
                "minItems": value.least or None,
            }
        case Thing():
            facts = _written(value) if written else _read(value)
    return {name: fact for name, fact in facts.items() if fact is not None}


def _read(thing: Thing) -> Schema:
    needed = [member.name for member in thing.members if member.needed]
    return {
        "type": "object",
        "properties": {member.name: _read_member(member) for member in thing.members},
        "required": needed or None,
    }


def _read_member(member: Member) -> Schema:
    made = _schema(member.value, written=False)
    if not member.needed:
        made = _or_null(made)
    return made | told(member.about) | _flag(member)


def _written(thing: Thing) -> Schema:
    fields = _fields(thing.make) if thing.make else {}
    always = [m.name for m in thing.members if m.required or always_written(thing, m)]
    properties = {}
    for member in thing.members:
        made = _schema(member.value, written=True)
        if member.to in fields:
            kinds = _kinds(fields[member.to].type)
            if isinstance(member.value, Moment) and datetime not in kinds:
                made = dict(EMPTY_OR_MOMENT)
            if NoneType in kinds and not _leaves_out_defaults(thing):
                made = _or_null(made)
        properties[member.name] = made | told(member.about) | _flag(member)
    return {"type": "object", "properties": properties, "required": always or None}


def always_written(thing: Thing, member: Member) -> bool:
    """Whether an answer never goes out without this member."""
    if thing.make is None:
        return False
    field = _fields(thing.make)[member.to]
    if _leaves_out_defaults(thing) and not field.required:
        return False
    return msgspec.UnsetType not in _kinds(field.type)


@cache
def _fields(make: type[msgspec.Struct]) -> Mapping[str, FieldInfo]:
    """The struct's fields by name; asked for often, and slow to find out."""
    return {field.name: field for field in msgspec.structs.fields(make)}


def _leaves_out_defaults(thing: Thing) -> bool:
    return thing.make is not None and thing.make.__struct_config__.omit_defaults


def _kinds(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _or_null(made: Schema) -> Schema:
    if "anyOf" in made:
        return made | {"anyOf": [*made["anyOf"], {"type": "null"}]}
    nullable = made | {"type": [made["type"], "null"]}
    return nullable | {"enum": [*made["enum"], None]} if "enum" in made else nullable


def _flag(member: Member) -> Schema:
    return {"x-viesti-extension": True} if member.extension else {}
