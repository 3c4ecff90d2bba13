"""What customers may still spend, while costs are taken from it in order.

Rule: what does not fit is not taken, not even in part; a later and cheaper one may still fit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

NOTHING = Decimal(0)


class Purse:
    """`left` by customer, None for no limit; whoever is not in it has none either. After taking: `taken`, by
    customer, and `short`: those for whom something did not fit."""

    def __init__(self, left: Mapping[int, Decimal | None]) -> None:
        self._left = dict(left)
        self.taken: dict[int, Decimal] = defaultdict(Decimal)
        self.short: set[int] = set()

    def knows(self, customer_id: int) -> bool:
        """Whether that customer has a balance."""
        return customer_id in self._left

    def take(self, customer_id: int, cost: Decimal | None) -> bool:
        """Take a cost (None: it has no price), if it fits; gives whether it did."""
        amount = cost or NOTHING
        left = self._left.get(customer_id)
        if left is not None:
            if amount > left:
                self.short.add(customer_id)
                return False
            self._left[customer_id] = left - amount
        self.taken[customer_id] += amount
        return True
