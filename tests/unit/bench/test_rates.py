"""What the rates scenario reads out of moments, and the carrier that makes the trouble."""

from __future__ import annotations

import pytest
from bench.carrier import Carrier, moments
from bench.generator import percentile
from bench.rates import THROTTLED, back_at, mean, worst_second


def test_mean_and_worst_second() -> None:
    times = [at / 128 for at in range(1281)]
    assert mean(times, times[0], times[-1]) == 128
    assert worst_second(times) == 128
    assert worst_second([*times, *(10.0 for _ in range(7))]) == 128 + 7


def test_the_rate_is_back_at_the_first_full_second() -> None:
    slow = [at / 10 for at in range(50)]
    fast = [5 + at / 100 for at in range(500)]
    assert back_at([*slow, *fast], 1.0, 100) == pytest.approx(5.0, abs=0.3)
    assert back_at(slow, 1.0, 100) == slow[-1]  # never


def test_percentile_is_the_nearest_rank() -> None:
    ordered = [float(n) for n in range(1, 101)]
    assert percentile(ordered, 0.99) == 99
    assert percentile(ordered, 0.5) == 50
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.99) == 0


def test_a_carrier_refuses_what_is_above_its_limit() -> None:
    carrier = Carrier()
    carrier.behave(status=THROTTLED, limit=100, timed=True)
    answers = [carrier.look(b"0000001", at / 1000) for at in range(10_000)]  # 1,000 a second
    assert answers.count(0) == pytest.approx(1000, abs=20)
    assert carrier.refused == 10_000 - answers.count(0)
    assert len(moments(carrier.told())) == 10_000


def test_a_carrier_refuses_a_share() -> None:
    carrier = Carrier()
    carrier.behave(status=THROTTLED, share=0.1)
    answers = [carrier.look(b"0000001", 1.0) for _ in range(10_000)]
    assert answers.count(THROTTLED) == pytest.approx(1000, rel=0.2)


def test_a_carrier_of_a_rate_answers_one_by_one() -> None:
    carrier = Carrier()
    carrier.behave(rate=10)
    waits = [carrier.answer_in(5.0) for _ in range(5)]
    assert waits == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_watched_numbers_count_when_they_are_taken() -> None:
    carrier = Carrier()
    carrier.behave(watch_from=100)
    assert carrier.on
    for number, at in ((99, 1.0), (100, 2.0), (100, 3.0)):
        carrier.look(b"%07d" % number, at)
    assert carrier.seen_at == {100: 2.0}
    carrier.behave()
    assert not carrier.on
