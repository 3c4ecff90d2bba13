"""The order of a message's history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from viesti.domain.message import Event, Message, PartRow
from viesti.services.timeline import timeline

T = datetime(2026, 1, 1, tzinfo=UTC)
CHANNELS = {7: "loop"}


def message(send_at: datetime | None = None) -> Message:
    return Message(
        *(64, 0, 1, 2, None, "txtsync", "Acme", "alphanumeric", "Hello", 0, (), None, send_at, 1, 1, "EUR"),
        *(None, False, None, None, None, False, None, T),
    )


def part(number: int, at: datetime) -> PartRow:
    return PartRow(128, 0, 1, number, 3, 7, f"r{number}", at)


def test_steps_are_in_the_order_of_time_whatever_order_they_are_read_in() -> None:
    parts = [part(n, T + timedelta(seconds=n)) for n in (1, 2, 3)]
    for read in permutations(parts):
        steps = timeline(message(), [], read, [], [], [], [], CHANNELS)
        assert [step.detail.get("part") for step in steps] == [None, 1, 2, 3]
        assert steps[1].detail["channel"] == "loop"


def test_at_the_same_instant_the_message_comes_first() -> None:
    later = T + timedelta(days=1)
    events = [Event(128, T, "deferred", {"channel": 8, "why": "busy"})]
    steps = timeline(message(later), [], [part(1, T)], [], events, [], [], CHANNELS)
    assert [step.kind for step in steps] == ["accepted", "scheduled", "part_sent", "deferred"]
    assert steps[1].detail == {"send_at": later}
    assert steps[3].detail == {"channel": "", "why": "busy"}  # a channel that is gone


def test_an_owed_callback_is_one_step_and_its_parking_an_event() -> None:
    callback = {"id": 5, "subject_id": 128, "kind": "delivery_report", "created_at": T}
    parked = Event(128, T + timedelta(hours=72), "callback_parked", {"attempt": 15, "reason": "HTTP 404"})
    steps = timeline(message(), [], [], [], [parked], [callback], [], CHANNELS)
    assert [(step.kind, step.recipient_id) for step in steps[1:]] == [
        ("callback_owed", 128),
        ("callback_parked", 128),
    ]
