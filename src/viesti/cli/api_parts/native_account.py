"""The services behind `api/native/account`."""

from __future__ import annotations

from viesti.api.native.account.bound import AccountServices
from viesti.cli.api_parts.parts import Parts
from viesti.services.balance.read import ReadBalance
from viesti.services.look_up_number import LookUpNumber


def make(parts: Parts) -> AccountServices:
    """Make them."""
    return AccountServices(
        balance=ReadBalance(parts.store, parts.estate),
        look_up=LookUpNumber(parts.store, parts.estate),
    )
