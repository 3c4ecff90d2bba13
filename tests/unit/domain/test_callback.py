from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.callback import (
    Answer,
    CallbackResult,
    Delivered,
    Gone,
    NoAnswer,
    Patience,
    RefusedForGood,
    Retry,
    judge,
    retry_after_seconds,
)

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
DISABLED_FLOW = b'{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"..."}}'


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer(200), Delivered()),
        (Answer(202), Delivered()),
        (Answer(204), Delivered()),
        (Answer(301), Retry("HTTP 301")),
        (Answer(304), Retry("HTTP 304")),
        (Answer(400), RefusedForGood("HTTP 400")),
        (Answer(400, DISABLED_FLOW), Gone("HTTP 400")),
        (Answer(401, DISABLED_FLOW), RefusedForGood("HTTP 401")),
        (Answer(403), RefusedForGood("HTTP 403")),
        (Answer(404), Gone("HTTP 404")),
        (Answer(408), Retry("HTTP 408")),
        (Answer(410, retry_after=9.0), Gone("HTTP 410", 9.0)),
        (Answer(413), RefusedForGood("HTTP 413")),
        (Answer(425), Retry("HTTP 425")),
        (Answer(429, retry_after=30.0), Retry("HTTP 429", 30.0)),
        (Answer(500), Retry("HTTP 500")),
        (Answer(503, retry_after=5.0), Retry("HTTP 503", 5.0)),
        (Answer(599), Retry("HTTP 599")),
        (Answer(101), Retry("HTTP 101")),
        (Answer(999), Retry("HTTP 999")),
        (NoAnswer("timed out"), Retry("timed out")),
        (NoAnswer("private", for_good=True), RefusedForGood("private")),
    ],
)
def test_first_answer(answer: Answer | NoAnswer, result: CallbackResult) -> None:
    assert judge(answer) == result


@pytest.mark.parametrize(
    ("refusals", "age", "ends"),
    [
        (1, timedelta(hours=50), False),
        (4, timedelta(hours=3), False),
        (5, timedelta(hours=3), True),
        (50, timedelta(hours=2, minutes=59), False),
        (9, timedelta(hours=8), True),
    ],
)
def test_gone_is_believed_when_said_often_and_for_hours(refusals: int, age: timedelta, ends: bool) -> None:
    assert Patience(5, timedelta(hours=3)).ends(refusals, NOW - age, NOW) is ends


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"WorkflowTriggerIsNotEnabled",
        b'"WorkflowTriggerIsNotEnabled"',
        b'["error"]',
        b'{"error":"WorkflowTriggerIsNotEnabled"}',
        b'{"error":{"code":["WorkflowTriggerIsNotEnabled"]}}',
        b'{"code":"WorkflowTriggerIsNotEnabled"}',
        b'{"error":{"code":"WorkflowTriggerIsNotEnabled"',
        b'{"error":{"code":"WorkflowNotFound"}}',
        b"\xff\xfe{",
        b"[" * 100_000,
    ],
)
def test_a_400_that_does_not_say_so_is_a_refusal(body: bytes) -> None:
    assert judge(Answer(400, body)) == RefusedForGood("HTTP 400")


@given(st.integers(0, 999), st.binary(max_size=50))
def test_any_answer_has_a_meaning(status: int, body: bytes) -> None:
    result = judge(Answer(status, body))
    assert isinstance(result, Delivered) == (200 <= status < 300)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Sun, 01 Mar 2026 10:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 09:00:00 GMT", 0.0),
        ("Sunday, 01-Mar-26 10:01:00 GMT", 60.0),
        ("9" * 400, 999_999_999_999.0),
        ("1.5", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("٣٠", None),
        ("Sun, 01 Mar 2026 10:00:30 -0000", None),
        ("Sun, 01 Mar 99999 10:00:30 GMT", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_wait_or_nothing(header: str) -> None:
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds < 1e12
