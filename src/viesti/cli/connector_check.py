"""`viesti connector check` and `compare`: is a package sound, and do flows go on working with it.

Rule: the answer is in the exit code, 0 or 1; what is told is the same for people and for programs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from viesti.cli import wiring

ForPrograms = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="The folder of a connector.")] = None,
    as_json: ForPrograms = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    show_rules: Annotated[bool, typer.Option("--rules", help="Only list the rules.")] = False,
) -> None:
    """Name each fault of a connector's package: where it is, which rule it breaks, what to do."""
    from viesti.connector.check.linter import check as look
    from viesti.connector.check.linter import rules
    from viesti.connector.check.package import read

    if show_rules:
        for rule in rules().values():
            print(f"{rule.id}: {rule.sentence}{' (a warning)' if rule.warning else ''}")
        return
    if folder is None or not folder.is_dir():
        raise wiring.Problem(f"{folder or 'DIR'}: there is no such folder.")
    findings = look(read(folder))
    errors = sum(not finding.warning for finding in findings)
    warnings = len(findings) - errors
    if as_json:
        told = {"errors": errors, "warnings": warnings, "findings": [f.told() for f in findings]}
        print(json.dumps(told, indent=1))
    else:
        for finding in findings:
            print(finding.line)
        print(f"{folder}: {_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    if errors or (strict and warnings):
        raise typer.Exit(1)


def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A definition, or the folder it is in.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="What it is to become.")],
    as_json: ForPrograms = False,
) -> None:
    """Tell what changed between two definitions, and which of it breaks flows."""
    from viesti.connector.compare import compare as look
    from viesti.connector.compare import condense

    changes = look(condense(_definition(old), errors=True), condense(_definition(new), errors=True))
    changes.sort(key=lambda change: not change.kind.breaking)
    breaking = sum(change.kind.breaking for change in changes)
    if as_json:
        told = [
            {"kind": c.kind.id, "breaking": c.kind.breaking, "place": c.place, "was": c.was, "now": c.now}
            for c in changes
        ]
        print(json.dumps({"breaking": breaking, "changes": told}, indent=1))
    else:
        for change in changes:
            print(change.line)
        print(f"{_count(breaking, 'breaking change')}, {_count(len(changes) - breaking, 'allowed change')}.")
    if breaking:
        raise typer.Exit(1)


def _definition(place: Path) -> dict[str, Any]:
    """A definition that can be compared: one that has the right structure."""
    from viesti.connector.check.files import not_json
    from viesti.connector.check.package import DEFINITION, Package
    from viesti.connector.check.schemas import definition_schema

    file = place / DEFINITION if place.is_dir() else place
    try:
        package = Package({DEFINITION: file.read_bytes()})
    except OSError as error:
        raise wiring.Problem(f"{file} can't be read: {error.strerror}") from None
    faults = [*not_json(DEFINITION)(package), *definition_schema(package)]
    if faults:
        where = f"{file}#{faults[0].at}" if faults[0].at else f"{file}"
        raise wiring.Problem(f"{where} is no definition: {faults[0].what}")
    made: dict[str, Any] = package.definition.value
    return made


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
