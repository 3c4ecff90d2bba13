"""Small changes to a package, by the path to what is changed: `d` the definition, `p` the properties, `s` the
settings, `c` the properties for certification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tests.unit.connector.check.good import Draft

Change: TypeAlias = Callable[[Draft], None]

BOOKS = ("d", "paths", "/books", "get")
PEOPLE = ("d", "paths", "/books/{Book}/people")
ADD = (*PEOPLE, "post")
BODY = (*ADD, "parameters", 2, "schema")
HOOKS = ("d", "paths", "/hooks")
HOOK = (*HOOKS, "post")
URL = (*HOOK, "parameters", 0, "schema", "properties", "url")
REMOVE = ("d", "paths", "/hooks/{id}", "delete")
POLL = ("d", "paths", "/news", "get")
LOOKUP = (*PEOPLE, "parameters", 0, "x-ms-dynamic-values")
TWIN = (*PEOPLE, "parameters", 0, "x-ms-dynamic-list")
OAUTH = ("p", "connectionParameters", "token", "oAuthSettings")


def put(*path_and_value: Any) -> Change:
    """Sets the value (the last argument) at the path."""
    *path, value = path_and_value

    def change(draft: Draft) -> None:
        holder = found(draft, path[:-1])
        holder[path[-1]] = value

    return change


def drop(*path: Any) -> Change:
    """Removes what is at the path."""

    def change(draft: Draft) -> None:
        del found(draft, path[:-1])[path[-1]]

    return change


def add(*path_and_value: Any) -> Change:
    """Appends the value to the list at the path."""
    *path, value = path_and_value
    return lambda draft: found(draft, path).append(value)


def rename(*path_and_name: Any) -> Change:
    """Gives a member another name, in its place."""
    *path, name = path_and_name

    def change(draft: Draft) -> None:
        holder = found(draft, path[:-1])
        members = [(name if key == path[-1] else key, value) for key, value in holder.items()]
        holder.clear()
        holder.update(members)

    return change


def move(path: tuple[Any, ...], to: tuple[Any, ...]) -> Change:
    """Puts what is at one path to another."""

    def change(draft: Draft) -> None:
        found(draft, to[:-1])[to[-1]] = found(draft, path[:-1]).pop(path[-1])

    return change


def file(name: str, octets: bytes | None) -> Change:
    """Writes a file as it stands; None: it is not there."""
    return lambda draft: draft.raw.update({name: octets})


def rewritten(name: str, before: bytes, after: bytes) -> Change:
    """Replaces octets in a file."""

    def change(draft: Draft) -> None:
        octets = draft.packed()[name]
        assert before in octets
        draft.raw[name] = octets.replace(before, after, 1)

    return change


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(draft: Draft) -> None:
        for each in changes:
            each(draft)

    return change


def found(draft: Draft, path: Any) -> Any:
    """What is at a path."""
    root, *steps = path
    here = {"d": draft.d, "p": draft.p, "s": draft.settings, "c": draft.certified}[root]
    for step in steps:
        here = here[step]
    return here
