from __future__ import annotations

import heapq
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.fair import UNIT, FairClock
from viesti.domain.lane import Lane

CHANNEL = 1


class Queue:
    """The outbox as the store keeps it: taken by tag, then by id; each take tells the clock."""

    def __init__(self) -> None:
        self.clock = FairClock()
        self.heap: list[tuple[int, int, int]] = []
        self.ids = count()

    def put(self, customer: int, messages: int = 1, cost: int = 1, weight: int = 1) -> None:
        for _ in range(messages):
            tag = self.clock.tag(CHANNEL, Lane.BULK, customer, cost, weight)
            heapq.heappush(self.heap, (tag, next(self.ids), customer))

    def take(self, messages: int) -> list[int]:
        taken = []
        for _ in range(min(messages, len(self.heap))):
            tag, _, customer = heapq.heappop(self.heap)
            taken.append(customer)
            self.clock.advance(CHANNEL, Lane.BULK, tag)
        return taken


def test_a_million_of_one_customer_do_not_delay_another() -> None:
    clock = FairClock()
    tags = [clock.tag(CHANNEL, Lane.BULK, 1, 1) for _ in range(1_000_000)]
    clock.advance(CHANNEL, Lane.BULK, tags[1_000])  # that many were taken
    assert tags[1_000] <= clock.tag(CHANNEL, Lane.BULK, 2, 1) < tags[1_001]


@given(st.integers(0, 500), st.integers(1, 20))
def test_a_newcomer_waits_for_one_message_of_a_backlog_at_most(before: int, messages: int) -> None:
    queue = Queue()
    queue.put(1, 2_000)
    queue.take(before)
    queue.put(2, messages)
    taken = queue.take(2 * messages)
    assert taken.count(2) >= messages - 1
    assert 2 in taken[:2]


@pytest.mark.parametrize("weights", [(1, 1), (2, 1), (3, 1), (5, 2), (16, 1)])
def test_backlogged_customers_share_by_weight(weights: tuple[int, int]) -> None:
    queue = Queue()
    for customer, weight in enumerate(weights):
        queue.put(customer, 1_000, weight=weight)
    total = sum(weights)
    rounds = 1_000 // max(weights) // 2
    taken = queue.take(rounds * total)
    for customer, weight in enumerate(weights):
        assert abs(taken.count(customer) - rounds * weight) <= 1


def test_equal_customers_take_turns() -> None:
    queue = Queue()
    queue.put(1, 50)
    queue.put(2, 50)
    assert queue.take(20) == [1, 2] * 10


def test_long_messages_count_by_their_parts() -> None:
    queue = Queue()
    queue.put(1, 100, cost=4)
    queue.put(2, 400, cost=1)
    taken = queue.take(250)
    assert abs(taken.count(2) - 4 * taken.count(1)) <= 4


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 30), st.integers(1, 3)), max_size=40))
def test_a_customer_s_own_messages_keep_their_order(steps: list[tuple[int, int, int]]) -> None:
    clock = FairClock()
    last: dict[int, int] = {}
    taken = 0
    for customer, cost, weight in steps:
        tag = clock.tag(CHANNEL, Lane.BULK, customer, cost, weight)
        assert tag > last.get(customer, -1)
        assert tag >= taken
        last[customer] = tag
        taken = max(taken, min(last.values()))
        clock.advance(CHANNEL, Lane.BULK, taken)


def test_who_was_idle_is_not_owed_the_past() -> None:
    queue = Queue()
    queue.put(1, 100)
    queue.take(100)
    queue.put(1, 5)
    queue.put(2, 100)
    assert queue.take(10).count(1) in (4, 5)


def test_queues_do_not_share_time() -> None:
    clock = FairClock()
    clock.advance(1, Lane.BULK, 77)
    tags = {(channel, lane): clock.tag(channel, lane, 1, 1) for channel in (1, 2) for lane in Lane}
    assert tags == {
        (1, Lane.TRANSACTIONAL): 0,
        (1, Lane.BULK): 77,
        (2, Lane.TRANSACTIONAL): 0,
        (2, Lane.BULK): 0,
    }


def test_time_never_goes_back() -> None:
    clock = FairClock()
    clock.advance(CHANNEL, Lane.BULK, 100)
    clock.advance(CHANNEL, Lane.BULK, 50)
    assert clock.tag(CHANNEL, Lane.BULK, 1, 1) == 100


def test_memory_is_bounded_by_who_has_messages_waiting() -> None:
    clock = FairClock()
    for customer in range(100_000):
        tag = clock.tag(CHANNEL, Lane.BULK, customer, 1)
        clock.advance(CHANNEL, Lane.BULK, tag + UNIT)
        assert clock.remembered() <= 1_024
    for customer in range(5_000):
        clock.tag(CHANNEL, Lane.BULK, customer, 10)
    clock.advance(CHANNEL, Lane.BULK, 100_001 * UNIT)
    assert clock.remembered() == 5_000  # none with a backlog is forgotten


@pytest.mark.parametrize(("cost", "weight"), [(0, 1), (-1, 1), (1, 0), (1, -1)])
def test_cost_and_weight_are_at_least_one(cost: int, weight: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        FairClock().tag(CHANNEL, Lane.BULK, 1, cost, weight)


def test_a_share_too_small_to_count_still_moves_time() -> None:
    clock = FairClock()
    first = clock.tag(CHANNEL, Lane.BULK, 1, 1, weight=10 * UNIT)
    assert clock.tag(CHANNEL, Lane.BULK, 1, 1, weight=10 * UNIT) == first + 1
