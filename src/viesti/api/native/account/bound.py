"""What a connection may act for and with.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.native.account.declared import LIST_CUSTOMERS
from viesti.api.native.account.handlers import Account
from viesti.api.native.slice import Bound, Common


@dataclass(frozen=True, slots=True)
class AccountServices:
    """What the slice calls."""


def bound(services: AccountServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Account(common)
    return ((LIST_CUSTOMERS, handlers.customers),)
