"""Shows a customer's balance, and what is frozen of what he sent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from viesti.domain.message import HeldReason
from viesti.domain.pricing import PLACES
from viesti.services.estate import EstateCache
from viesti.storage.store import Store

NOTHING = Decimal("0.000000")


@dataclass(frozen=True, slots=True)
class BalanceSeen:
    """In the customer's currency. `kept`: whether there is a balance; without one nothing is held back for
    lack of it. `cap`: how far below zero it may go (None: no limit); `left`: what may still be spent (None:
    no limit); `left_gbp`: the same in pounds (None: no limit, or nobody says what the currency is worth), and
    so `balance_gbp` of the balance. `frozen`: recipients held back for any reason; `frozen_for_balance` and
    `frozen_cost`: for lack of balance, and what they will cost."""

    currency: str
    kept: bool
    paid: Decimal
    cap: Decimal | None
    spent: Decimal
    left: Decimal | None
    left_gbp: Decimal | None
    balance_gbp: Decimal | None
    frozen: int
    frozen_for_balance: int
    frozen_cost: Decimal

    @property
    def balance(self) -> Decimal:
        """What was paid in and is not spent; below zero where the cap allows it."""
        return self.paid - self.spent


class ReadBalance:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    async def __call__(self, customer_id: int) -> BalanceSeen:
        """The customer's balance as it is now."""
        snapshot = self._estate.current
        async with self._store.statements() as each:
            found = await each.money.balance(customer_id)
            held = await each.held.tally(customer_id)
        waiting = held.get(HeldReason.BALANCE)
        balance = found.paid - found.spent if found else NOTHING
        left = found.left if found else None
        rate = snapshot.gbp_rate(customer_id)
        return BalanceSeen(
            currency=found.currency if found else snapshot.estate.customers[customer_id].currency,
            kept=found is not None,
            paid=found.paid if found else NOTHING,
            cap=found.cap if found else None,
            spent=found.spent if found else NOTHING,
            left=left,
            left_gbp=None if left is None else _pounds(left, rate),
            balance_gbp=_pounds(balance, rate),
            frozen=sum(one.recipients for one in held.values()),
            frozen_for_balance=waiting.recipients if waiting else 0,
            frozen_cost=waiting.cost if waiting else NOTHING,
        )


def _pounds(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    return None if rate is None else (amount * rate).quantize(PLACES, ROUND_HALF_UP)
