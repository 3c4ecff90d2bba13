"""The report.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.txtsync.slice import Bound, Common
from viesti.api.txtsync.system.declared import REPORT
from viesti.api.txtsync.system.handlers import System
from viesti.services.balance.read import ReadBalance
from viesti.services.contacts.book_report import ReportBook


@dataclass(frozen=True, slots=True)
class SystemServices:
    """What the slice calls."""

    balance: ReadBalance
    book: ReportBook


def bound(services: SystemServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = System(services.balance, services.book)
    return ((REPORT, handlers.report),)
