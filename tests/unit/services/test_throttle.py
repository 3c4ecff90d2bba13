"""The sliding window, without a clock or a store."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.services.throttle import SLOTS, Window, slot_of


@pytest.mark.parametrize(
    ("calls", "takes", "granted"),
    [
        # (calls allowed in 60 s, [(second, wanted)], [granted])
        (3, [(0, 1), (1, 1), (2, 1), (3, 1)], [1, 1, 1, 0]),
        (3, [(0, 2), (59, 2), (60, 2)], [2, 1, 0]),
        (3, [(0, 3), (60.9, 1), (61, 1)], [3, 0, 1]),
        (3, [(0.9, 3), (60.95, 1), (61, 1)], [3, 0, 1]),
        (3, [(0, 1), (30, 2), (61, 5), (91, 5)], [1, 2, 1, 2]),
        (5, [(0, 100)], [5]),
        (0, [(0, 1)], [0]),
        (3, [(0, 3), (10_000, 3)], [3, 3]),
    ],
)
def test_what_is_granted(calls: int, takes: list[tuple[float, int]], granted: list[int]) -> None:
    window = Window(calls, 60)
    assert [window.take(now, wanted) for now, wanted in takes] == granted


def test_a_window_goes_on_from_what_was_saved() -> None:
    first = Window(3, 60)
    first.take(5, 2)
    second = Window(3, 60, first.counted)
    assert second.take(6, 5) == 1


def test_what_is_given_back_may_be_taken_again() -> None:
    window = Window(10, 60)
    assert window.take(0, 10) == 10
    window.give_back(slot_of(0, 60), 4)
    assert window.take(1, 10) == 4
    window.give_back(slot_of(500, 60), 4)  # long forgotten: changes nothing
    assert window.take(2, 10) == 0


def test_when_the_next_call_is_free() -> None:
    window = Window(2, 60)
    assert window.frees_at(7.5) == 7.5
    window.take(7.5, 1)
    window.take(20, 1)
    assert window.frees_at(20) == 68
    assert window.take(window.frees_at(20), 1) == 1


@given(
    calls=st.integers(1, 20),
    seconds=st.sampled_from([1, 7, 60, 3600]),
    waits=st.lists(st.floats(0, 0.2), min_size=1, max_size=200),
)
def test_no_span_sees_more_than_allowed(calls: int, seconds: int, waits: list[float]) -> None:
    window = Window(calls, seconds)
    now, made = 1_000_000.0, []
    for wait in waits:
        now += wait * seconds
        if window.take(now, 1):
            made.append(now)
    for first, beyond in zip(made, made[calls:], strict=False):
        assert beyond - first >= seconds * (1 - 1e-9)
    assert all(earlier <= later for earlier, later in pairwise(made))
    assert len(window.counted) <= SLOTS + 1
