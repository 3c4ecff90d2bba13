"""A connector package: the files of a folder, and the JSON in them.

Rule: a file that can't be read as JSON is an empty document here; that it can't be read is one fault, named
by the rules about files, and not one for each member that is then not found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from viesti.connector.check.node import Node

DEFINITION = "apiDefinition.swagger.json"
PROPERTIES = "apiProperties.json"
ICON = "icon.png"
SCRIPT = "script.csx"
SETTINGS = "settings.json"
INTRO = "intro.md"
README = "README.md"
# The properties as they are sent in for certification.
CERTIFIED = f"certification/{PROPERTIES}"

JSON_FILES = (DEFINITION, PROPERTIES, CERTIFIED, SETTINGS)
KNOWN = (*JSON_FILES, ICON, SCRIPT, INTRO, README)
# More than any connector has; a file this big is no part of one.
MOST_OCTETS = 16 * 1024 * 1024
# Deeper than any definition; deeper ones could end the reader.
DEEPEST = 100


class Package:
    """The files by their names. Takes what a folder holds; gives each document as a `Node`."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    @cached_property
    def definition(self) -> Node:
        return self.document(DEFINITION)

    @cached_property
    def properties(self) -> Node:
        return self.document(PROPERTIES)["properties"]

    @cached_property
    def settings(self) -> Node:
        return self.document(SETTINGS)

    @property
    def texts(self) -> str:
        """The name of the file that describes the connector to people: intro.md, or else README.md."""
        return INTRO if INTRO in self.files else README

    def document(self, name: str) -> Node:
        """The JSON of a file, whatever it is; empty if it is none."""
        try:
            return Node(parsed(self.files[name])[0])
        except (KeyError, ValueError):
            return Node()

    def text(self, name: str) -> str:
        """A file as text."""
        return self.files.get(name, b"").decode("utf-8", "replace")


def parsed(octets: bytes) -> tuple[Any, list[str]]:
    """The value of a JSON file, and the names that stand in one object twice. ValueError: it is none."""
    twice: list[str] = []

    def together(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in pairs:
            if name in made:
                twice.append(name)
            made[name] = value
        return made

    try:
        value = json.loads(octets.decode("utf-8-sig"), object_pairs_hook=together)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if depth(value) > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} deep")
    return value, twice


def depth(value: Any) -> int:
    """How deeply lists and objects are nested."""
    level, deepest = [value], 0
    while level:
        level = [
            below
            for each in level
            if isinstance(each, dict | list)
            for below in (each.values() if isinstance(each, dict) else each)
        ]
        deepest += 1
    return deepest


def read(folder: Path) -> Package:
    """The package in a folder: the files a connector has, and no others."""
    return Package(
        {
            name: path.read_bytes()
            for name in KNOWN
            if (path := folder / name).is_file() and path.stat().st_size <= MOST_OCTETS
        }
    )
