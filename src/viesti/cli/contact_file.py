"""Reads a file of contacts: CSV with a line of names first.

Rule: names are those of TxtSync's contact object in any letter case; a column that is none of them is an
error before anything is taken, or a property of that name where that is wanted.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import UNSET, UnsetType

from viesti.cli.wiring import Problem
from viesti.services.contacts.fields import ContactFields, Property
from viesti.services.contacts.import_contacts import BadLine, ContactLine
from viesti.services.requests import FieldProblem

NUMBER, TAGS, ALLOWED = "MobileNumber", "TagNames", "AllowSMS"
COLUMNS: Mapping[str, str] = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "CompanyName": "company",
    "ExternalReference": "external_reference",
    "EmailAddress": "email",
    "AddressLine1": "address_line1",
    "AddressLine2": "address_line2",
    "City": "city",
    "Postcode": "postcode",
    "County": "county",
    "Country": "country",
}
CUSTOM = ("Custom01", "Custom02", "Custom03", "Custom04", "Custom05")
EVERY = (NUMBER, *COLUMNS, *CUSTOM, TAGS, ALLOWED)
_BY_LOWER = {name.lower(): name for name in EVERY}
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_NAMES = {ours: name for name, ours in COLUMNS.items()} | {
    "phone": NUMBER,
    "tags": TAGS,
    "properties": "Custom",
}


def lines(path: Path, tags: tuple[str, ...], *, properties: bool) -> Iterator[ContactLine | BadLine]:
    """The lines of the file, in their order. `tags`: names that everybody gets; `properties`: columns of
    other names are kept as properties. Raises Problem."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            rows = csv.reader(file, delimiter=max(",;\t", key=head.count))
            names = _columns(next(rows, []), properties)
            for row in rows:
                if row:
                    yield _line(rows.line_num, names, row, tags)
    except OSError as error:
        raise Problem(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8: save it as 'CSV UTF-8'.") from error
    except csv.Error as error:
        raise Problem(f"{path} is not CSV: {error}.") from error


def column(problem: FieldProblem) -> str:
    """The column that a problem is about."""
    return _NAMES.get(problem.field, problem.field)


def _columns(head: list[str], properties: bool) -> list[str]:
    names = [_BY_LOWER.get(name.strip().lower(), name.strip()) for name in head]
    if NUMBER not in names:
        raise Problem(f"The first line must name the columns, {NUMBER} among them.")
    if len(set(names)) < len(names):
        raise Problem("The first line names a column twice.")
    unknown = [name for name in names if name not in EVERY]
    if unknown and not properties:
        raise Problem(
            f"There is no column {', '.join(map(repr, unknown))}; --properties keeps such columns as"
            f" properties. Columns are {', '.join(EVERY)}."
        )
    return names


def _line(number: int, names: list[str], row: list[str], tags: tuple[str, ...]) -> ContactLine | BadLine:
    if len(row) > len(names):
        return BadLine(
            number, FieldProblem("line", f"It has {len(row)} cells, and there are {len(names)} columns.")
        )
    cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if cell.strip()}
    allowed: bool | UnsetType = UNSET
    if ALLOWED in cells:
        word = cells[ALLOWED].lower()
        if word not in _WORDS:
            return BadLine(number, FieldProblem(ALLOWED, "It must be true or false."))
        allowed = _WORDS[word]
    given: dict[str, Any] = {ours: cells[name] for name, ours in COLUMNS.items() if name in cells}
    own = [Property(name, cell) for name, cell in cells.items() if name in CUSTOM or name not in EVERY]
    if own:
        given["properties"] = tuple(own)
    named = (*tags, *(name.strip() for name in cells.get(TAGS, "").split(",") if name.strip()))
    return ContactLine(
        number=number,
        phone=cells.get(NUMBER, ""),
        fields=ContactFields(**given),
        tags=tuple(dict.fromkeys(named)),
        allow_sms=allowed,
    )
