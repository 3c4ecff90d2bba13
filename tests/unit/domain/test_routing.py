from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.routing import Route, RouteTable

NUMBER, SENDER, SERVICE, CUSTOMER = "358401234567", "Shop", 5, 9


def ids(table: RouteTable, pick: float = 0.0, tried: frozenset[int] = frozenset()) -> list[int]:
    found = table.candidates(NUMBER, SENDER, SERVICE, CUSTOMER, tried, pick)
    assert table.choose(NUMBER, SENDER, SERVICE, CUSTOMER, tried, pick) == (found[0] if found else None)
    return [route.id for route in found]


# Each route loses to the one before it by exactly one rule of the order.
LADDER = [
    Route(1, 1, customer_id=CUSTOMER, priority=9),
    Route(2, 2, service_id=SERVICE, priority=8),
    Route(3, 3, sender=SENDER, priority=7),
    Route(4, 4, prefix="35840", priority=6),
    Route(5, 5, prefix="358", priority=5),
    Route(6, 6, priority=1),
    Route(7, 7, priority=2),
]


def test_order_of_the_rules_and_of_the_fallbacks() -> None:
    assert ids(RouteTable(reversed(LADDER))) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("gone", range(1, 8))
def test_a_channel_that_refused_is_passed_over(gone: int) -> None:
    left = [route.id for route in LADDER if route.channel_id != gone]
    assert ids(RouteTable(LADDER), tried=frozenset({gone})) == left


def test_nothing_is_left_when_every_channel_refused() -> None:
    assert ids(RouteTable(LADDER), tried=frozenset(range(1, 8))) == []


@pytest.mark.parametrize(
    "route",
    [
        Route(1, 1, prefix="46"),
        Route(1, 1, prefix=NUMBER + "0"),
        Route(1, 1, sender="shop"),
        Route(1, 1, service_id=6),
        Route(1, 1, customer_id=8),
        Route(1, 1, prefix="358", customer_id=8),
        Route(1, 1, enabled=False),
    ],
    ids=["prefix", "longer than the number", "sender", "service", "customer", "one of two", "disabled"],
)
def test_a_route_whose_condition_fails_is_no_candidate(route: Route) -> None:
    assert ids(RouteTable([route])) == []


def test_a_channel_is_a_candidate_once_by_its_best_route() -> None:
    table = RouteTable([Route(1, 1), Route(2, 1, prefix="358"), Route(3, 2, prefix="3"), Route(4, 2)])
    assert ids(table) == [2, 3]


def test_two_equal_routes_to_a_channel_add_their_weights() -> None:
    table = RouteTable([Route(1, 1), Route(2, 1), Route(3, 2)])
    assert [ids(table, pick) for pick in (0.0, 0.5, 0.7)] == [[1, 3], [2, 3], [3, 1]]


def test_a_message_without_service_or_customer_takes_general_routes() -> None:
    table = RouteTable(LADDER)
    chosen = table.choose(NUMBER, "other", None, None)
    assert chosen is not None
    assert chosen.id == 4


@pytest.mark.parametrize(
    ("pick", "order"),
    [
        (0.0, [1, 2, 3]),
        (0.249, [1, 3, 2]),
        (0.25, [2, 1, 3]),
        (0.499, [2, 3, 1]),
        (0.5, [3, 1, 2]),
        (0.999, [3, 2, 1]),
    ],
)
def test_pick_falls_on_shares_and_again_on_those_of_the_rest(pick: float, order: list[int]) -> None:
    table = RouteTable([Route(1, 1, weight=1), Route(2, 2, weight=1), Route(3, 3, weight=2)])
    assert ids(table, pick) == order


def test_weight_zero_is_standby() -> None:
    table = RouteTable([Route(1, 1, weight=0), Route(2, 2, weight=1)])
    assert {tuple(ids(table, step / 100)) for step in range(100)} == {(2, 1)}
    assert ids(table, 0.99, tried=frozenset({2})) == [1]


def test_all_weights_zero_is_by_id() -> None:
    assert ids(RouteTable([Route(2, 2, weight=0), Route(1, 1, weight=0)]), 0.99) == [1, 2]


def test_shares_follow_the_weights() -> None:
    table = RouteTable([Route(1, 1, weight=70), Route(2, 2, weight=20), Route(3, 3, weight=10)])
    first = Counter(ids(table, step / 1_000)[0] for step in range(1_000))
    assert first == {1: 700, 2: 200, 3: 100}


routes = st.builds(
    Route,
    id=st.integers(1, 50),
    channel_id=st.integers(1, 4),
    prefix=st.sampled_from(["", "3", "358", "35840", "46"]),
    sender=st.sampled_from([None, SENDER, "other"]),
    service_id=st.sampled_from([None, SERVICE, 6]),
    customer_id=st.sampled_from([None, CUSTOMER, 8]),
    priority=st.integers(0, 2),
    weight=st.integers(0, 3),
    enabled=st.booleans(),
)


@given(st.lists(routes, max_size=20), st.frozensets(st.integers(1, 4)), st.floats(0, 1, exclude_max=True))
def test_agrees_with_filtering_and_sorting(rules: list[Route], tried: frozenset[int], pick: float) -> None:
    def rank(route: Route) -> tuple[bool, bool, bool, int, int]:
        return (
            route.customer_id is None,
            route.service_id is None,
            route.sender is None,
            -len(route.prefix),
            route.priority,
        )

    fitting = [
        route
        for route in rules
        if route.enabled
        and route.channel_id not in tried
        and NUMBER.startswith(route.prefix)
        and route.sender in (None, SENDER)
        and route.service_id in (None, SERVICE)
        and route.customer_id in (None, CUSTOMER)
    ]
    table = RouteTable(rules)
    found = table.candidates(NUMBER, SENDER, SERVICE, CUSTOMER, tried, pick)
    assert [rank(route) for route in found] == sorted(rank(route) for route in found)
    assert sorted(route.channel_id for route in found) == sorted({route.channel_id for route in fitting})
    for route in found:  # each channel by the best of its routes
        assert rank(route) == min(rank(other) for other in fitting if other.channel_id == route.channel_id)
    chosen = table.choose(NUMBER, SENDER, SERVICE, CUSTOMER, tried, pick)
    assert chosen == (found[0] if found else None)


@pytest.mark.parametrize("wrong", [{"prefix": "+358"}, {"weight": -1}])
def test_a_rule_that_cannot_work_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"digits|negative"):
        Route(1, 1, **wrong)  # type: ignore[arg-type]
