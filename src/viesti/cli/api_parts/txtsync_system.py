"""The services behind `api/txtsync/system`."""

from __future__ import annotations

from viesti.api.txtsync.system.bound import SystemServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.balance.read import ReadBalance
from viesti.services.contacts.book_report import ReportBook


def make(parts: Parts) -> SystemServices:
    """Make them."""
    return SystemServices(
        balance=ReadBalance(parts.store, parts.estate), book=ReportBook(parts.store, parts.monotonic)
    )
