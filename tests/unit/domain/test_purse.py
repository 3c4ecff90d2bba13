"""Costs are taken from what is left, in order."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.purse import Purse

amounts = st.decimals(min_value=0, max_value=100, places=6)


def test_what_does_not_fit_is_not_taken_and_a_cheaper_one_may_still_fit() -> None:
    purse = Purse({1: Decimal(10)})
    assert [purse.take(1, Decimal(cost)) for cost in (6, 5, 4, 1)] == [True, False, True, False]
    assert purse.taken == {1: Decimal(10)}
    assert purse.short == {1}


def test_without_limit_or_balance_everything_fits() -> None:
    purse = Purse({1: None})
    assert purse.take(1, Decimal(10**9))
    assert purse.take(2, Decimal(10**9))
    assert purse.short == set()


def test_what_has_no_price_fits_where_nothing_is_left() -> None:
    purse = Purse({1: Decimal(0)})
    assert purse.take(1, None)
    assert not purse.take(1, Decimal("0.000001"))


@given(amounts, st.lists(amounts))
def test_never_more_than_there_was(left: Decimal, costs: list[Decimal]) -> None:
    purse = Purse({1: left})
    fitted = [cost for cost in costs if purse.take(1, cost)]
    assert sum(fitted, Decimal(0)) == purse.taken[1] <= left
