"""What the operations of the slice read and write.

Rule: a field that is written has the contract's name.
"""

from __future__ import annotations

import msgspec
from msgspec import field


class Nothing(msgspec.Struct, frozen=True):
    """An operation that takes nothing."""


class ServicesAsked(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: str
    kind: str
    replying: bool = False


class CustomerShown(msgspec.Struct, frozen=True):
    id: str = field(name="customerId")
    name: str = field(name="customerName")


class CustomersShown(msgspec.Struct, frozen=True):
    customers: tuple[CustomerShown, ...] = field(name="customerUsers")


class ServiceShown(msgspec.Struct, frozen=True):
    id: str
    name: str
