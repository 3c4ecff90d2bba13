"""One budget, counted by several API processes at once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from viesti.services.throttle import Throttle
from viesti.storage.store import Store

pytestmark = pytest.mark.integration

OWNER, BUCKET = 600, 1


class Clock:
    """A wall clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("calls", "workers", "at_least"),
    [(1, 3, 1), (5, 2, 5), (100, 4, 100), (1000, 3, 1000 - 2 * 10)],  # what two other workers may hold back
)
async def test_workers_share_a_budget(store: Store, calls: int, workers: int, at_least: int) -> None:
    clock = Clock()
    throttles = [Throttle(store, clock) for _ in range(workers)]
    tries = range(calls * 2)
    budgets = await asyncio.gather(*(throttles[n % workers](OWNER, BUCKET, calls, 60) for n in tries))
    allowed = sum(budget.allowed for budget in budgets)
    assert at_least <= allowed <= calls
    clock.forward(61)
    budgets = await asyncio.gather(*(throttles[n % workers](OWNER, BUCKET, calls, 60) for n in tries))
    assert at_least <= sum(budget.allowed for budget in budgets) <= calls


async def test_unused_permits_come_back(store: Store) -> None:
    clock = Clock()
    one, two = Throttle(store, clock), Throttle(store, clock)
    await one(OWNER, BUCKET, 1000, 60)  # holds nine more
    clock.forward(1)
    await one(OWNER, BUCKET, 1000, 60)  # gives them back, holds nine of this second
    allowed = 0
    while (await two(OWNER, BUCKET, 1000, 60)).allowed:
        allowed += 1
    assert allowed == 1000 - 2 - 9


async def test_a_restart_does_not_refill_the_budget(store: Store) -> None:
    clock = Clock()
    for expected in (2, 1, 0):
        assert (await Throttle(store, clock)(OWNER, BUCKET, 3, 60)).remaining == expected
    refused = await Throttle(store, clock)(OWNER, BUCKET, 3, 60)
    assert (refused.allowed, refused.remaining, refused.reset) == (False, 0, 61)
    clock.forward(refused.reset)
    assert (await Throttle(store, clock)(OWNER, BUCKET, 3, 60)).allowed


@pytest.mark.parametrize("default", [0, -1])
async def test_no_limit(store: Store, default: int) -> None:
    throttle = Throttle(store, Clock(), calls=default)
    budget = await throttle(OWNER, BUCKET, None, 60)
    assert (budget.allowed, budget.limit) == (True, 0)


async def test_the_default_is_for_those_without_their_own(store: Store) -> None:
    throttle = Throttle(store, Clock(), calls=7, seconds=10)
    assert (await throttle(OWNER, BUCKET)).limit == 7
    assert (await throttle(OWNER, BUCKET, 5, 60)).limit == 5


async def test_a_changed_budget_counts_at_once(store: Store) -> None:
    throttle = Throttle(store, Clock())
    assert (await throttle(OWNER, BUCKET, 1, 60)).allowed
    assert not (await throttle(OWNER, BUCKET, 1, 60)).allowed
    assert (await throttle(OWNER, BUCKET, 3, 60)).remaining == 1
