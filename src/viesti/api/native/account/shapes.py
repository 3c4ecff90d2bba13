"""What the operations of the slice read and write.

Rule: a field that is written has its name on the wire.
"""

from __future__ import annotations

import msgspec


class Nothing(msgspec.Struct, frozen=True):
    """An operation that takes nothing."""


class CustomerShown(msgspec.Struct, frozen=True):
    id: int
    key: str
    name: str
    currency: str


class CustomersShown(msgspec.Struct, frozen=True):
    customers: tuple[CustomerShown, ...]
