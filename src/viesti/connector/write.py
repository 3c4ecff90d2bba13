"""Writes a connector's package into a folder.

Rule: whatever is ours is written anew; which connector the folder was imported as is kept, so that it can be
updated. Nothing else in the folder is touched.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from viesti.connector.export import SETTINGS, as_json

# What paconn writes into its settings when it has made a connector.
_KEPT = ("connectorId", "environment")


def write(package: dict[str, bytes], folder: Path) -> str | None:
    """Write the files; the id of the connector that the folder was imported as, if it was. Raises OSError."""
    kept = _kept(folder / SETTINGS)
    for name, octets in package.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name == SETTINGS:
            octets = as_json(json.loads(octets) | kept)
        place.write_bytes(octets)
    identifier = kept.get("connectorId")
    return identifier if isinstance(identifier, str) else None


def _kept(place: Path) -> dict[str, Any]:
    try:
        before = json.loads(place.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {name: before[name] for name in _KEPT if before.get(name)} if isinstance(before, dict) else {}
