"""The services behind `api/native/account`."""

from __future__ import annotations

from viesti.api.native.account.bound import AccountServices
from viesti.cli.api_parts.parts import Parts


def make(parts: Parts) -> AccountServices:
    """Make them."""
    return AccountServices()
