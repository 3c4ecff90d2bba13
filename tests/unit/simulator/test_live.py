"""Open pages are told what changed, in bounded memory; the meter says how fast."""

from __future__ import annotations

from viesti.simulator.live import GATHERED, Live, Meter


def test_a_watcher_gathers_what_changed_since_it_looked() -> None:
    live = Live()
    live.changed("0")  # nobody looks
    watcher, other = live.watch(), live.watch()
    assert watcher.take() == []
    for number in ("2", "1", "2"):
        live.changed(number)
    assert watcher.stirred.is_set()
    assert watcher.take() == ["1", "2"]
    assert not watcher.stirred.is_set()
    assert watcher.take() == []
    assert other.take() == ["1", "2"]


def test_too_many_changes_are_not_named() -> None:
    live = Live()
    watcher = live.watch()
    for number in range(GATHERED + 5):
        live.changed(str(number))
    assert watcher.take() is None
    assert watcher.take() == []


def test_a_watcher_that_left_is_told_nothing() -> None:
    live = Live()
    watcher = live.watch()
    live.leave(watcher)
    live.changed("1")
    assert watcher.take() == []


def test_closing_wakes_every_watcher() -> None:
    live = Live()
    watcher = live.watch()
    live.close()
    assert live.closed
    assert watcher.stirred.is_set()


def test_meter() -> None:
    meter = Meter()
    looks = [(0, 0.0), (10, 1.0), (20, 2.0), (30, 3.0), (40, 4.0), (40, 5.0), (40, 6.0), (40, 7.0), (40, 8.0)]
    assert [meter.rate(total, now) for total, now in looks] == [
        0.0, 10.0, 10.0, 10.0, 10.0, 20 / 3, 10 / 3, 0.0, 0.0,
    ]  # fmt: skip
