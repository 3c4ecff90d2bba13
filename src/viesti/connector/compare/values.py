"""Compares single values: a parameter or a member with what it was.

Rule: a fact that is missing is one more value of it, so that what is dropped is a change like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from viesti.connector.compare.facts import Facts
from viesti.connector.compare.kinds import KINDS, Change

# Facts of which any change is of one kind. An encoding that is not told is a single one.
_PLAIN: Mapping[str, tuple[str, Any]] = {
    "type": ("type-changed", None),
    "format": ("format-changed", None),
    "encoding": ("encoding-changed", "single"),
    "notification_url": ("address-moved", False),
}
# A look-up gives another value when one of these changes; the rest is how it is found and shown.
_TELLING = ("operationId", "value-path")


def values(was: Facts, now: Facts, place: str, *, asked: bool) -> Iterator[Change]:
    """The changes of a value. `asked`: callers give it; otherwise they get it."""
    for fact, (kind, usual) in _PLAIN.items():
        if fact == "format" and was.get("type") != now.get("type"):
            continue
        if was.get(fact, usual) != now.get(fact, usual):
            yield change(kind, place, was.get(fact), now.get(fact))
    yield from _choices(was.get("enum"), now.get("enum"), place, asked)
    yield from _visibility(was, now, place, asked)
    yield from _lookup(was.get("dynamic"), now.get("dynamic"), place)
    if asked:
        yield from _asked(was, now, place)


def _asked(was: Facts, now: Facts, place: str) -> Iterator[Change]:
    if was.get("required", False) != now.get("required", False):
        yield change("required-now" if now.get("required") else "optional-now", place)
    if was.get("default") != now.get("default"):
        yield change("default-changed", place, was.get("default"), now.get("default"))
    before, after = (facts.get("max_length", float("inf")) for facts in (was, now))
    if before != after:
        kind = "length-limited" if after < before else "length-relaxed"
        yield change(kind, place, was.get("max_length"), now.get("max_length"))


def _choices(was: list[Any] | None, now: list[Any] | None, place: str, asked: bool) -> Iterator[Change]:
    if was is None and now is not None:
        yield change("choices-limited" if asked else "choice-added", place, None, now)
    elif was is not None and now is None:
        yield change("choices-opened", place, was, None)
    elif was is not None and now is not None:
        written = {_folded(each): each for each in now}
        kept = set()
        for each in was:
            if each in now:
                continue
            other = written.get(_folded(each))
            kept.add(_folded(each))
            yield change("choice-removed" if other is None else "choice-casing", place, each, other)
        for each in now:
            if each not in was and _folded(each) not in kept:
                yield change("choice-added", place, None, each)


def _visibility(was: Facts, now: Facts, place: str, asked: bool) -> Iterator[Change]:
    before, after = was.get("visibility", ""), now.get("visibility", "")
    if before != after:
        hidden = after == "internal" and asked
        yield change("hidden-now" if hidden else "visibility-changed", place, before, after)


def _lookup(was: Facts | None, now: Facts | None, place: str) -> Iterator[Change]:
    if was == now:
        return
    if was is None or now is None:
        yield change("lookup-added" if was is None else "lookup-removed", place)
    elif any(was.get(name) != now.get(name) for name in _TELLING):
        yield change("lookup-changed", place, was, now)
    else:
        yield change("lookup-told-differently", place, was, now)


def change(kind: str, place: str, was: Any = None, now: Any = None) -> Change:
    """A change, with the values written out."""
    return Change(KINDS[kind], place, _written(was), _written(now))


def _written(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=True)


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
