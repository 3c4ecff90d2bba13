"""Compares bodies: their members by their places, in what is asked, answered and sent.

Rule: where a whole object comes, goes or becomes something else, it is told once, and not again for each of
its members.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from viesti.connector.compare.facts import Facts
from viesti.connector.compare.kinds import Change
from viesti.connector.compare.values import change, values


def members(
    was: Mapping[str, Facts], now: Mapping[str, Facts], place: str, *, asked: bool
) -> Iterator[Change]:
    """The changes of a body."""
    other_case = _other_case(was, now)
    for name, facts in was.items():
        here = f"{place} {name}" if name != "." else place
        renamed = _under(name, other_case)
        if name in now:
            yield from values(facts, now[name], here, asked=asked)
        elif name in other_case:
            yield change("member-casing", here, name, other_case[name])
        elif renamed in now:
            yield from values(facts, now[renamed], here, asked=asked)
        elif (_parent(name) in now or _parent(name) not in was) and not _retyped(was, now, _parent(name)):
            yield change("member-removed", here)
    known = {_under(name, other_case) for name in was} | set(other_case.values())
    for name, facts in now.items():
        if name in was or name in known:
            continue
        parent = _parent(name)
        if _retyped(was, now, parent):
            continue
        if parent in was or parent in known or parent not in now:
            required = asked and facts.get("required", False)
            yield change("member-added-required" if required else "member-added", f"{place} {name}")


def _retyped(was: Mapping[str, Facts], now: Mapping[str, Facts], place: str) -> bool:
    """Whether what is there is something else now, such as a list, so that its members can't be compared."""
    return place in was and place in now and was[place].get("type") != now[place].get("type")


def _other_case(was: Mapping[str, Facts], now: Mapping[str, Facts]) -> dict[str, str]:
    """Members that only have another letter case now, by the name they had; the outermost of each."""
    written = {name.lower(): name for name in now}
    found: dict[str, str] = {}
    for name in was:
        other = written.get(name.lower())
        if name not in now and other is not None and _last(other) != _last(name):
            found[name] = other
    return found


def _under(name: str, renamed: Mapping[str, str]) -> str:
    """The place of a member when one above it is written differently."""
    for before, after in sorted(renamed.items(), key=lambda pair: -len(pair[0])):
        if name != before and name.startswith((f"{before}.", f"{before}[")):
            return after + name[len(before) :]
    return name


def _parent(name: str) -> str:
    """The place that a member is in: `a` for `a.b` and `a[]`, and the body for a first member."""
    shorter = name.removesuffix("[]") if name.endswith("[]") else name.rpartition(".")[0]
    return shorter or "."


def _last(name: str) -> str:
    return name.rpartition(".")[2]
