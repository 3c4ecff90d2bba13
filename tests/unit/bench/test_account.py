"""The accounting of crash rounds: each promise broken once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.account import DELIVERED, HELD, InStore, Witnesses, account, broken

SIZE = 16
ONE, TWO = 5, 6  # TWO has two parts
SINGLE, PARTED = 1, 2  # inbound: every second has two parts (0, 2, ...)


def counts(**numbers: int) -> bytes:
    """Counts by number, as `n5=1`."""
    found = bytearray(SIZE)
    for name, count in numbers.items():
        found[int(name[1:])] = count
    return bytes(found)


CLEAN = Witnesses(
    accepted={ONE, TWO},
    of_two_parts={TWO},
    submits=counts(n5=1, n6=1),
    later_parts=counts(n6=1),
    receipts=counts(n5=1, n6=2),
    reports=counts(n5=1, n6=1),
    recipients={ONE: InStore(DELIVERED, 0), TWO: InStore(DELIVERED, 0)},
    inbound=3,
    multipart_every=2,
    inbound_taken=counts(n0=2, n1=1, n2=2),
    webhooks=counts(n0=1, n1=1, n2=1),
    stored_inbound={0, 1, 2},
)
SENT = 30


@pytest.mark.parametrize(
    ("differs", "wrong"),
    [
        ({}, {}),
        ({"submits": counts(n6=1)}, {"missing": [ONE]}),
        ({"later_parts": counts()}, {"missing": [TWO]}),
        ({"recipients": {TWO: InStore(DELIVERED, 0)}}, {"missing": [ONE]}),
        ({"recipients": {ONE: InStore(SENT, 0), TWO: InStore(SENT, 0)}}, {"receipts_lost": [ONE, TWO]}),
        (
            {"recipients": {ONE: InStore(SENT, 0), TWO: InStore(SENT, 0)}, "receipts": counts(n6=1)},
            {},  # none, or not all, of their receipts were sent
        ),
        ({"reports": counts(n5=1)}, {"reports_lost": [TWO]}),
        ({"stored_inbound": {0, 2}, "webhooks": counts(n0=1, n2=1)}, {"inbound_lost": [SINGLE]}),
        ({"webhooks": counts(n0=1, n1=1)}, {"webhooks_lost": [PARTED]}),
        (
            {
                "stored_inbound": {0, 1},
                "webhooks": counts(n0=1, n1=1),
                "inbound_taken": counts(n0=2, n1=1, n2=1),
            },
            {},  # its second part was never acknowledged
        ),
        ({"submits": counts(n5=2, n6=1)}, {"unmarked": [ONE]}),
        ({"later_parts": counts(n6=3)}, {"unmarked": [TWO]}),
        (
            {
                "later_parts": counts(n6=3),
                "recipients": {ONE: InStore(DELIVERED, 0), TWO: InStore(DELIVERED, 1)},
            },
            {},
        ),
        (
            {"recipients": {ONE: InStore(HELD, 2), TWO: InStore(DELIVERED, 0)}, "submits": counts(n6=1)},
            {},
        ),
    ],
)
def test_each_promise_by_number(differs: dict[str, object], wrong: dict[str, list[int]]) -> None:
    found = account(replace(CLEAN, **differs))
    assert broken(found) == {name: len(numbers) for name, numbers in wrong.items()}
    assert {name: getattr(found, name) for name in wrong} == wrong


def test_what_is_reported_beside_the_promises() -> None:
    found = account(
        replace(
            CLEAN,
            accepted={TWO},  # the caller of the other was never answered
            submits=counts(n5=3, n6=1),
            reports=counts(n5=1, n6=4),
            webhooks=counts(n0=1, n1=2, n2=1),
            recipients={ONE: InStore(DELIVERED, 1), TWO: InStore(DELIVERED, 0)},
        )
    )
    assert (found.extra_copies, found.doubled, found.unasked) == (2, [ONE], 1)
    assert (found.extra_reports, found.extra_webhooks) == (3, 1)
    assert broken(found) == {}
