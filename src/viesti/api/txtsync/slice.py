"""What every slice of the dialect is handed beside its own services, and what it hands back.

Rule: a slice knows this and what stands beside it here (`members`, `shapes`, `paging`, `versions`), and
nothing of the other slices. A handler gets the `Caller` and what its operation reads.

A slice is a folder with `declared.py` (OPERATIONS of the connector as version 1.1 describes them, AS_DEFINED
those that 1.2 describes otherwise, NATIVE for the calls beyond the connector) and `bound.py` (each of them
with its handler); it is served by being named in `__init__.py` and `declared.py` of this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from viesti.api.contract.endpoint import Bound as OneBound
from viesti.api.meters import Meters
from viesti.services.estate import EstateCache

DIALECT = "txtsync"

# Operations with their handlers.
Bound: TypeAlias = tuple[OneBound, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """What handlers of all slices use. `base_url`: where callers reach us."""

    estate: EstateCache
    meters: Meters
    base_url: str
