"""What a connection may act for and with.

Rule: every operation of the slice is in this list with its handler, and is served by being there.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.native.account.declared import (
    GET_BALANCE,
    LIST_CUSTOMERS,
    LIST_SENDERS,
    LIST_SERVICES,
    LOOK_UP_NUMBER,
)
from viesti.api.native.account.handlers import Account
from viesti.api.native.slice import Bound, Common
from viesti.services.balance.read import ReadBalance
from viesti.services.look_up_number import LookUpNumber


@dataclass(frozen=True, slots=True)
class AccountServices:
    """What the slice calls."""

    balance: ReadBalance
    look_up: LookUpNumber


def bound(services: AccountServices, common: Common) -> Bound:
    """The slice's operations with their handlers."""
    handlers = Account(services.balance, services.look_up, common)
    return (
        (LIST_CUSTOMERS, handlers.customers),
        (LIST_SERVICES, handlers.services),
        (LIST_SENDERS, handlers.senders),
        (GET_BALANCE, handlers.balance),
        (LOOK_UP_NUMBER, handlers.look_up),
    )
