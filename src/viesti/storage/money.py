"""Amounts of money, as they are read from the store.

Rule: always six decimals, so that an amount reads the same before it was stored and after.
"""

from __future__ import annotations

from decimal import Decimal

_SIXTH = Decimal("0.000001")


def as_money(value: Decimal | None) -> Decimal | None:
    """The amount with its six decimals."""
    return None if value is None else value.quantize(_SIXTH)
