from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred
from viesti.domain.retry import (
    CALLBACK_MAX_AGE,
    SPREAD,
    GiveUp,
    RetryPolicy,
    Schedule,
    next_attempt,
    next_callback,
)

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
DEFAULT = RetryPolicy()
TOO_MANY, EXPIRED = GiveUp(Failure.TOO_MANY_ATTEMPTS), GiveUp(Failure.EXPIRED)


def wait(attempt: int, reason: Failure, retry_after: float | None = None, jitter: float = 0.0) -> object:
    due = next_attempt(attempt, Deferred(reason, retry_after), START, jitter, START, DEFAULT)
    return due if isinstance(due, GiveUp) else (due - START).total_seconds()


@pytest.mark.parametrize(
    ("attempt", "reason", "expected"),
    [
        (1, Failure.CARRIER_BUSY, 1),
        (3, Failure.CARRIER_BUSY, 5),
        (1_000_000, Failure.CARRIER_BUSY, 30),
        (1, Failure.LINK_DOWN, 1),
        (99, Failure.LINK_DOWN, 60),
        (1, Failure.CHANNEL_STOPPED, 0),
        (1, Failure.NO_ROUTE, 30),
        (1, Failure.CARRIER_ERROR, 5),
        (5, Failure.CARRIER_ERROR, 1_800),
        (6, Failure.CARRIER_ERROR, TOO_MANY),
        (5, Failure.UNREACHABLE, 10_800),
        (6, Failure.UNREACHABLE, TOO_MANY),
        (1, Failure.INVALID_CONTENT, 30),
        (5, Failure.INVALID_CONTENT, TOO_MANY),
    ],
)
def test_wait_of_each_failure(attempt: int, reason: Failure, expected: object) -> None:
    assert wait(attempt, reason) == expected


@pytest.mark.parametrize("reason", Failure)
def test_every_failure_has_a_schedule(reason: Failure) -> None:
    assert wait(1, reason) != TOO_MANY
    later = [wait(attempt, reason) for attempt in range(1, 12)]
    waits = [each for each in later if not isinstance(each, GiveUp)]
    assert waits == sorted(waits)  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("retry_after", "jitter", "expected"),
    [
        (None, 0.5, 1 * (1 + SPREAD / 2)),
        (30.0, 0.0, 30),
        (30.0, 1.0, 30 * (1 + SPREAD)),
        (0.1, 0.0, 1),
        (86_400.0, 0.0, 86_400),
        (86_401.0, 0.0, EXPIRED),
        (1e300, 0.0, EXPIRED),
        (float("inf"), 0.0, EXPIRED),
    ],
)
def test_the_carrier_s_own_wait_is_honoured(
    retry_after: float | None, jitter: float, expected: object
) -> None:
    assert wait(1, Failure.CARRIER_BUSY, retry_after, jitter) == expected


@pytest.mark.parametrize(
    ("age", "validity", "expected"),
    [
        (timedelta(hours=24, seconds=-60), None, timedelta(seconds=60)),
        (timedelta(hours=24, seconds=-59), None, EXPIRED),
        (timedelta(seconds=240), 300, timedelta(seconds=60)),
        (timedelta(seconds=241), 300, EXPIRED),
        (timedelta(hours=24), 10**9, EXPIRED),
    ],
    ids=["last in 24 h", "too old", "last in its validity", "validity over", "validity beyond the policy"],
)
def test_gives_up_when_the_next_would_be_too_late(
    age: timedelta, validity: int | None, expected: timedelta | GiveUp
) -> None:
    now = START + age
    due = next_attempt(50, Deferred(Failure.LINK_DOWN), now, 0.0, START, DEFAULT, validity)
    assert (due if isinstance(due, GiveUp) else due - now) == expected


def test_a_policy_may_bring_its_own_schedules() -> None:
    policy = RetryPolicy(timedelta(hours=1), {Failure.LINK_DOWN: Schedule((7,), attempts=2)})
    for reason, attempt, expected in [
        (Failure.LINK_DOWN, 1, START + timedelta(seconds=7)),
        (Failure.LINK_DOWN, 2, TOO_MANY),
        (Failure.CARRIER_BUSY, 1, START + timedelta(seconds=30)),  # not in it: the default for the rest
    ]:
        assert next_attempt(attempt, Deferred(reason), START, 0.0, START, policy) == expected


@given(
    st.integers(1, 100),
    st.sampled_from(Failure),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 1e6),
    st.integers(0, 90_000),
)
def test_never_earlier_than_asked_nor_later_than_allowed(
    attempt: int, reason: Failure, jitter: float, retry_after: float | None, age: int
) -> None:
    now = START + timedelta(seconds=age)
    due = next_attempt(attempt, Deferred(reason, retry_after), now, jitter, START, DEFAULT)
    if not isinstance(due, GiveUp):
        assert due <= START + DEFAULT.max_age
        assert (due - now).total_seconds() >= (retry_after or 0) - 1e-6


def callback_times(jitter: float) -> list[timedelta]:
    """When each try of a callback that always fails is made."""
    times, now, attempt = [timedelta()], START, 1
    while (due := next_callback(attempt, now, START, jitter)) is not None:
        times.append(due - START)
        now, attempt = due, attempt + 1
    return times


def test_a_callback_is_tried_for_three_days() -> None:
    times = callback_times(0.0)
    assert [each.total_seconds() for each in times[:5]] == [0, 5, 35, 155, 755]
    assert timedelta(hours=60) < times[-1] <= CALLBACK_MAX_AGE
    assert len(times) == 15


@given(st.floats(0, 1, exclude_max=True))
def test_a_callback_s_waits_only_grow(jitter: float) -> None:
    times = callback_times(jitter)
    waits = [after - before for before, after in pairwise(times)]
    # Microseconds: what rounding each time to the clock's step may take away.
    assert all(after - before > timedelta(microseconds=-5) for before, after in pairwise(waits))
    assert times[-1] <= CALLBACK_MAX_AGE


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [(None, 5), (2.0, 5), (3_600.0, 3_600), (72 * 3_600.0, 72 * 3_600), (72 * 3_600.1, None), (1e12, None)],
)
def test_an_endpoint_s_retry_after(retry_after: float | None, expected: int | None) -> None:
    due = next_callback(1, START, START, 0.0, retry_after)
    assert (due and (due - START).total_seconds()) == expected
