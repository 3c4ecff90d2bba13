"""Customers and services that a person may use.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from viesti.api.smartdialog.directory.declared import CUSTOMERS, SERVICES
from viesti.api.smartdialog.directory.handlers import Directory
from viesti.api.smartdialog.slice import Bound, Common


@dataclass(frozen=True, slots=True)
class DirectoryServices:
    """What the slice calls."""


def bound(services: DirectoryServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Directory(common)
    return ((CUSTOMERS, handlers.customers), (SERVICES, handlers.services))


def plain_routes(services: DirectoryServices, common: Common) -> list[Route]:
    """Paths of the slice that are no operations of the contract."""
    return []
