"""What every slice of the dialect is handed beside its own services, and what it hands back.

Rule: a slice (a folder beside this file) knows this and nothing of the other slices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from viesti.api.body import BodyLimits
from viesti.api.contract.endpoint import Bound as OneBound
from viesti.api.meters import Meters
from viesti.api.smartdialog.who import Who
from viesti.services.estate import EstateCache
from viesti.services.guids import Guids

BASE = "/api-integrations/v1"

# Operations with their handlers.
Bound: TypeAlias = tuple[OneBound, ...]


@dataclass(frozen=True, slots=True)
class Common:
    """What handlers of all slices use."""

    estate: EstateCache
    guids: Guids
    who: Who
    meters: Meters
    limits: BodyLimits
