"""`viesti balance`: what a customer paid in, may spend, and has spent.

Rule: amounts are in the customer's currency; every change has an entry that says who made it.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from viesti.cli import wiring

if TYPE_CHECKING:
    from viesti.domain.estate import Customer
    from viesti.services.balance.read import BalanceSeen
    from viesti.services.estate import EstateCache
    from viesti.storage.store import BalanceEntry, Store

ADD, CAP, NONE = ACTS = ("add", "cap", "none")
ENTRIES = 10  # shown beside the balance


def balance(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's key.")],
    act: Annotated[
        str | None,
        typer.Argument(
            metavar="[add AMOUNT | cap AMOUNT | none]",
            help="add: what was paid in (below zero: taken out). cap: how far below zero the balance may go."
            " none: no limit any more.",
        ),
    ] = None,
    amount: Annotated[str | None, typer.Argument(metavar="", hidden=True)] = None,
    note: Annotated[str, typer.Option(help="What it was for, such as an invoice's number.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries to show.")] = ENTRIES,
) -> None:
    """Show a customer's balance, or change it. What it does not cover is frozen until it does."""
    from viesti.cli.access_means import with_estate
    from viesti.cli.apply import actor
    from viesti.services.balance.keep import BalanceProblem, KeepBalance
    from viesti.services.balance.read import ReadBalance

    value = _amount(act, amount)

    async def work(store: Store, estate: EstateCache) -> tuple[BalanceSeen, list[BalanceEntry]]:
        owner = customer_of(estate, customer)
        keep = KeepBalance(store, estate, wiring.utc_now, actor())
        try:
            if act == ADD and value is not None:
                await keep.pay_in(owner, value, note)
            elif act is not None:
                await keep.set_cap(owner, value, note)
        except BalanceProblem as problem:
            raise wiring.Problem(str(problem)) from None
        return await ReadBalance(store, estate)(owner.id), await keep.entries(owner, limit)

    _show(*with_estate(context, work))


def customer_of(estate: EstateCache, key: str) -> Customer:
    """The customer of this key. Raises Problem."""
    for customer in estate.current.estate.customers.values():
        if customer.key == key:
            return customer
    raise wiring.Problem(f"There is no customer {key}.")


def _amount(act: str | None, written: str | None) -> Decimal | None:
    if act is not None and act not in ACTS:
        raise wiring.Problem(f"After the customer comes nothing, or one of {', '.join(ACTS)}.")
    if act in (ADD, CAP):
        try:
            return Decimal(written or "")
        except InvalidOperation:
            raise wiring.Problem(f"{act} needs an amount, such as {act} 100.50.") from None
    if written is not None:
        raise wiring.Problem(f"{act} takes no amount.")
    return None


def _show(seen: BalanceSeen, entries: list[BalanceEntry]) -> None:
    from viesti.cli.access_means import show_table
    from viesti.cli.messages_view import when

    if not seen.kept:
        print("No balance is kept: nothing is held back for lack of it. `add` or `cap` begins one.")
    else:
        print(f"balance    {money(seen.balance, seen.currency)}")
        print(f"paid in    {money(seen.paid, seen.currency)}")
        print(f"spent      {money(seen.spent, seen.currency)}")
        print(f"cap        {'none' if seen.cap is None else money(seen.cap, seen.currency)}")
        if seen.left is not None:
            pounds = "" if seen.left_gbp is None else f" ({money(seen.left_gbp, 'GBP')})"
            print(f"left       {money(seen.left, seen.currency)}{pounds}")
    if seen.frozen:
        print(
            f"frozen     {seen.frozen}, of them {seen.frozen_for_balance} for lack of balance:"
            f" {money(seen.frozen_cost, seen.currency)}"
        )
    if entries:
        print()
        show_table(
            ("at", "what", "amount", "by", "note"),
            (
                (when(e.at), e.kind, "" if e.amount is None else f"{e.amount.normalize():f}", e.actor, e.note)
                for e in entries
            ),
            "",
        )


def money(amount: Decimal, currency: str) -> str:
    """An amount as it is read, without what nobody needs of its decimals."""
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():f} {currency}"
