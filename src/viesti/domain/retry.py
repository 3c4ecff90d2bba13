"""When to try again: a function of the attempt, what came of it, and now.

Rule: a wait is never shorter than the peer asked for; jitter only lengthens it. No clock and no chance in
here, both are arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from viesti.domain.failure import Failure
from viesti.domain.outcome import Deferred

SPREAD = 0.2  # the longest jitter, as a share of the wait


@dataclass(frozen=True, slots=True)
class Schedule:
    """Seconds to wait after each attempt, the last repeating; `attempts` None is until too old."""

    waits: tuple[float, ...]
    attempts: int | None = None

    def wait(self, attempt: int) -> float:
        """Seconds to wait after this attempt (1 is the first)."""
        return self.waits[min(attempt, len(self.waits)) - 1]


# What says nothing about the message (a dead link, a full queue) is tried until the message is too old; what
# may lie in the message is tried a few times.
SCHEDULES: dict[Failure, Schedule] = {
    Failure.CARRIER_BUSY: Schedule((1, 2, 5, 10, 20, 30)),
    Failure.LINK_DOWN: Schedule((1, 2, 5, 10, 30, 60)),
    Failure.CHANNEL_STOPPED: Schedule((0, 1, 5, 15, 30, 60)),
    Failure.NO_ROUTE: Schedule((30, 60, 300, 900)),
    Failure.NO_BALANCE: Schedule((300, 900, 1_800, 3_600)),
    Failure.CARRIER_ERROR: Schedule((5, 30, 120, 600, 1_800), attempts=6),
    Failure.UNREACHABLE: Schedule((60, 300, 1_800, 3_600, 10_800), attempts=6),
    Failure.UNSPECIFIED: Schedule((30, 120, 600, 1_800), attempts=5),  # and every failure not named here
}


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a message is worth sending, and the waits."""

    max_age: timedelta = timedelta(hours=24)
    schedules: Mapping[Failure, Schedule] | None = None  # None is SCHEDULES

    def schedule(self, reason: Failure) -> Schedule:
        """The schedule of this failure, or that of UNSPECIFIED."""
        table = SCHEDULES if self.schedules is None else self.schedules
        return table.get(reason) or table.get(Failure.UNSPECIFIED) or SCHEDULES[Failure.UNSPECIFIED]


@dataclass(frozen=True, slots=True)
class GiveUp:
    """No more attempts: EXPIRED when the next would be too late, TOO_MANY_ATTEMPTS when none is left."""

    reason: Failure


def next_attempt(
    attempt: int,
    outcome: Deferred,
    now: datetime,
    jitter: float,
    first_at: datetime,
    policy: RetryPolicy,
    validity_seconds: int | None = None,
) -> datetime | GiveUp:
    """When the next attempt is due after attempt number `attempt` (1 is the first) was deferred at `now`.

    `jitter` in [0, 1) spreads the wait; `first_at` is when the message was first due, from which
    `policy.max_age` and the message's own `validity_seconds` count, the earlier one binding.
    """
    schedule = policy.schedule(outcome.reason)
    if schedule.attempts is not None and attempt >= schedule.attempts:
        return GiveUp(Failure.TOO_MANY_ATTEMPTS)
    age = policy.max_age.total_seconds()
    lifetime = age if validity_seconds is None else min(age, validity_seconds)
    due = _due(
        schedule.wait(attempt), outcome.retry_after, now, jitter, first_at + timedelta(seconds=lifetime)
    )
    return GiveUp(Failure.EXPIRED) if due is None else due


# Eleven tries within the first day, then one every twelve hours.
CALLBACK_SCHEDULE = Schedule((5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 14_400, 21_600, 43_200))
CALLBACK_MAX_AGE = timedelta(hours=72)


def next_callback(
    attempt: int,
    now: datetime,
    created_at: datetime,
    jitter: float,
    retry_after: float | None = None,
    max_age: timedelta = CALLBACK_MAX_AGE,
) -> datetime | None:
    """When a callback is tried again after attempt number `attempt` (1 is the first) failed at `now`.

    `retry_after` is what the endpoint asked for, in seconds. None when that would be later than `max_age`
    after `created_at`: the callback is then parked for a person.
    """
    return _due(CALLBACK_SCHEDULE.wait(attempt), retry_after, now, jitter, created_at + max_age)


def _due(
    wait: float, retry_after: float | None, now: datetime, jitter: float, deadline: datetime
) -> datetime | None:
    seconds = max(wait, retry_after or 0.0) * (1 + SPREAD * jitter)
    # Compared as numbers first: a peer's Retry-After may be beyond what a timedelta can hold.
    if seconds > (deadline - now).total_seconds():
        return None
    return now + timedelta(seconds=seconds)
