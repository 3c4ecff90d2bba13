from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from viesti.api.native.slice import BASE
from viesti.cli.api_client import NATIVE
from viesti.cli.send import accepted_line
from viesti.cli.timeline_line import clock, step_line
from viesti.services.timeline_text import step_text

AT = datetime(2030, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        ("accepted", {"recipients": 2}, "accepted 2 recipient(s)"),
        (
            "part_sent",
            {"part": 1, "of": 3, "attempt": 1, "channel": "centre", "reference": "A1"},
            "part sent 1 of 3 over centre attempt 1 reference A1",
        ),
        ("receipt", {"part": 1, "state": "delivered", "error": "", "at": None}, "receipt delivered part 1"),
        ("finished", {"status": "failed", "failure": "opted_out"}, "finished failed (opted_out)"),
        ("finished", {"status": "delivered", "failure": None}, "finished delivered"),
        ("deferred", {"channel": "c", "why": "slow", "x": None}, "deferred channel c, why slow"),
        ("something_new", {}, "something new"),
    ],
)  # fmt: skip
def test_a_step(kind: str, detail: dict[str, Any], said: str) -> None:
    line = step_line(AT, kind, step_text(kind, detail))
    assert " ".join(line.split()) == f"{clock(AT)} {said}"


def test_the_api_is_called_where_it_is() -> None:
    assert NATIVE == BASE


def test_a_time_reads_the_same_from_json() -> None:
    assert clock("2030-01-01T12:00:00.123456Z") == clock(AT)
    assert clock(AT).endswith(":00.123")


@pytest.mark.parametrize(
    ("segments", "error", "said"),
    [
        (1, 0, "7  Acme -> 358401  1 part, 0.045 EUR"),
        (2, 21610, "7  Acme -> 358401  2 parts, 0.045 EUR, refused with error 21610"),
    ],
)
def test_an_accepted_recipient(segments: int, error: int, said: str) -> None:
    sms = {
        "SMSID": 7,
        "FromNumber": "Acme",
        "ToNumber": "358401",
        "Segments": segments,
        "CostLocal": 0.045,
        "CurrencyCode": "EUR",
        "ErrorCode": error,
    }
    assert accepted_line(sms) == said
