"""How a plan of the estate and its outcome look: for a person, and as JSON.

Rule: a secret is shown once, where it was made up; everywhere else there is a word for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from viesti.services.estate_file import Action, Applied, Change, FieldChange, Generated, Plan, Problem

_MARKS = {
    Action.CREATE: ("+", "green"),
    Action.CHANGE: ("~", "yellow"),
    Action.DISABLE: ("o", "red"),
    Action.DELETE: ("-", "red"),
}
_LONGEST = 100  # of a value that is shown


def show_plan(console: Console, plan: Plan) -> None:
    """Every change with its fields, then the sum."""
    for change in plan.changes:
        mark, colour = _MARKS[change.action]
        console.print(Text(f"{mark} {change.action} {change.subject}", style=colour))
        if change.fields:
            console.print(_fields(change))
    console.print(Text(summary(plan)))


def _fields(change: Change) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for each in change.fields:
        table.add_row(Text(f"    {each.name}", style="dim"), Text(_difference(change, each), overflow="fold"))
    return table


def _difference(change: Change, each: FieldChange) -> str:
    if each.told:
        return str(each.new)
    if change.action is Action.CREATE:
        return _value(each.new)
    return f"{_value(each.old)} -> {_value(each.new)}"


def _value(value: Any) -> str:
    text = _written(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _written(value: Any) -> str:  # noqa: PLR0911  one return for each kind of value
    match value:
        case None:
            return "none"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case Decimal():
            return f"{value.normalize():f}"
        case Mapping():
            inside = ", ".join(f"{name} = {_written(each)}" for name, each in value.items())
            return f"{{ {inside} }}" if inside else "none"
        case list() | tuple():
            return f"[{', '.join(map(_written, value))}]" if value else "none"
        case _:
            return str(value)


def summary(plan: Plan) -> str:
    """The sum of a plan in a line or two."""
    counts = [f"{plan.count(action)} to {action}" for action in Action if plan.count(action)]
    sentence = (", ".join(counts) if counts else "Nothing to change") + f"; {plan.unchanged} unchanged"
    if plan.untouched:
        sentence += f", {plan.untouched} not in the file and left alone"
    return sentence + "."


def show_generated(console: Console, generated: Sequence[Generated]) -> None:
    """What was made up, in full and unbroken, so that it can be copied."""
    if generated:
        console.print(Text("\nMade up now. Secrets are not shown again; keep them:", style="bold"))
    for each in generated:
        console.print(Text(f"  {each.subject}  {each.name} = {each.value}"), soft_wrap=True)


def show_problems(console: Console, problems: Iterable[Problem]) -> None:
    """One line for each."""
    for problem in problems:
        console.print(Text(str(problem)), soft_wrap=True)


def as_json(plan: Plan | None, applied: Applied | None, problems: Sequence[Problem]) -> dict[str, Any]:
    """All of it for a program; made-up secrets are in it once it is applied."""
    return {
        "applied": applied is not None,
        "problems": [{"place": each.place, "problem": each.sentence} for each in problems],
        "changes": [_change(change) for change in plan.changes] if plan else [],
        "unchanged": plan.unchanged if plan else 0,
        "untouched": plan.untouched if plan else 0,
        "generated": [
            {"subject": each.subject, "name": each.name, "value": each.value}
            for each in (applied.generated if applied else ())
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.table.noun,
        "key": change.key,
        "fields": {
            each.name: {"told": each.new} if each.told else {"old": each.old, "new": each.new}
            for each in change.fields
        },
    }
