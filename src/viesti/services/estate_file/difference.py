"""Compares the estate file with the store: what applying it would create, change, disable and delete.

Rule: pure, and exact. What is shown here is what is written, and a plan is empty when the file says what the
store holds. Secrets appear only as words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeAlias

from viesti.services.estate_file.fields import Field, Pruning, Table
from viesti.services.estate_file.held import Held, HeldThing
from viesti.services.estate_file.rules import Thing
from viesti.services.estate_file.tables import ROTATED, TABLES

# What is said of a secret instead of showing it.
MADE = "made, and shown once"
GIVEN = "as given"
CHANGED = "changed"


class Action(StrEnum):
    """What happens to a thing."""

    CREATE = "create"
    CHANGE = "change"
    DISABLE = "disable"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A key and its values before and after. With `told`, `new` only says what is done: it is a secret, or is
    made up later."""

    name: str
    old: Any
    new: Any
    told: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one thing. `values` are to be written: new secrets plain, the others as stored."""

    action: Action
    table: Table
    key: str
    fields: tuple[FieldChange, ...]
    values: Mapping[str, Any] = field(compare=False, repr=False)
    held: HeldThing | None = field(compare=False, repr=False, default=None)
    plain: frozenset[str] = frozenset()  # secrets in `values` that are not in their stored form yet
    made: frozenset[str] = frozenset()  # values to be made up when it is written

    @property
    def subject(self) -> str:
        """Such as "service acme/alerts"."""
        return f"{self.table.noun} {self.key}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that applying a file would do; equal plans do the same. `unchanged` counts what is as the
    file says, `untouched` what is in the store only."""

    changes: tuple[Change, ...]
    unchanged: int
    untouched: int

    def count(self, action: Action) -> int:
        """How many things that happens to."""
        return Counter(change.action for change in self.changes)[action]


# Whether a secret is the one that is stored: (key, stored form, plain).
SameSecret: TypeAlias = Callable[[Field, Any, Any], bool]


def difference(
    things: Iterable[Thing],
    held: Held,
    same_secret: SameSecret,
    *,
    prune: bool = False,
    rotate: Collection[str] = (),
) -> Plan:
    """The plan. `rotate` are keys of applications and OAuth clients that get a new secret, mentioned in the
    file or not."""
    wanted = {(thing.table.name, thing.key): thing for thing in things}
    found = [_compared(thing, held, same_secret, rotate) for thing in wanted.values()]
    changes = [change for change in found if change]
    untouched = 0
    for table in TABLES:
        for key, present in held[table.name].items():
            if (table.name, key) not in wanted:
                left = _left_out(table, key, present, same_secret, rotate, prune)
                changes += [left] if left else []
                untouched += not left
    return Plan(tuple(changes), found.count(None), untouched)


def _left_out(
    table: Table,
    key: str,
    present: HeldThing,
    same_secret: SameSecret,
    rotate: Collection[str],
    prune: bool,
) -> Change | None:
    """What happens to a thing that the file does not mention."""
    if prune and table.pruning is Pruning.DELETE:
        return Change(Action.DELETE, table, key, (), present.values, present)
    values = {about.name: None if about.stays else present.values[about.name] for about in table.fields}
    if prune:
        values["enabled"] = False
        if "keywords" in values:  # others may have them now
            values["keywords"] = ()
    change = _compared(Thing(table, key, values), {table.name: {key: present}}, same_secret, rotate)
    return replace(change, action=Action.DISABLE) if change and prune else change


def _compared(thing: Thing, held: Held, same_secret: SameSecret, rotate: Collection[str]) -> Change | None:
    present = held[thing.table.name].get(thing.key)
    rotated = thing.table in ROTATED and thing.key in rotate
    values = dict(thing.values)
    fields: list[FieldChange] = []
    plain, made = set(), set()
    for about in thing.table.fields:
        new = values[about.name]
        old = present.values[about.name] if present and not (rotated and about.secret) else None
        if about.secret and values.get("public"):  # it can't keep one
            values[about.name] = None
        elif about.stays and new is None:
            values[about.name] = about.at_first if old is None else old
            if old is None and about.generated:
                made.add(about.name)
                fields.append(FieldChange(about.name, None, MADE, told=True))
        elif about.secret:
            if old is not None and same_secret(about, old, new):
                values[about.name] = old
            else:
                plain.add(about.name)
                fields.append(FieldChange(about.name, None, CHANGED if old else GIVEN, told=True))
        elif new != (old if present else about.default) and about.name not in thing.table.identity:
            fields.append(FieldChange(about.name, old, new))
    if present and not fields:
        return None
    action = Action.CHANGE if present else Action.CREATE
    return Change(
        action, thing.table, thing.key, tuple(fields), values, present, frozenset(plain), frozenset(made)
    )
