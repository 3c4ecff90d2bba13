from __future__ import annotations

from decimal import Decimal

import pytest

from viesti.domain.pricing import Cost, Price, PriceTable


def price(label: str, prefix: str = "", channel: int | None = None, customer: int | None = None) -> Price:
    return Price(prefix, channel, customer, Decimal(label), "EUR", Decimal(0))


LIST = PriceTable(
    [
        price("1"),
        price("2", "358"),
        price("3", "35840"),
        price("4", "358", channel=7),
        price("5", channel=8),
        price("6", "46", customer=9),
        price("7", "46", channel=7, customer=9),
        price("8", "47", channel=7),
    ]
)


@pytest.mark.parametrize(
    ("customer", "channel", "number", "expected"),
    [
        (1, 1, "49123", "1"),
        (1, 1, "358501", "2"),
        (1, 1, "358401", "3"),
        (1, 7, "358501", "4"),
        (1, 7, "358401", "3"),
        (1, 8, "358401", "3"),
        (1, 8, "49123", "5"),
        (9, 1, "46123", "6"),
        (9, 7, "46123", "7"),
        (9, 1, "358401", "3"),
        (1, 7, "46123", "1"),
        (1, 1, "47123", "1"),
    ],
    ids=[
        "everything",
        "prefix",
        "longer prefix",
        "channel",
        "prefix before channel",
        "prefix before channel without prefix",
        "channel, any prefix",
        "customer",
        "customer and channel",
        "customer's list silent",
        "another customer's list",
        "longest prefix only on another channel",
    ],
)
def test_lookup(customer: int, channel: int, number: str, expected: str) -> None:
    found = LIST.lookup(customer, channel, number)
    assert found is not None
    assert found.per_part == Decimal(expected)


def test_a_silent_list_has_no_price() -> None:
    assert PriceTable([price("1", "358")]).lookup(1, 1, "46123") is None


def test_the_later_of_two_equal_prices_stands() -> None:
    found = PriceTable([price("1"), price("2")]).lookup(1, 1, "358")
    assert found is not None
    assert found.per_part == 2


@pytest.mark.parametrize(
    ("per_part", "parts", "amount"),
    [
        ("0.05", 3, "0.150000"),
        ("0.1", 3, "0.300000"),
        ("0.0000004", 1, "0.000000"),
        ("0.0000005", 1, "0.000001"),
        ("0.0000005", 2, "0.000001"),
        ("12345.678901", 255, "3148148.119755"),
        ("0.05", 0, "0.000000"),
    ],
)
def test_cost_is_exact_and_rounded_once(per_part: str, parts: int, amount: str) -> None:
    cost = Price("", None, None, Decimal(per_part), "EUR", Decimal(per_part) / 2).cost(parts)
    assert cost.amount.as_tuple() == Decimal(amount).as_tuple()
    assert cost.currency == "EUR"
    assert cost.gbp.as_tuple().exponent == -6


def test_cost_has_its_value_in_pounds() -> None:
    cost = Price("", None, None, Decimal("0.10"), "EUR", Decimal("0.086")).cost(2)
    assert cost == Cost(Decimal("0.20"), "EUR", Decimal("0.172"))
