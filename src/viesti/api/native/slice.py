"""What every slice of the native API is handed beside its own services, and what it hands back.

Rule: a slice knows this and what stands beside it here (`members`, `who`), and nothing of the other slices. A
handler gets the `NativeCaller` and what its operation reads.

A slice is a folder with `declared.py` (OPERATIONS), `shapes.py`, `handlers.py` and `bound.py` (each operation
with its handler); it is served by being named in `__init__.py` and `declared.py` of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from viesti.api.contract.endpoint import Bound as OneBound
from viesti.api.meters import Meters
from viesti.services.estate import EstateCache
from viesti.services.guids import Guids

BASE = "/viesti/v1"
DIALECT = "viesti"

# Operations with their handlers.
Bound: TypeAlias = tuple[OneBound, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """What handlers of all slices use. `base_url`: where callers reach us."""

    estate: EstateCache
    guids: Guids
    meters: Meters
    base_url: str
