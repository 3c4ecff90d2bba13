"""Checks a package: all rules of all files, in one table.

Rule: each mistake is told once. A rule of ours, which says what to do, goes before the schema's word about
the same place; and what can't be read at all has no further faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from viesti.connector.check import (
    answers,
    attachments,
    document,
    dynamic,
    files,
    icon,
    operations,
    properties,
    references,
    schemas,
    sign_in,
    triggers,
    values,
)
from viesti.connector.check.package import (
    CERTIFIED,
    DEFINITION,
    ICON,
    PROPERTIES,
    SCRIPT,
    SETTINGS,
    Package,
)
from viesti.connector.check.rule import Finding, Rule


@dataclass(frozen=True, slots=True)
class Subject:
    """Rules about one file. `present` are asked about the file itself, the others once it can be read."""

    file: Callable[[Package], str]
    present: tuple[Rule, ...]
    rules: tuple[Rule, ...]


def _named(name: str) -> Callable[[Package], str]:
    return lambda package: name


SUBJECTS = (
    Subject(
        _named(DEFINITION),
        files.DEFINITION_RULES,
        (
            *document.RULES,
            *operations.RULES,
            *answers.RULES,
            *values.RULES,
            *references.RULES,
            *dynamic.RULES,
            *triggers.RULES,
            *schemas.RULES,
        ),
    ),
    Subject(
        _named(PROPERTIES),
        files.PROPERTIES_RULES,
        (*properties.RULES, *sign_in.RULES, *properties.PACONN_RULES, *schemas.PROPERTIES_RULES),
    ),
    Subject(_named(ICON), (), icon.RULES),
    Subject(_named(SCRIPT), (), (*files.SCRIPT_RULES, *attachments.SCRIPT_RULES)),
    Subject(_named(SETTINGS), files.SETTINGS_RULES, attachments.SETTINGS_RULES),
    Subject(lambda package: package.texts, files.TEXTS_RULES, attachments.TEXTS_RULES),
)
# The variant for certification is no file of its own to the rules: it takes the place of the other.
CERTIFICATION = Subject(
    _named(PROPERTIES),
    files.PROPERTIES_RULES,
    (*properties.RULES, *sign_in.RULES, *properties.CERTIFIED_RULES, *schemas.PROPERTIES_RULES),
)
# Their word about a place counts only where no other rule has one.
_GENERAL = frozenset(rule.id for rule in (*schemas.RULES, *schemas.PROPERTIES_RULES))


def rules() -> dict[str, Rule]:
    """All rules by their ids."""
    subjects = (*SUBJECTS, CERTIFICATION)
    return {rule.id: rule for subject in subjects for rule in (*subject.present, *subject.rules)}


def check(package: Package) -> list[Finding]:
    """All that is wrong with a package, in the order of the files; errors and warnings as they come."""
    found: list[Finding] = []
    for subject in SUBJECTS:
        found += _of(subject, package)
    if CERTIFIED in package.files:
        certified = Package({**package.files, PROPERTIES: package.files[CERTIFIED]})
        found += (replace(finding, file=CERTIFIED) for finding in _of(CERTIFICATION, certified))
    return found


def _of(subject: Subject, package: Package) -> list[Finding]:
    file = subject.file(package)
    found = list(_found(subject.present, file, package))
    rules = [rule for rule in subject.rules if all(_readable(package, name) for name in rule.needs)]
    if _readable(package, file) or (file == ICON and file not in package.files):
        found += _found(tuple(rules), file, package)
    told = {finding.at for finding in found if finding.rule not in _GENERAL}
    return [finding for finding in found if finding.rule not in _GENERAL or finding.at not in told]


def _found(rules: tuple[Rule, ...], file: str, package: Package) -> Iterator[Finding]:
    for rule in rules:
        faults = dict.fromkeys(rule.find(package))
        for fault in faults:
            yield Finding(file, fault.at, rule.id, rule.warning, _sentence(fault.what), rule.remedy)


def _sentence(what: str) -> str:
    return what[:1].upper() + what[1:] if what[:1].isalpha() else what


def _readable(package: Package, name: str) -> bool:
    """Whether a file is there, and an object if it is JSON."""
    if name not in package.files:
        return False
    return not name.endswith(".json") or isinstance(package.document(name).value, dict)
