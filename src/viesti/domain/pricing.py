"""What a message costs: prices as data, by destination prefix, channel and customer.

Rule: money is Decimal from the file to the invoice, rounded once, half up, to six places when a cost is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from viesti.domain.prefix import PrefixIndex, check_prefix

PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount in the customer's currency (ISO 4217) and its value in pounds."""

    amount: Decimal
    currency: str
    gbp: Decimal

    def in_currency(self, currency: str, rate: Decimal | None) -> Cost:
        """The same in another currency, of which one is worth `rate` pounds; as it is where that is not
        known."""
        if currency == self.currency or rate is None:
            return self
        return Cost(_rounded(self.gbp / rate), currency, self.gbp)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one part. None means any channel or customer, the prefix '' any destination.

    Raises ValueError for a prefix that is not digits.
    """

    prefix: str
    channel_id: int | None
    customer_id: int | None
    per_part: Decimal
    currency: str
    gbp_per_part: Decimal
    _costs: dict[int, Cost] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_prefix(self.prefix)

    def cost(self, parts: int) -> Cost:
        """The cost of `parts` parts, worked out once for each number of them."""
        cost = self._costs.get(parts)
        if cost is None:
            cost = self._costs[parts] = Cost(
                _rounded(self.per_part * parts), self.currency, _rounded(self.gbp_per_part * parts)
            )
        return cost


class PriceTable:
    """The price list, ready to be asked. Of two prices with the same conditions the later one stands."""

    __slots__ = ("_by_customer",)

    def __init__(self, prices: Iterable[Price]) -> None:
        tree: dict[int | None, dict[str, dict[int | None, Price]]] = defaultdict(lambda: defaultdict(dict))
        for price in prices:
            tree[price.customer_id][price.prefix][price.channel_id] = price
        self._by_customer = {customer: PrefixIndex(by_prefix) for customer, by_prefix in tree.items()}

    def lookup(self, customer_id: int, channel_id: int, destination: str) -> Price | None:
        """The price that applies: the customer's own list first, then the longest prefix, then this
        channel's.

        `destination` is digits without '+'. None when the list is silent.
        """
        for customer in (customer_id, None):
            index = self._by_customer.get(customer)
            if index is None:
                continue
            for by_channel in index.matches(destination):
                price = by_channel.get(channel_id) or by_channel.get(None)
                if price is not None:
                    return price
        return None


def pounds_for_one(
    currency: str, stated: Decimal | None, prices: Iterable[Price], customer_id: int
) -> Decimal | None:
    """What one of a customer's currency is worth in pounds: as stated for the customer, else as the prices
    that apply to him say of that currency. None: nobody says."""
    if stated is not None or currency == "GBP":
        return stated or Decimal(1)
    for price in prices:
        if price.currency == currency and price.customer_id in (None, customer_id) and price.per_part:
            return price.gbp_per_part / price.per_part or None
    return None


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(PLACES, ROUND_HALF_UP)
