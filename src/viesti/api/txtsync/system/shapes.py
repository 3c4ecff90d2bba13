"""What the report reads and answers.

Rule: names are the original's where it has one. A number is always there; where there is no limit, `limited`
is false and what is left is 0.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec


class ReportAsked(msgspec.Struct, frozen=True, kw_only=True):
    """There is nothing to ask for."""


class RatingsShown(msgspec.Struct, frozen=True):
    """How many contacts have a rating from `lowest` to `highest`."""

    lowest: int = msgspec.field(name="from")
    highest: int = msgspec.field(name="to")
    contacts: int = msgspec.field(name="totalContacts")


class ReportShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A customer's money, what is held back, and the contacts."""

    currency_code: str
    balance_local: Decimal
    balance_gbp: Decimal = msgspec.field(name="balanceGBP")
    spent_local: Decimal
    limited: bool
    left_local: Decimal
    left_gbp: Decimal = msgspec.field(name="leftGBP")
    total_frozen_outbound_messages: int
    frozen_for_balance: int
    frozen_cost_local: Decimal
    total_contacts: int
    opted_in: int
    opted_out: int
    ratings: tuple[RatingsShown, ...] = msgspec.field(name="contactRatingDistribution")
