"""What the account of WhatsApp's crash rounds calls broken."""

from __future__ import annotations

from typing import Any

import pytest
from bench.whatsapp_account import PROMISED, Recipient, Seen, account, broken

NUMBER = 5
DONE = Recipient(70, 0, False, False)
BY_SMS = Recipient(70, 0, True, False)


def seen(**fields: Any) -> Seen:
    """One message of one recipient, delivered on WhatsApp, and one message of a person."""
    values: dict[str, Any] = {
        "accepted": {NUMBER}, "taken": {NUMBER: 1}, "shown": {NUMBER: 1}, "sms": 0, "reports": 1,
        "recipients": {NUMBER: DONE}, "written": 1, "stored": {0: 1}, "webhooks": bytes([1]),
    }  # fmt: skip
    values |= fields
    for name in ("sms", "reports"):
        values[name] = bytes(NUMBER) + bytes([values[name]])
    return Seen(**values)


def test_all_is_well() -> None:
    assert broken(account(seen())) == {}
    fell = account(seen(shown={}, sms=1, recipients={NUMBER: BY_SMS}))
    assert (broken(fell), fell.by_sms) == ({}, 1)


CASES: list[tuple[str, dict[str, Any]]] = [
    ("missing", {"shown": {}}),
    ("missing", {"recipients": {}}),
    ("unsettled", {"recipients": {NUMBER: Recipient(30, 0, False, False)}}),
    ("reports_lost", {"reports": 0}),
    ("unmarked", {"taken": {NUMBER: 2}}),
    ("unmarked", {"shown": {}, "sms": 2, "recipients": {NUMBER: BY_SMS}}),
    ("unexplained", {"sms": 1, "recipients": {NUMBER: BY_SMS}}),
    ("inbound_lost", {"stored": {}}),
    ("inbound_lost", {"webhooks": bytes(1)}),
    ("inbound_twice", {"stored": {0: 2}}),
]


@pytest.mark.parametrize(("name", "fields"), CASES)
def test_a_broken_promise_is_named(name: str, fields: dict[str, Any]) -> None:
    assert broken(account(seen(**fields))) == {name: 1}
    assert name in PROMISED


def test_an_sms_to_who_did_not_fall_back_is_broken() -> None:
    found = broken(account(seen(sms=1, recipients={NUMBER: Recipient(70, 1, False, False)})))
    assert found == {"unasked_sms": 1}


@pytest.mark.parametrize(
    ("fields", "doubled", "both"),
    [
        ({"taken": {NUMBER: 2}, "recipients": {NUMBER: Recipient(70, 1, False, False)}}, 1, 0),
        ({"sms": 1, "recipients": {NUMBER: Recipient(70, 0, True, True)}}, 0, 1),
        ({"sms": 1, "recipients": {NUMBER: Recipient(70, 1, True, False)}}, 0, 1),
    ],
    ids=["sent again, and marked", "late, and noted", "in doubt, then by SMS"],
)
def test_a_copy_that_is_told_of_is_counted(fields: dict[str, Any], doubled: int, both: int) -> None:
    found = account(seen(**fields))
    assert (broken(found), len(found.doubled), len(found.both)) == ({}, doubled, both)


def test_who_is_held_in_doubt_is_the_operators() -> None:
    found = account(seen(shown={}, recipients={NUMBER: Recipient(20, 2, False, False)}))
    assert (broken(found), found.held) == ({}, [NUMBER])
