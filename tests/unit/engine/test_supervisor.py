"""How long the supervisor waits before it starts a dead child again."""

from __future__ import annotations

from viesti.engine.supervisor import FIRST_PAUSE, LONGEST_PAUSE, SERVED_SECONDS, next_pause


def pauses(*served: float) -> list[float]:
    """The pause after each of these lives."""
    found = [0.0]
    for seconds in served:
        found.append(next_pause(found[-1], seconds))
    return found[1:]


def test_one_that_had_served_is_back_at_once_however_often() -> None:
    assert pauses(SERVED_SECONDS, 3600.0, 10.0) == [0, 0, 0]


def test_one_that_dies_at_its_start_waits_longer_each_time_up_to_a_limit() -> None:
    assert pauses(0, 0.1, 0)[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses(*[0.0] * 20)[-1] == LONGEST_PAUSE


def test_one_that_served_again_is_forgiven() -> None:
    assert pauses(0, 0, 0, SERVED_SECONDS, 0) == [
        FIRST_PAUSE,
        2 * FIRST_PAUSE,
        4 * FIRST_PAUSE,
        0,
        FIRST_PAUSE,
    ]
