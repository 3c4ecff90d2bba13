"""What an operator does with a customer's balance: notes what was paid in, sets the cap or takes it away.

Rule: every act has its entry, with who did it, in the transaction of the act. A cap never stands below what
is spent already. What was frozen for lack of balance is looked at right after.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from viesti.domain.estate import Customer
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.wake import BALANCE
from viesti.storage.store import Balance, BalanceEntry, OverTheCap, Store, Transaction

MOST = Decimal(10) ** 9  # of one amount, and of all that is paid in; the store holds ten times as much
FINEST = 6  # decimals of an amount


class BalanceProblem(Exception):  # noqa: N818  says what is wrong, for who asked
    """It can't be done; the text says why."""


class KeepBalance:
    """`actor`: who acts, for the entries. Raises `BalanceProblem` and `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, now: Callable[[], datetime], actor: str) -> None:
        self._store = store
        self._estate = estate
        self._now = now
        self._actor = actor

    async def pay_in(self, customer: Customer, amount: Decimal, note: str = "") -> None:
        """Note that a customer paid in an amount; below zero it is taken out again. Who has no balance yet
        has one from now on, which may not go below zero."""
        check_amount(amount)
        if not amount:
            raise BalanceProblem("The amount is zero.")
        await self._change(customer, "paid", amount, note)

    async def set_cap(self, customer: Customer, cap: Decimal | None, note: str = "") -> None:
        """Set how far below zero a customer's balance may go; None: as far as it likes."""
        if cap is not None:
            check_amount(cap)
            if cap < 0:
                raise BalanceProblem("A cap is zero or more: it says how far below zero the balance may go.")
        await self._change(customer, "no cap" if cap is None else "cap", cap, note)

    async def entries(self, customer: Customer, limit: int) -> list[BalanceEntry]:
        """What was paid in and how the cap was changed, the newest first."""
        async with self._store.statements() as each:
            return await each.money.entries(customer.id, limit)

    async def _change(self, customer: Customer, kind: str, amount: Decimal | None, note: str) -> None:
        _check_prices(self._estate.current, customer)
        now = self._now()
        identifier, audit = await self._store.ids.take((customer.bucket, 0))

        async def work(tx: Transaction) -> None:
            await tx.money.open(customer.id, customer.bucket, customer.currency, now)
            balance = await tx.money.lock(customer.id)
            assert balance is not None
            _check_currency(customer, balance)
            paid = balance.paid + amount if kind == "paid" and amount is not None else balance.paid
            cap = balance.cap if kind == "paid" else amount
            if abs(paid) > MOST:
                raise BalanceProblem(f"What is paid in would be more than {MOST:f}.")
            try:
                async with tx.savepoint():
                    await tx.money.write(customer.id, paid, cap)
            except OverTheCap:
                raise BalanceProblem(_too_low(kind, balance)) from None
            entry = BalanceEntry(now, kind, amount, self._actor, note)
            await tx.money.add_entry(identifier, customer.bucket, customer.id, entry)
            detail = {"amount": None if amount is None else str(amount), "note": note}
            await tx.estate_edit.audit([(audit, now, self._actor, f"balance {kind}", customer.key, detail)])
            await tx.notify(BALANCE)

        await self._store.run(work)


def check_amount(amount: Decimal) -> None:
    """Raises `BalanceProblem` for what is no amount of money."""
    if not amount.is_finite() or abs(amount) > MOST:
        raise BalanceProblem(f"An amount is a number up to {MOST:f}.")
    if amount != round(amount, FINEST):
        raise BalanceProblem(f"An amount has {FINEST} decimals at most.")


def _check_currency(customer: Customer, balance: Balance) -> None:
    if customer.currency != balance.currency:
        raise BalanceProblem(
            f"The balance of {customer.key} is kept in {balance.currency}, and its currency is"
            f" {customer.currency} by now; give the customer {balance.currency} again."
        )


def _check_prices(snapshot: Snapshot, customer: Customer) -> None:
    """Every cost must be told in the currency of the balance."""
    if snapshot.gbp_rate(customer.id) is not None:
        return
    for price in snapshot.estate.prices:
        if price.customer_id is None and price.currency != customer.currency:
            raise BalanceProblem(
                f"Some prices are in {price.currency}, and nothing says what {customer.currency} is in"
                f" pounds: give the customer {customer.key} a gbp_rate."
            )


def _too_low(kind: str, balance: Balance) -> str:
    spent, currency = f"{balance.spent.normalize():f}", balance.currency
    lowest = f"{max(balance.spent - balance.paid, Decimal(0)).normalize():f}"
    if kind == "paid":
        free = f"{(balance.left or Decimal(0)).normalize():f}"
        return f"{spent} {currency} are spent already: {free} at most can be taken out."
    return f"{spent} {currency} are spent already: the cap can be {lowest} at the lowest."
