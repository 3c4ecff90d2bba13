"""What is worth counting."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.loop_guard import MAX_MINUTES, Sightings, flagged, look_back

KEYS = st.integers(-(2**61), 2**61)  # as `hash` gives them
MINUTES = st.integers(0, 2**40)


@given(KEYS, MINUTES, st.integers(1, MAX_MINUTES), st.integers(0, 2 * MAX_MINUTES))
def test_what_was_here_within_the_window_is_known(key: int, minute: int, window: int, later: int) -> None:
    sightings = Sightings()
    assert not sightings.again(key, minute, window)
    assert sightings.again(key, minute + later, window) is (later <= window)
    assert sightings.again(key, minute + later, window)


def test_few_are_taken_for_others_and_few_are_forgotten() -> None:
    sightings = Sightings()
    chance = random.Random(7)
    keys = [chance.getrandbits(63) for _ in range(100_000)]
    assert sum(sightings.again(key, 1, 10) for key in keys) <= 2
    assert sum(sightings.again(key, 1, 10) for key in reversed(keys)) >= 90_000


def test_each_takes_a_place_of_its_own() -> None:
    sightings = Sightings()
    assert not any(sightings.again(key, 5, 10) for key in range(-1000, 1000))
    assert all(sightings.again(key, 5, 10) for key in range(-1000, 1000))


def test_enough_is_looked_at() -> None:
    assert look_back(1) == look_back(10) == 200
    assert look_back(1000) == 4000


@pytest.mark.parametrize(
    ("limit", "minutes", "words"), [(1, 1, "once within a minute"), (10, 5, "10 times within 5 minutes")]
)
def test_the_reason_says_the_rule(limit: int, minutes: int, words: str) -> None:
    assert words in flagged(limit, minutes)
