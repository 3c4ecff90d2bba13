"""How often one person is written to, second by second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.whatsapp.pairs import Pairs

ANNA, BERTA = "358401", "358402"


def send_all(pairs: Pairs, address: str, count: int, now: float = 0.0) -> list[float]:
    """Sends as soon as each may go; gives when they went."""
    moments = []
    for _ in range(count):
        now += pairs.wait(address, now)
        assert pairs.wait(address, now) == 0.0
        pairs.sent(address, now)
        moments.append(round(now, 6))
    return moments


@pytest.mark.parametrize(
    ("seconds", "burst", "moments"),
    [
        (6.0, 1, [0, 6, 12, 18]),
        (6.0, 3, [0, 0, 0, 6, 12]),
        (0.5, 2, [0, 0, 0.5, 1.0]),
    ],
)
def test_a_burst_and_then_the_steady_rate(seconds: float, burst: int, moments: list[float]) -> None:
    assert send_all(Pairs(seconds, burst), ANNA, len(moments)) == moments


def test_a_pause_gives_the_burst_back() -> None:
    pairs = Pairs(6.0, 3)
    send_all(pairs, ANNA, 3)
    assert send_all(pairs, ANNA, 2, 12.0) == [12.0, 12.0]  # two of the three
    assert send_all(pairs, ANNA, 4, 100.0) == [100.0, 100.0, 100.0, 106.0]


def test_people_do_not_wait_for_each_other() -> None:
    pairs = Pairs(6.0, 1)
    pairs.sent(ANNA, 0.0)
    assert (pairs.wait(ANNA, 1.0), pairs.wait(BERTA, 1.0)) == (5.0, 0.0)


@pytest.mark.parametrize("sent", [0, 1, 5])
def test_after_too_fast_one_at_a_time(sent: int) -> None:
    pairs = Pairs(6.0, 3)
    for _ in range(sent):
        pairs.sent(ANNA, 0.0)
    pairs.throttled(ANNA, 1.0)
    first = 1.0 + pairs.wait(ANNA, 1.0)
    assert first >= 7.0
    assert send_all(pairs, ANNA, 3, first) == [first, first + 6.0, first + 12.0]


def test_who_is_sent_away_gets_a_moment_of_his_own() -> None:
    pairs = Pairs(6.0, 1)
    pairs.sent(ANNA, 0.0)
    assert [pairs.reserve(ANNA, 1.0) for _ in range(3)] == [5.0, 11.0, 17.0]
    assert pairs.reserve(BERTA, 1.0) == 0.0
    for moment in (6.0, 12.0, 18.0):  # and may go at it
        assert pairs.wait(ANNA, moment) == 0.0
        pairs.sent(ANNA, moment)


def test_only_who_matters_is_remembered() -> None:
    pairs = Pairs(6.0, 5)
    for number in range(100_000):
        pairs.sent(str(number), number / 80)  # 80 a second
    assert len(pairs) < 2_000
    assert pairs.wait("99999", 1_250.0) == 0.0
    for _ in range(4):
        pairs.sent("99999", 1_250.0)
    assert pairs.wait("99999", 1_250.0) == pytest.approx(6.0, abs=0.1)


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.floats(0, 8), st.sampled_from([ANNA, BERTA])), max_size=60),
)
def test_never_more_than_burst_and_steady_rate(burst: int, steps: list[tuple[float, str]]) -> None:
    pairs, now = Pairs(6.0, burst), 0.0
    sent: dict[str, list[float]] = {ANNA: [], BERTA: []}
    for pause, address in steps:
        now += pause
        if pairs.wait(address, now) == 0.0:
            pairs.sent(address, now)
            sent[address].append(now)
    for moments in sent.values():
        for first, begin in enumerate(moments):
            for more, end in enumerate(moments[first:], 1):
                assert more <= burst + (end - begin) / 6.0 + 1e-6
