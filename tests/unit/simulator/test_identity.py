"""Who may bind, and what messages are called."""

from __future__ import annotations

from random import Random

import pytest

from viesti.protocols.smpp.status import Status
from viesti.simulator.behaviour import BindRefusal
from viesti.simulator.identity import Account, IdForm, MessageIds, bind_status

ACCOUNTS = (Account("demo", "secret"), Account("other", "word"))


@pytest.mark.parametrize(
    ("accounts", "refuse", "system_id", "password", "expected"),
    [
        ((), None, "anybody", "", Status.ROK),
        (ACCOUNTS, None, "demo", "secret", Status.ROK),
        (ACCOUNTS, None, "other", "word", Status.ROK),
        (ACCOUNTS, None, "demo", "word", Status.RINVPASWD),
        (ACCOUNTS, None, "stranger", "secret", Status.RINVSYSID),
        ((), BindRefusal.SYSTEM_ID, "demo", "secret", Status.RINVSYSID),
        ((), BindRefusal.PASSWORD, "demo", "secret", Status.RINVPASWD),
        (ACCOUNTS, BindRefusal.FAILED, "demo", "secret", Status.RBINDFAIL),
        (ACCOUNTS, BindRefusal.ALREADY_BOUND, "demo", "secret", Status.RALYBND),
        (ACCOUNTS, BindRefusal.SYSTEM_ERROR, "demo", "secret", Status.RSYSERR),
    ],
)
def test_bind(
    accounts: tuple[Account, ...],
    refuse: BindRefusal | None,
    system_id: str,
    password: str,
    expected: Status,
) -> None:
    assert bind_status(accounts, refuse, system_id, password) is expected


@pytest.mark.parametrize(
    ("form", "first", "width", "expected"),
    [
        (IdForm.DECIMAL, 9, 0, ["9", "10"]),
        (IdForm.DECIMAL, 9, 6, ["000009", "000010"]),
        (IdForm.HEX, 255, 0, ["FF", "100"]),
        (IdForm.HEX, 255, 8, ["000000FF", "00000100"]),
    ],
)
def test_numbers(form: IdForm, first: int, width: int, expected: list[str]) -> None:
    ids = MessageIds(form, first, width, Random(1))
    assert [ids.next(), ids.next()] == expected


def test_uuids_come_of_the_seed() -> None:
    one, same, other = (MessageIds(IdForm.UUID, 1, 0, Random(seed)) for seed in (1, 1, 2))
    first = one.next()
    assert len(first) == 36
    assert same.next() == first != other.next()
    assert one.next() != first
