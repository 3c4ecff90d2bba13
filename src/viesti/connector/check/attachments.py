"""Rules about the files beside definition and properties: the script, the settings, the texts.

Rule: a script is looked at as text and never run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from viesti.connector.check.definition import definition_of
from viesti.connector.check.node import Fault
from viesti.connector.check.package import DEFINITION, PROPERTIES, SCRIPT, Package
from viesti.connector.check.rule import Rule

LARGEST_SCRIPT = 1_000_000
_CLASS = re.compile(r"\bclass\s+Script\s*:\s*ScriptBase\b")
_METHOD = re.compile(r"\boverride\s+(async\s+)?Task<HttpResponseMessage>\s+ExecuteAsync\s*\(\s*\)")
_ASKED = re.compile(r"OperationId\s*(?:==|!=|\.Equals\()\s*\"([^\"]*)\"|\bcase\s+\"([^\"]*)\"\s*:")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)

# What paconn reads from settings.json, and which of it names a file of the package.
SETTINGS = ("connectorId", "environment", "powerAppsApiVersion", "powerAppsUrl")
SETTINGS_FILES = ("apiProperties", "apiDefinition", "icon", "script")

# What certification wants to read, and the words that a heading about it has one of.
SECTIONS = {
    "publisher": ("publisher",),
    "prerequisites": ("prerequisite",),
    "supported operations": ("operation", "actions", "triggers"),
    "how to get credentials": ("credential", "connection", "authentic"),
    "known issues and limitations": ("known issue", "limitation"),
    "deployment": ("deploy", "install", "import"),
}


def _code(package: Package) -> str:
    """The script without its comments."""
    return _COMMENT.sub("", package.text(SCRIPT))


def _class_missing(package: Package) -> Iterator[Fault]:
    if not _CLASS.search(_code(package)):
        yield Fault("", "there is no `class Script : ScriptBase`.")


def _method_missing(package: Package) -> Iterator[Fault]:
    if not _METHOD.search(_code(package)):
        yield Fault("", "there is no `override Task<HttpResponseMessage> ExecuteAsync()`.")


def _script_heavy(package: Package) -> Iterator[Fault]:
    octets = len(package.files[SCRIPT])
    if octets > LARGEST_SCRIPT:
        yield Fault("", f"it has {octets:,} octets.")


def _script_operation(package: Package) -> Iterator[Fault]:
    known = definition_of(package).by_id
    for first, second in _ASKED.findall(_code(package)):
        name = first or second
        if "OperationId" in package.text(SCRIPT) and name not in known:
            yield Fault("", f"it asks for the operation `{name}`, which there is not.")


def _setting_unknown(package: Package) -> Iterator[Fault]:
    for name, each in package.settings.members:
        if name not in (*SETTINGS, *SETTINGS_FILES):
            yield each.has(f"paconn has no setting `{name}`.")


def _settings_file(package: Package) -> Iterator[Fault]:
    for name in SETTINGS_FILES:
        named = package.settings[name]
        missing = named.text not in (*package.files, DEFINITION, PROPERTIES)  # those have a rule of their own
        if named.text and missing:
            yield named.has(f"there is no file `{named.text}`.")


def _settings_incomplete(package: Package) -> Iterator[Fault]:
    for name in SETTINGS_FILES[:2]:
        if not package.settings[name].text:
            yield package.settings.has(f"it names no {name}.")


def _text_empty(package: Package) -> Iterator[Fault]:
    if not package.text(package.texts).strip():
        yield Fault("", "nothing is written in it.")


def _section_missing(package: Package) -> Iterator[Fault]:
    text = package.text(package.texts)
    headings = [line.lower() for line in text.splitlines() if line.startswith("#")]
    for section, words in SECTIONS.items():
        if text.strip() and not any(word in heading for heading in headings for word in words):
            yield Fault("", f"no heading is about {section}.")


SCRIPT_RULES = (
    Rule("script-class", "The script is the class that the platform makes.", "Name it so.", _class_missing),
    Rule("script-method", "The script has the method that the platform calls.", "Add it.", _method_missing),
    Rule(
        "script-asks-unknown",
        "The script asks for operations of the definition.",
        "Name one that is there.",
        _script_operation,
        needs=(DEFINITION,),
    ),
    Rule("script-heavy", "The script is at most 1 MB.", "Make it smaller.", _script_heavy, warning=True),
)
SETTINGS_RULES = (
    Rule("settings-file", "The files that settings name are there.", "Name the one that is.", _settings_file),
    Rule(
        "settings-incomplete",
        "Settings name definition and properties.",
        "Add it.",
        _settings_incomplete,
    ),
    Rule(
        "setting-unknown",
        "Settings are those of paconn.",
        "Take it away.",
        _setting_unknown,
        warning=True,
    ),
)
TEXTS_RULES = (
    Rule("text-empty", "The text about the connector says something.", "Write it.", _text_empty),
    Rule(
        "section-missing",
        "The text has the sections that certification asks for.",
        "Add a heading and a few sentences.",
        _section_missing,
    ),
)
