"""What became of a queue is told by number: left, waiting, lost, doubled."""

from __future__ import annotations

import pytest
from bench.queued import Row, account

WAITS = Row(0, 10, 0, True, False)
SENT = Row(0, 30, 0, False, False)
IN_HAND = Row(0, 10, 0, True, True)


@pytest.mark.parametrize(
    ("copies", "row", "what"),
    [
        (0, WAITS, {"queued": 1}),
        (1, SENT, {"seen": 1}),
        (1, IN_HAND, {"seen": 1, "queued": 1}),
        (0, SENT, {"lost": 1}),
        (0, None, {"lost": 1}),
        (1, None, {"seen": 1, "lost": 1}),
        (1, WAITS, {"seen": 1, "queued": 1, "doubled": 1}),
        (2, SENT, {"seen": 1, "doubled": 1}),
        (2, SENT._replace(doubts=1), {"seen": 1, "marked": 1}),
        (1, WAITS._replace(doubts=1), {"seen": 1, "queued": 1, "marked": 1}),
    ],
)
def test_one_number(copies: int, row: Row | None, what: dict[str, int]) -> None:
    counts = {"expected": 1, "queued": 0, "seen": 0, "lost": 0, "doubled": 0, "marked": 0}
    assert account([0], bytes([copies]), [row] if row else []) == {**counts, **what}


def test_what_was_not_accepted_does_not_count() -> None:
    rows = [SENT, WAITS._replace(number=1)]
    assert account([1], bytes([1, 0]), rows)["expected"] == 1
