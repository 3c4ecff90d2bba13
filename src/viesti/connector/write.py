"""Writes a connector's package into a folder.

Rule: whatever is ours is written anew; which connector the folder was imported as is kept, so that it can be
updated, and so no other connector is written there. Nothing else in the folder is touched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viesti.connector.export import DEFINITION, SETTINGS, as_json

# What paconn writes into its settings when it has made a connector.
_KEPT = ("connectorId", "environment")


@dataclass(frozen=True, slots=True)
class AnotherConnector:
    """The folder was imported as another connector, of this title."""

    title: str


def write(package: dict[str, bytes], folder: Path) -> str | AnotherConnector | None:
    """Write the files; the id of the connector that the folder was imported as, if it was. Nothing is written
    if that is another than this. Raises OSError."""
    kept = _kept(folder / SETTINGS)
    before, after = _title(_read(folder / DEFINITION)), _title(json.loads(package[DEFINITION]))
    if kept.get("connectorId") and before is not None and before != after:
        return AnotherConnector(before)
    for name, octets in package.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name == SETTINGS:
            octets = as_json(json.loads(octets) | kept)
        place.write_bytes(octets)
    identifier = kept.get("connectorId")
    return identifier if isinstance(identifier, str) else None


def _kept(place: Path) -> dict[str, Any]:
    before = _read(place)
    return {name: before[name] for name in _KEPT if before.get(name)}


def _title(definition: dict[str, Any]) -> str | None:
    info = definition.get("info")
    title = info.get("title") if isinstance(info, dict) else None
    return title if isinstance(title, str) else None


def _read(place: Path) -> dict[str, Any]:
    """The JSON object in a file; nothing where there is none."""
    try:
        before = json.loads(place.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return before if isinstance(before, dict) else {}
