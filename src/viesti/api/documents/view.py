"""An API in the words of its page.

Rule: everything here is text to be shown, made from the declarations; how it is shown is the template's
matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from viesti.api.contract import examples
from viesti.api.contract.errors import errors_of
from viesti.api.contract.face import Face
from viesti.api.contract.openapi import callback_place, taken
from viesti.api.contract.operation import AnyOperation, Parameter, Reply
from viesti.api.contract.schema import always_written
from viesti.api.contract.values import Listed, Member, Thing, Value
from viesti.api.documents.curl import call
from viesti.api.documents.words import choices, kind


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a member. `name`: with the objects and lists it is in; `must`: it has to be there, or
    always is; `ours`: it is not in the original that the API is like."""

    name: str
    kind: str
    about: str
    choices: tuple[str, ...]
    must: bool
    ours: bool


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """`example`: as JSON, empty when there is no body."""

    status: int
    about: str
    kind: str
    rows: tuple[Row, ...]
    example: str
    ours: bool


@dataclass(frozen=True, slots=True)
class TriggerShown:
    """What we call, and where the address to call comes from."""

    about: str
    hint: str
    place: str
    rows: tuple[Row, ...]
    example: str


@dataclass(frozen=True, slots=True)
class OperationShown:
    """`scope`: what a connection needs, '' for none; `open`: it needs no credentials at all."""

    id: str
    method: str
    path: str
    title: str
    about: str
    scope: str
    open: bool
    deprecated: bool
    parameters: tuple[tuple[str, Row], ...]  # with where they stand
    body: tuple[Row, ...]
    curl: str
    replies: tuple[ReplyShown, ...]
    errors: tuple[int, ...]
    trigger: TriggerShown | None


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A section; `anchor`: where it is on the page."""

    anchor: str
    name: str
    about: str
    operations: tuple[OperationShown, ...]


def sections(face: Face) -> tuple[SectionShown, ...]:
    """All that a page shows of the operations."""
    return tuple(
        [
            SectionShown(
                anchor=section.name.lower().replace(" ", "-"),
                name=section.name,
                about=section.about,
                operations=tuple([_operation(face, each) for each in section.operations]),
            )
            for section in face.sections
        ]
    )


def _operation(face: Face, operation: AnyOperation) -> OperationShown:
    return OperationShown(
        id=operation.id,
        method=operation.method,
        path=face.base + operation.path,
        title=operation.about.summary or operation.id,
        about=operation.about.description,
        scope=operation.scope or "",
        open=operation.scope is None,
        deprecated=operation.deprecated or not operation.described,
        parameters=tuple([(one.where, _parameter(one)) for one in taken(operation)]),
        body=tuple(_asked(operation.body)) if operation.body else (),
        curl=call(face, operation),
        replies=tuple([_reply(reply) for reply in operation.replies]),
        errors=tuple(sorted(errors_of(operation))),
        trigger=_trigger(operation),
    )


def _trigger(operation: AnyOperation) -> TriggerShown | None:
    trigger = operation.trigger
    if trigger is None:
        return None
    return TriggerShown(
        about=trigger.about,
        hint=trigger.hint,
        place=".".join(callback_place(operation)),
        rows=tuple(_answered(trigger.notification)),
        example=_json(examples.answer(trigger.notification)),
    )


def _parameter(one: Parameter) -> Row:
    about = one.about.description or one.about.summary
    return Row(one.name, kind(one.value), about, choices(one.value), one.needed, one.extension)


def _reply(reply: Reply) -> ReplyShown:
    value = reply.value
    return ReplyShown(
        status=reply.status,
        about=reply.about,
        kind=kind(value) if value is not None else "",
        rows=tuple(_answered(value)) if value is not None else (),
        example=_json(examples.answer(value)) if value is not None else "",
        ours=reply.extension,
    )


def _asked(thing: Thing, before: str = "") -> Iterator[Row]:
    for member in thing.members:
        yield _member(member, before, member.needed)
        inner, place = _inside(member.value, before + member.name)
        if inner:
            yield from _asked(inner, place)


def _answered(value: Value, before: str = "") -> Iterator[Row]:
    thing, place = _inside(value, before.removesuffix("."))
    if thing is None:
        return
    for member in thing.members:
        yield _member(member, place, member.required or always_written(thing, member))
        yield from _answered(member.value, f"{place}{member.name}.")


def _inside(value: Value, place: str) -> tuple[Thing | None, str]:
    """The object in a value, and what stands before the names of its members."""
    match value:
        case Thing():
            return value, f"{place}." if place else ""
        case Listed():
            return _inside(value.of, f"{place}[]")
        case _:
            return None, ""


def _member(member: Member, before: str, must: bool) -> Row:
    about = member.about.description or member.about.summary
    return Row(before + member.name, kind(member.value), about, choices(member.value), must, member.extension)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
