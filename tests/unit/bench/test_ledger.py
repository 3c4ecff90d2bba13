"""The bench's ledger: what arrived against what was accepted."""

from __future__ import annotations

import pytest
from bench.ledger import Ledger, compare

CLEAN = {"expected": 4, "seen": 4, "lost": 0, "doubled": 0, "unasked": 0, "stray": 0}


@pytest.mark.parametrize(
    ("arrived", "absent", "differs"),
    [
        ([10, 11, 12, 13], (), {}),
        ([13, 10, 12, 11], (), {}),
        ([10, 11, 13], (), {"seen": 3, "lost": 1}),
        ([], (), {"seen": 0, "lost": 4}),
        ([10, 11, 12, 13, 11], (), {"seen": 5, "doubled": 1}),
        ([10, 11, 12, 11, 11], (), {"seen": 5, "lost": 1, "doubled": 2}),
        ([10, 11, 12], (13,), {"expected": 3, "seen": 3}),
        ([10, 11, 12, 13], (13,), {"expected": 3, "unasked": 1}),
        ([10, 11], (12, 13), {"expected": 2, "seen": 2}),
        ([10, 11, 12, 13, 14], (), {"seen": 5, "stray": 1}),
    ],
)
def test_accounts_for_every_number(
    arrived: list[int], absent: tuple[int, ...], differs: dict[str, int]
) -> None:
    ledger = Ledger()
    for number in arrived:
        ledger.note(b"%07d" % number, 1.0)
    assert compare(ledger.dump(), 10, 14, absent) == {**CLEAN, **differs}


def test_what_has_no_number_is_a_stray() -> None:
    ledger = Ledger()
    ledger.note(b"4711 go", 1.0)
    assert compare(ledger.dump(), 0, 0, ())["stray"] == 1


def test_keeps_the_first_and_the_last_moment() -> None:
    ledger = Ledger()
    for moment in (3.0, 4.0, 7.5):
        ledger.note(b"0000001", moment)
    assert (ledger.summary()["first_at"], ledger.summary()["last_at"]) == (3.0, 7.5)
