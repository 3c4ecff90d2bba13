"""Reads the tables of an estate file: every key known, nothing missing, each value of its kind.

Rule: it goes on after a problem, so that one reading tells them all; a value that was wrong is left out of
the row and complained of once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from viesti.services.estate_file.fields import REQUIRED, Field, Table
from viesti.services.estate_file.tables import ACTION_OPTIONS, ACTIONS, BY_NAME, KEYWORDS, TABLES

_SUGGESTED = 20  # more names than these would hide the problem


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in the file, and where: `services[2].default_sender` (the first is 0)."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


@dataclass(slots=True)
class Row:
    """One thing of the file while it is being read: `values` has every key but those that were wrong."""

    table: Table
    place: str
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, key: str, sentence: str) -> None:
        """Note what is wrong with `key`."""
        self.problems.append(Problem(f"{self.place}.{key}" if key else self.place, sentence))

    def wrong(self, key: str) -> bool:
        """Whether something is wrong with `key` already."""
        return any(problem.place == f"{self.place}.{key}" for problem in self.problems)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with any of its keys."""
        return not any(problem.place.startswith(f"{self.place}.") for problem in self.problems)

    @property
    def key(self) -> str | None:
        """Which thing it is, or None when what says so was wrong."""
        if any(name not in self.values for name in self.table.identity):
            return None
        return key_of(self.table, self.values)


def key_of(table: Table, values: Mapping[str, Any]) -> str:
    """Which thing of its table it is, such as `acme/alerts`; `*` stands for any."""
    return "/".join(str(values[name] or "*") for name in table.identity)


def read_tables(document: Mapping[str, Any]) -> tuple[list[Row], list[Problem]]:
    """The rows of a document in the order of `TABLES`, and what is wrong with the document itself."""
    problems = [_unknown(name, "", BY_NAME) for name in document if name not in BY_NAME]
    rows = []
    for table in TABLES:
        written = document.get(table.name, [])
        if not isinstance(written, list | tuple) or not all(isinstance(each, Mapping) for each in written):
            problems.append(Problem(table.name, f"It must be tables that begin with [[{table.name}]]."))
            continue
        rows += [_row(table, f"{table.name}[{index}]", each) for index, each in enumerate(written)]
    return rows, problems


def _row(table: Table, place: str, written: Mapping[str, Any]) -> Row:
    row = Row(table, place)
    _read(row, written, table.fields)
    for name, read in (("keywords", _keyword), ("actions", _action)):
        if name in row.values:
            row.values[name] = _nested(row, name, read)
    return row


def _read(row: Row, written: Mapping[str, Any], fields: Iterable[Field]) -> None:
    known = {each.name: each for each in fields}
    row.problems += [_unknown(name, row.place, known) for name in written if name not in known]
    for name, about in known.items():
        if name not in written:
            if about.default is REQUIRED:
                row.problem(name, f"It is missing; it must be {about.kind.allowed}.")
            else:
                row.values[name] = about.default
            continue
        try:
            row.values[name] = about.kind.check(written[name])
        except ValueError:
            said = "This value" if about.secret else _quoted(written[name])
            row.problem(name, f"{said} is not allowed; it must be {about.kind.allowed}.")


def _nested(parent: Row, name: str, read: Callable[[Row, Mapping[str, Any]], None]) -> tuple[Row, ...]:
    """The tables in a table; what is wrong with them is wrong with it."""
    table = KEYWORDS if name == "keywords" else ACTIONS
    nested = []
    for index, written in enumerate(parent.values[name]):
        row = Row(table, f"{parent.place}.{name}[{index}]", problems=parent.problems)
        read(row, written)
        nested.append(row)
    return tuple(nested)


def _keyword(row: Row, written: Mapping[str, Any]) -> None:
    _read(row, written, KEYWORDS.fields)


def _action(row: Row, written: Mapping[str, Any]) -> None:
    """Which keys an action has is said by its kind; without a right one only that is complained of."""
    about_kind = ACTIONS.by_name["kind"]
    kind = written.get("kind")
    if isinstance(kind, str) and kind in ACTION_OPTIONS:
        _read(row, written, (about_kind, *ACTION_OPTIONS[kind]))
    else:
        _read(row, {name: value for name, value in written.items() if name == "kind"}, (about_kind,))


def _unknown(name: str, place: str, known: Mapping[str, object]) -> Problem:
    return Problem(f"{place}.{name}" if place else name, f"There is no such key; {suggestion(name, known)}")


def suggestion(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about a name that does not exist."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if not names:
        return "there is none."
    more = ", ..." if len(names) > _SUGGESTED else "."
    return f"there {'is' if len(names) == 1 else 'are'} {', '.join(names[:_SUGGESTED])}{more}"


def _quoted(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float() | Decimal():
            text = repr(value) if isinstance(value, str) else str(value)
            return text if len(text) <= 60 else text[:57] + "..."
        case _:
            return "This value"
