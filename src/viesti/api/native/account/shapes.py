"""What the operations of the slice read and write.

Rule: a field that is written has its name on the wire, in camel case; one with a default is left out when it
says nothing.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Nothing(msgspec.Struct, frozen=True):
    """An operation that takes nothing."""


class OfCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about a customer. `customer` '': the only one."""

    customer: str = ""


class ServicesAsked(OfCustomer, frozen=True, kw_only=True):
    kind: str = ""


class NumberAsked(OfCustomer, frozen=True, kw_only=True):
    number: str
    region: str = ""
    service: str = ""


class CustomerShown(msgspec.Struct, frozen=True):
    id: int
    key: str
    name: str
    currency: str


class CustomersShown(msgspec.Struct, frozen=True):
    customers: tuple[CustomerShown, ...]


class ServiceShown(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    id: int
    key: str
    name: str
    kind: str
    allow_reply: bool
    track_links: bool
    sender: str = ""
    whatsapp_sender: str = ""


class ServicesShown(msgspec.Struct, frozen=True):
    services: tuple[ServiceShown, ...]


class SenderShown(msgspec.Struct, frozen=True, omit_defaults=True):
    sender: str
    kind: str
    protocols: tuple[str, ...]
    countries: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class SendersShown(msgspec.Struct, frozen=True):
    senders: tuple[SenderShown, ...]


class BalanceShown(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    currency: str
    balance: Decimal
    paid: Decimal
    spent: Decimal
    limited: bool
    frozen: int
    frozen_for_balance: int
    frozen_cost: Decimal
    cap: Decimal | None = None
    left: Decimal | None = None


class NumberShown(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    written: str
    valid: bool
    reason: str = ""
    number: str = ""
    e164: str = ""
    international: str = ""
    national: str = ""
    type: str = ""
    region: str = ""
    country: str = ""
    opted_out: bool
    opted_out_of: str | None = None
    contact_id: int | None = None
    contact_name: str = ""
    external_reference: str | None = None
    routed: bool
    price_per_part: Decimal | None = None
    currency: str = ""
    warnings: tuple[str, ...] = ()
