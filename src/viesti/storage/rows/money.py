"""Balances: what customers paid in, what they have spent, and what recipients cost.

Rule: nothing goes above the cap, which the table's own constraint sees to. Balances are locked before
anything is taken from them, several always in the order of their customers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import asyncpg

from viesti.storage.database import Connection
from viesti.storage.money import as_money
from viesti.storage.sql import queries

SQL = queries("money")
CAP = "within_the_cap"  # the name of the constraint


class OverTheCap(Exception):  # noqa: N818  says the fact; the caller sees what fits, and does it again
    """It would have cost a customer more than he may spend; nothing of it is stored."""


def is_over_the_cap(error: asyncpg.CheckViolationError) -> bool:
    """Whether that is what the constraint refused."""
    return error.constraint_name == CAP


@dataclass(frozen=True, slots=True)
class Balance:
    """A customer's balance. `cap`: how far below zero it may go; None: there is no limit."""

    customer_id: int
    bucket: int
    currency: str
    paid: Decimal
    cap: Decimal | None
    spent: Decimal
    since: datetime

    @property
    def left(self) -> Decimal | None:
        """What may still be spent; None: there is no limit."""
        return None if self.cap is None else self.paid + self.cap - self.spent


class Entry(NamedTuple):
    """What was paid in, or how the cap was changed, and by whom."""

    at: datetime
    kind: str  # paid, cap, no cap
    amount: Decimal | None
    actor: str
    note: str


class CostRow(NamedTuple):
    """What a recipient costs so far, for how many parts, and whether it is taken from the balance."""

    id: int
    bucket: int
    customer_id: int
    address: str
    parts: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    charged: bool


class SharePaid(NamedTuple):
    """A recipient pays `part` of `whole` of what it was to cost. `parts`: how many it took; None: as
    planned."""

    recipient_id: int
    part: int
    whole: int
    parts: int | None = None


class Money:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def balance(self, customer_id: int) -> Balance | None:
        row = await self._connection.fetchrow(SQL["balance"], customer_id)
        return _balance(row) if row else None

    async def open(self, customer_id: int, bucket: int, currency: str, since: datetime) -> None:
        """Begin to keep a balance, with nothing paid in and nothing to spend, unless there is one."""
        await self._connection.execute(SQL["open"], customer_id, bucket, currency, since)

    async def lock(self, customer_id: int) -> Balance | None:
        """The balance, locked until the transaction ends."""
        row = await self._connection.fetchrow(SQL["lock"], customer_id)
        return _balance(row) if row else None

    async def write(self, customer_id: int, paid: Decimal, cap: Decimal | None) -> None:
        """Raises `OverTheCap` when more than that is spent already."""
        try:
            await self._connection.execute(SQL["write"], customer_id, paid, cap)
        except asyncpg.CheckViolationError as error:
            if is_over_the_cap(error):
                raise OverTheCap from error
            raise

    async def lock_left(self, customer_ids: Collection[int]) -> dict[int, Decimal | None]:
        """What these may still spend, None for no limit; who has no balance is not in it. Locked until the
        transaction ends."""
        rows = await self._connection.fetch(SQL["lock_left"], list(customer_ids))
        return {row["customer_id"]: row["left"] for row in rows}

    async def spend(self, amounts: Mapping[int, Decimal]) -> None:
        """Add to what customers have spent; their balances are locked, and cover it."""
        spent = [(customer, amount) for customer, amount in sorted(amounts.items()) if amount]
        if spent:
            await self._connection.execute(SQL["spend"], *zip(*spent, strict=True))

    async def add_entry(self, identifier: int, bucket: int, customer_id: int, entry: Entry) -> None:
        await self._connection.execute(SQL["add_entry"], identifier, bucket, customer_id, *entry)

    async def entries(self, customer_id: int, limit: int) -> list[Entry]:
        """The newest first."""
        rows = await self._connection.fetch(SQL["entries"], customer_id, limit)
        return [Entry(*row)._replace(amount=as_money(row["amount"])) for row in rows]

    async def settle_shares(self, shares: Sequence[SharePaid]) -> None:
        """Write what these finally pay, and give the rest back."""
        less = sorted(share for share in shares if share.part < share.whole)
        if less:
            await self._connection.execute(SQL["settle_shares"], *zip(*less, strict=True))

    async def costs(self, recipient_ids: Collection[int]) -> list[CostRow]:
        """What these cost so far; locked until the transaction ends."""
        rows = await self._connection.fetch(SQL["costs"], sorted(recipient_ids))
        return [
            CostRow(*row)._replace(cost=as_money(row["cost"]), cost_gbp=as_money(row["cost_gbp"]))
            for row in rows
        ]

    async def write_costs(self, rows: Sequence[tuple[int, Decimal | None, Decimal | None, int]]) -> None:
        """`(recipient id, cost, cost in pounds, parts)`."""
        if rows:
            await self._connection.execute(SQL["write_costs"], *zip(*sorted(rows), strict=True))

    async def give_back(self, rows: Sequence[tuple[CostRow, Decimal]]) -> None:
        """Of each recipient's cost, this amount was too much."""
        if rows:
            changes = sorted((row.id, row.bucket, row.customer_id, -amount) for row, amount in rows)
            await self._connection.execute(SQL["give_back"], *zip(*changes, strict=True))

    async def fold_changes(self, limit: int) -> list[int]:
        """Add waiting changes to what was spent; gives the customers they were of."""
        return [row["customer_id"] for row in await self._connection.fetch(SQL["fold_changes"], limit)]

    async def releasable(self) -> list[int]:
        """Customers with frozen recipients whose next one their balance covers."""
        return [row["customer_id"] for row in await self._connection.fetch(SQL["releasable"])]

    async def mark_charged(self, recipient_ids: Sequence[int]) -> None:
        if recipient_ids:
            await self._connection.execute(SQL["mark_charged"], recipient_ids)


def _balance(row: asyncpg.Record) -> Balance:
    return Balance(
        row["customer_id"],
        row["bucket"],
        row["currency"],
        _amount(row["paid"]),
        as_money(row["cap"]),
        _amount(row["spent"]),
        row["since"],
    )


def _amount(value: Decimal) -> Decimal:
    amount = as_money(value)
    assert amount is not None
    return amount
