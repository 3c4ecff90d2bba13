"""GET /system/report.

Rule: money is as of now; contacts are counted anew once a minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from viesti.api.answer import Answer, answer_json
from viesti.api.txtsync.system.shapes import RatingsShown, ReportAsked, ReportShown
from viesti.domain.rating import HIGHEST
from viesti.services.authenticate import Caller
from viesti.services.balance.read import BalanceSeen, ReadBalance
from viesti.services.contacts.book_report import STEP, BookReport, ReportBook

NO_MONEY = Decimal(0)


class System:
    """The operations."""

    def __init__(self, balance: ReadBalance, book: ReportBook) -> None:
        self._balance = balance
        self._book = book

    async def report(self, caller: Caller, asked: ReportAsked) -> Answer:
        """GetSystemReport."""
        customer_id = caller.customer.id
        return answer_json(shown(await self._balance(customer_id), await self._book(customer_id)))


def shown(money: BalanceSeen, book: BookReport) -> ReportShown:
    """The report."""
    return ReportShown(
        currency_code=money.currency,
        balance_local=money.balance,
        balance_gbp=money.balance_gbp or NO_MONEY,
        spent_local=money.spent,
        limited=money.left is not None,
        left_local=money.left or NO_MONEY,
        left_gbp=money.left_gbp or NO_MONEY,
        total_frozen_outbound_messages=money.frozen,
        frozen_for_balance=money.frozen_for_balance,
        frozen_cost_local=money.frozen_cost,
        total_contacts=book.contacts,
        opted_in=book.opted_in,
        opted_out=book.opted_out,
        ratings=tuple(_ratings(book.ratings)),
    )


def _ratings(counts: Sequence[int]) -> Iterator[RatingsShown]:
    last = len(counts) - 1
    for place, count in enumerate(counts):
        lowest = place * STEP
        yield RatingsShown(lowest, HIGHEST if place == last else lowest + STEP - 1, count)
