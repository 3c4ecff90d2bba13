"""The ledger says what came, what came twice, and what never came."""

from __future__ import annotations

import re

import pytest

from viesti.simulator.ledger import Entry, Ledger


@pytest.mark.parametrize(
    ("pattern", "text", "key"),
    [
        (r"#(\d+)", "order #17 of 20", "17"),
        (r"\d+", "order 17 of 20", "17"),
        (r"#(\d+)", "no key here", ""),
        (None, "order #17", ""),
    ],
)
def test_key(pattern: str | None, text: str, key: str) -> None:
    ledger = Ledger(re.compile(pattern) if pattern else None)
    ledger.take("Viesti", "358401", text)
    assert ledger.entries() == {Entry("Viesti", "358401", key): 1}


def test_lost_and_doubled() -> None:
    ledger = Ledger(re.compile(r"#(\d+)"))
    for number, destination in (("1", "a"), ("2", "a"), ("2", "b"), ("4", "a"), ("4", "a"), ("4", "a")):
        ledger.take("Viesti", destination, f"#{number}")
    ledger.refuse()
    assert (ledger.total, ledger.refused) == (6, 1)
    assert ledger.doubled() == {"2": 2, "4": 3}
    assert ledger.lost(map(str, range(1, 6))) == ["3", "5"]
    ledger.reset()
    assert (ledger.total, ledger.refused, ledger.entries()) == (0, 0, {})
