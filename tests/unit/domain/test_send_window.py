from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.send_window import SendWindow, WindowProblem, read_window

OFFICE = read_window("08:00:00", "16:00:00", ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"))
MORNINGS = read_window("06:30", "07:00", ())
SUNDAYS = read_window("", "", ("7",))
NOON = read_window("12:00", "12:00", ())


def at(day: int, clock: str) -> datetime:
    """A moment of the week that begins on Monday 7 January 2030."""
    return datetime.combine(date(2030, 1, 7) + timedelta(days=day), time.fromisoformat(clock), UTC)


MOMENTS = [
    ("inside", OFFICE, at(0, "12:34:56.789"), at(0, "12:34:56.789")),
    ("at the very start", OFFICE, at(0, "08:00:00"), at(0, "08:00:00")),
    ("at the very end", OFFICE, at(0, "16:00:00"), at(0, "16:00:00")),
    ("just after the end", OFFICE, at(0, "16:00:00.000001"), at(1, "08:00:00")),
    ("before the start", OFFICE, at(0, "07:59:59"), at(0, "08:00:00")),
    ("Friday evening", OFFICE, at(4, "20:00:00"), at(7, "08:00:00")),
    ("Saturday at an hour that is good", OFFICE, at(5, "12:00:00"), at(7, "08:00:00")),
    ("Saturday before the hour", OFFICE, at(5, "07:00:00"), at(7, "08:00:00")),
    ("every day", MORNINGS, at(6, "07:00:01"), at(7, "06:30:00")),
    ("all of Sunday", SUNDAYS, at(6, "00:00:00"), at(6, "00:00:00")),
    ("to the end of Sunday", SUNDAYS, at(6, "23:59:59.999999"), at(6, "23:59:59.999999")),
    ("a whole week away, nearly", SUNDAYS, at(7, "00:00:00"), at(13, "00:00:00")),
    ("one moment a day", NOON, at(2, "12:00:00.5"), at(3, "12:00:00")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("window", "asked", "allowed"), [m[1:] for m in MOMENTS], ids=[m[0] for m in MOMENTS]
)
def test_next(window: SendWindow, asked: datetime, allowed: datetime) -> None:
    assert window.next(asked) == allowed


def test_the_window_is_of_utc_whatever_zone_the_moment_is_written_in() -> None:
    assert isinstance(OFFICE, SendWindow)
    helsinki = timezone(timedelta(hours=2))
    assert OFFICE.next(datetime(2030, 1, 7, 9, 30, tzinfo=helsinki)) == at(0, "08:00:00")


READ = [
    ("", "", (), None),
    ("08:00:00", "16:30:00", (), SendWindow(time(8), time(16, 30))),
    ("8:05", "", (), SendWindow(start=time(8, 5))),
    (" 08:00 ", "23:59:59.9999999", (), SendWindow(time(8), time(23, 59, 59))),
    ("", "", ("monday", "SUNDAY", " Friday "), SendWindow(days=frozenset((0, 4, 6)))),
    ("", "", ("1", "7", "1"), SendWindow(days=frozenset((0, 6)))),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "days", "window"), READ)
def test_read(start: str, end: str, days: tuple[str, ...], window: SendWindow | None) -> None:
    assert read_window(start, end, days) == window


WRONG = [
    ("8", "", (), "start"),
    ("25:00", "", (), "start"),
    ("", "12:60", (), "end"),
    ("", "noon", (), "end"),
    ("08:00+02:00", "", (), "start"),
    ("16:00", "08:00", (), "end"),
    ("", "", ("Monday", "Someday"), "days"),
    ("", "", ("0",), "days"),
    ("", "", ("8",), "days"),
    ("", "", ("",), "days"),
]


@pytest.mark.parametrize(("start", "end", "days", "field"), WRONG)
def test_what_can_not_be_read_is_named(start: str, end: str, days: tuple[str, ...], field: str) -> None:
    problem = read_window(start, end, days)
    assert isinstance(problem, WindowProblem)
    assert problem.field == field
    assert problem.sentence.endswith(".")


@given(
    st.times(),
    st.times(),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 10**10).map(lambda ms: at(0, "00:00:00") + timedelta(milliseconds=ms)),
)
def test_the_next_moment_is_allowed_and_the_first(
    one: time, other: time, days: frozenset[int], asked: datetime
) -> None:
    window = SendWindow(min(one, other), max(one, other), days)
    allowed = window.next(asked)
    assert asked <= allowed <= asked + timedelta(days=7)
    assert allowed.weekday() in days
    assert window.start <= allowed.time() <= window.end
    if allowed != asked:
        assert window.next(allowed - timedelta(microseconds=1)) == allowed
