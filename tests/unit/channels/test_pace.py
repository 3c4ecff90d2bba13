"""The rate of a session, second by second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.pace import Pace


def send_for(pace: Pace, start: float, seconds: float, step: float) -> int:
    """Sends all there is room for, looking every `step` seconds; gives how many went out."""
    sent, looks = 0, round(seconds / step)
    for look in range(looks):
        now = start + look * step
        for _ in range(pace.room(now)):
            pace.sent(now)
            sent += 1
    return sent


def test_without_a_rate_there_is_always_room() -> None:
    pace = Pace(None, 0.0)
    assert pace.room(0.0) > 1_000_000
    assert pace.rate is None


@pytest.mark.parametrize("rate", [0.5, 1, 7, 30, 100, 333.3, 2000])
@pytest.mark.parametrize("step", [0.001, 0.004, 0.015])
def test_exact_over_time(rate: float, step: float) -> None:
    seconds = max(20, 20 / rate)
    assert send_for(Pace(rate, 0.0), 0.0, seconds, step) == pytest.approx(rate * seconds, rel=0.02, abs=1)


@pytest.mark.parametrize("rate", [30, 100, 1000])
def test_no_second_has_more_than_two_percent_too_many(rate: float) -> None:
    pace = Pace(rate, 0.0)
    assert send_for(pace, 500.0, 1.0, 0.001) <= rate * 1.02 + 1  # after a long silence, too


def test_room_within_the_next_second() -> None:
    pace = Pace(50, 0.0)
    assert pace.room(0.0, ahead=1.0) == 51
    for _ in range(pace.room(0.0)):
        pace.sent(0.0)
    assert pace.room(0.0) == 0
    assert pace.room(0.0, ahead=1.0) == 50
    assert pace.ready_at() == pytest.approx(0.02)


def test_throttled_and_recovered() -> None:
    pace = Pace(100, 0.0)
    pace.throttled(10.0)
    assert pace.rate == pytest.approx(70)
    assert send_for(pace, 10.0, 1.0, 0.001) == pytest.approx(70, abs=3)
    pace.room(12.0)
    assert pace.rate == pytest.approx(70 * 1.1**2)
    pace.room(30.0)
    assert pace.rate == 100


@pytest.mark.parametrize("rate", [0.5, 1, 10, 200, 1000, 5000])
def test_back_within_twenty_seconds_however_far_it_went_down(rate: float) -> None:
    pace = Pace(rate, 0.0)
    for second in range(60):
        pace.throttled(float(second))
    assert pace.rate == min(1.0, rate)
    pace.room(59.0 + 20.0)
    assert pace.rate == rate


def test_grows_slowly_while_the_carrier_may_still_mean_it() -> None:
    pace = Pace(1000, 0.0)
    for second in range(30):
        pace.throttled(float(second))
    pace.room(29.0 + 4.0)
    assert pace.rate == pytest.approx(1.1**4)


def test_a_rate_below_one_is_never_raised() -> None:
    pace = Pace(0.5, 0.0)
    pace.throttled(1.0)
    assert pace.rate == 0.5


def test_throttled_without_a_rate_of_our_own() -> None:
    pace = Pace(None, 0.0)
    for tick in range(2001):
        pace.sent(tick / 1000)
    pace.throttled(2.0)
    assert pace.rate == pytest.approx(700, rel=0.01)
    pace.room(60.0)
    assert pace.rate is None  # twice what once was too much did no harm


def test_never_stops_altogether() -> None:
    pace = Pace(2, 0.0)
    for second in range(10):
        pace.throttled(second / 10)
    assert pace.rate == 1.0


@given(st.lists(st.floats(0, 0.3), max_size=60), st.floats(1, 500))
def test_never_more_than_the_rate_however_one_looks(gaps: list[float], rate: float) -> None:
    pace, now, sent = Pace(rate, 0.0), 0.0, 0
    for gap in gaps:
        now += gap
        for _ in range(pace.room(now)):
            pace.sent(now)
            sent += 1
    assert sent <= rate * (now + 0.02) + 1 + 1e-6
