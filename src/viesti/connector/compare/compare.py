"""Compares the facts of two definitions, operation by operation.

Rule: an operation is the same one if it has the same id; if none has, it is the one at its method and path,
and its id is what changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from viesti.connector.compare.facts import Facts
from viesti.connector.compare.kinds import Change
from viesti.connector.compare.members import members
from viesti.connector.compare.values import change, values


def compare(was: Facts, now: Facts) -> list[Change]:
    """All changes from one to the other, both as `condense` gives them."""
    return [*_document(was, now), *_lookups(was["operations"], now["operations"])]


def _document(was: Facts, now: Facts) -> Iterator[Change]:
    if was.get("base_path", now["base_path"]) != now["base_path"]:
        yield change("base-path-changed", "definition", was["base_path"], now["base_path"])
    before, after = was["operations"], now["operations"]
    met = {name for name in before if name in after}
    for name, facts in before.items():
        if name in after:
            yield from _operation(facts, after[name], name)
            continue
        other = _successor(name, facts, before, after)
        if other is None:
            hidden = facts["method"] == "DELETE" and facts.get("visibility") == "internal"
            yield change("hidden-delete-removed" if hidden else "operation-removed", name)
            continue
        met.add(other)
        case = other.lower() == name.lower()
        yield change("operation-casing" if case else "operation-renamed", name, name, other)
        yield from _operation(facts, after[other], name)
    for name in after:
        if name not in met:
            yield change("operation-added", name)


def _successor(
    name: str, facts: Facts, before: Mapping[str, Facts], after: Mapping[str, Facts]
) -> str | None:
    """What an operation that is gone is called now."""
    for other, there in after.items():
        same = (there["method"], there["path"]) == (facts["method"], facts["path"])
        if other not in before and (other.lower() == name.lower() or same):
            return other
    return None


def _operation(was: Facts, now: Facts, name: str) -> Iterator[Change]:
    if was["method"] != now["method"]:
        yield change("method-changed", name, was["method"], now["method"])
    if was["path"] != now["path"]:
        case = was["path"].lower() == now["path"].lower()
        yield change("path-casing" if case else "path-changed", name, was["path"], now["path"])
    if was.get("trigger") != now.get("trigger"):
        yield change("trigger-changed", name, was.get("trigger"), now.get("trigger"))
    if was.get("visibility", "") != now.get("visibility", ""):
        yield change("visibility-changed", name, was.get("visibility"), now.get("visibility"))
    if was.get("deprecated", False) != now.get("deprecated", False):
        yield change("deprecation-changed", name)
    yield from _parameters(was["parameters"], now["parameters"], name)
    yield from _body(was.get("body"), now.get("body"), name)
    yield from _answers(was["answers"], now["answers"], name)
    yield from _notification(was.get("notification"), now.get("notification"), name)
    for status in was.get("errors", ()):
        if status not in now.get("errors", (status,)):
            yield change("refusal-removed", f"{name}, answer {status}")
    for status in now.get("errors", ()):
        if status not in was.get("errors", (status,)):
            yield change("refusal-added", f"{name}, answer {status}")


def _parameters(was: Mapping[str, Facts], now: Mapping[str, Facts], name: str) -> Iterator[Change]:
    met = {key for key in was if key in now}
    for key, facts in was.items():
        place = f"{name}, {key}"
        if key in now:
            yield from values(facts, now[key], place, asked=True)
            continue
        kind, other = _met_again(key, was, now)
        yield change(kind, place, key if other else None, other)
        if other:
            met.add(other)
            yield from values(facts, now[other], place, asked=True)
    for key, facts in now.items():
        if key not in met:
            kind = "parameter-added-required" if facts.get("required") else "parameter-added"
            yield change(kind, f"{name}, {key}")


def _met_again(key: str, was: Mapping[str, Facts], now: Mapping[str, Facts]) -> tuple[str, str | None]:
    """Where a parameter went that is not in its place: the kind of change, and what it is called now."""
    _, _, label = key.partition(" ")
    for other in now:
        if other not in was and other.lower() == key.lower():
            return "parameter-casing", other
    for other in now:
        if other not in was and other.partition(" ")[2] == label:
            return "parameter-moved", other
    return "parameter-removed", None


def _body(was: Facts | None, now: Facts | None, name: str) -> Iterator[Change]:
    place = f"{name}, body"
    if was is None and now is not None:
        required = any(facts.get("required") for facts in now["members"].values())
        yield change("body-added-required" if required else "body-added", place)
    elif was is not None and now is None:
        yield change("body-removed", place)
    elif was is not None and now is not None:
        before, after = was.get("name"), now.get("name")
        if before and after and before != after:
            yield change("body-renamed", place, before, after)
        yield from members(was["members"], now["members"], place, asked=True)


def _answers(was: Mapping[str, Facts | None], now: Mapping[str, Facts | None], name: str) -> Iterator[Change]:
    for status, before in was.items():
        place = f"{name}, answer {status}"
        if status not in now:
            yield change("status-removed", place)
            continue
        after = now[status]
        if before is None or after is None:
            if before != after:
                yield change("answer-body-added" if before is None else "answer-body-removed", place)
        else:
            yield from members(before, after, place, asked=False)
    for status in now:
        if status not in was:
            yield change("status-added", f"{name}, answer {status}")


def _notification(was: Facts | None, now: Facts | None, name: str) -> Iterator[Change]:
    place = f"{name}, notification"
    if was is None or now is None:
        if was != now:
            yield change("notification-added" if was is None else "notification-removed", place)
    else:
        yield from members(was, now, place, asked=False)


def _lookups(was: Mapping[str, Facts], now: Mapping[str, Facts]) -> Iterator[Change]:
    """Look-ups whose operation was there and is not any more."""
    for name, facts in now.items():
        found = [*facts["parameters"].items(), *facts.get("body", {}).get("members", {}).items()]
        for key, value in found:
            called = value.get("dynamic", {}).get("operationId")
            if called and called not in now and called in was:
                yield change("lookup-operation-gone", f"{name}, {key}", called)
