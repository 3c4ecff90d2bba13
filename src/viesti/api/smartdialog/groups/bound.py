"""Contacts of groups, regions of phone numbers, consent.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.smartdialog.slice import Bound, Common


@dataclass(frozen=True, slots=True)
class GroupsServices:
    """What the slice calls."""


def bound(services: GroupsServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    return ()


def plain_routes(services: GroupsServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return []
