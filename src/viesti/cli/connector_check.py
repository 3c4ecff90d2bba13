"""`viesti connector check` and `compare`: is a package sound, and do flows go on working with it.

Rule: the answer is in the exit code, 0 or 1; what is told is the same for people and for programs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

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


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"
