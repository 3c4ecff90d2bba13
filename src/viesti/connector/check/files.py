"""Rules about the files themselves: which there are, and that any program reads the same in them.

Tools open them with whatever encoding a machine happens to have. Rule: plain ASCII without a byte-order mark
is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from viesti.connector.check.node import Fault
from viesti.connector.check.package import (
    DEFINITION,
    INTRO,
    PROPERTIES,
    README,
    SCRIPT,
    SETTINGS,
    Package,
    parsed,
)
from viesti.connector.check.rule import Rule

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def _missing(name: str) -> Callable[[Package], Iterator[Fault]]:
    def find(package: Package) -> Iterator[Fault]:
        if name not in package.files:
            yield Fault("", "the file is not there.")

    return find


def _texts_missing(package: Package) -> Iterator[Fault]:
    if INTRO not in package.files and README not in package.files:
        yield Fault("", f"there is neither {INTRO} nor {README}.")


def _marked(name: str) -> Callable[[Package], Iterator[Fault]]:
    def find(package: Package) -> Iterator[Fault]:
        if package.files.get(name, b"").startswith(BYTE_ORDER_MARKS):
            yield Fault("", "the file begins with a byte-order mark.")

    return find


def _beyond_ascii(name: str) -> Callable[[Package], Iterator[Fault]]:
    def find(package: Package) -> Iterator[Fault]:
        octets = package.files.get(name, b"")
        start = 3 if octets.startswith(BYTE_ORDER_MARKS[0]) else 0
        if octets.startswith(BYTE_ORDER_MARKS) and not start:
            return
        for number, line in enumerate(octets[start:].splitlines(), 1):
            if not line.isascii():
                yield Fault("", f"line {number} has a character beyond ASCII.")
                return

    return find


def not_json(name: str) -> Callable[[Package], Iterator[Fault]]:
    """Finds that a file, if it is there, is no JSON object."""

    def find(package: Package) -> Iterator[Fault]:
        try:
            value, _ = parsed(package.files[name])
        except KeyError:
            return
        except ValueError as error:
            yield Fault("", f"it can't be read: {error}.")
            return
        if not isinstance(value, dict):
            yield Fault("", "it is no JSON object.")

    return find


def _twice(name: str) -> Callable[[Package], Iterator[Fault]]:
    def find(package: Package) -> Iterator[Fault]:
        try:
            _, names = parsed(package.files[name])
        except (KeyError, ValueError):
            return
        for each in dict.fromkeys(names):
            yield Fault("", f"an object has the name `{each}` twice, and only the last one counts.")

    return find


def _readable(name: str) -> tuple[Rule, ...]:
    """The rules of a JSON file."""
    return (
        Rule(
            "byte-order-mark",
            "JSON files have no byte-order mark.",
            "Save it as UTF-8 without one.",
            _marked(name),
        ),
        Rule(
            "not-ascii",
            "JSON files are plain ASCII.",
            "Write other characters as \\uXXXX.",
            _beyond_ascii(name),
        ),
        Rule("not-json", "JSON files hold one JSON object.", "Write it as JSON.", not_json(name)),
        Rule(
            "duplicate-name",
            "An object has each name once.",
            "Remove or rename one of them.",
            _twice(name),
        ),
    )


_MISSING = "A package has a definition and properties."
DEFINITION_RULES = (
    Rule("file-missing", _MISSING, "Export the package again.", _missing(DEFINITION)),
    *_readable(DEFINITION),
)
PROPERTIES_RULES = (
    Rule("file-missing", _MISSING, "Export the package again.", _missing(PROPERTIES)),
    *_readable(PROPERTIES),
)
SETTINGS_RULES = (
    Rule(
        "settings-missing",
        "A package has the settings that paconn reads.",
        "Export the package again, or name the files to paconn one by one.",
        _missing(SETTINGS),
        warning=True,
    ),
    *_readable(SETTINGS),
)
SCRIPT_RULES = (
    Rule(
        "script-not-ascii",
        "The script is plain ASCII.",
        "Write other characters as \\uXXXX.",
        _beyond_ascii(SCRIPT),
    ),
)
TEXTS_RULES = (
    Rule(
        "texts-missing",
        "A package says in words what it is for.",
        "Write intro.md, with the sections that certification asks for.",
        _texts_missing,
        warning=True,
    ),
)
