"""Events of webhooks as what they are to us."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from viesti.domain.estate import ChannelRow
from viesti.domain.failure import Failure
from viesti.domain.status import PartState
from viesti.protocols.whatsapp.events import Fault, StatusEvent
from viesti.services.provider.gather import receipt

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
AT = NOW - timedelta(seconds=30)
CHANNEL = ChannelRow(31, 1, "wa", "whatsapp", {"identity": "+358 40 1230000"}, None, True)


def _status(**members: Any) -> StatusEvent:
    return StatusEvent(**{"wamid": "wamid.1", "status": "sent", "wa_id": "358401111111", "at": AT} | members)


@pytest.mark.parametrize(
    ("word", "state", "read"),
    [
        ("sent", PartState.ACCEPTED, False),
        ("delivered", PartState.DELIVERED, False),
        ("read", PartState.DELIVERED, True),
        ("played", PartState.DELIVERED, True),
        ("failed", PartState.UNDELIVERABLE, False),
        ("held_by_tomorrow", PartState.ENROUTE, False),
    ],
)
def test_a_status_is_a_receipt(word: str, state: PartState, read: bool) -> None:
    made = receipt(CHANNEL, _status(status=word), NOW)
    assert (made.channel_id, made.references, made.state) == (31, ("wamid.1",), state)
    assert (made.done_at, made.received_at) == (AT, NOW)
    assert (made.source, made.destination) == ("358401230000", "358401111111")
    assert made.read_at == (AT if read else None)
    assert (made.error, made.failure, made.raw) == ("", None, word)


@pytest.mark.parametrize(
    ("data", "hint"),
    [("v1:640:2", (640, 2)), ("", (None, None)), ("theirs", (None, None)), ("v2:640:2", (None, None))],
)
def test_what_we_sent_along_names_the_attempt(data: str, hint: tuple[int | None, int | None]) -> None:
    made = receipt(CHANNEL, _status(callback_data=data), NOW)
    assert (made.recipient_id, made.attempt) == hint


@pytest.mark.parametrize(
    ("word", "code", "failure"),
    [
        ("failed", 131026, Failure.NOT_ON_WHATSAPP),
        ("failed", 131050, Failure.OPTED_OUT),
        ("failed", 999999, Failure.CARRIER_REJECTED),
        ("delivered", 131026, None),
    ],
)
def test_a_failure_says_why(word: str, code: int, failure: Failure | None) -> None:
    made = receipt(CHANNEL, _status(status=word, faults=(Fault(code, "Title", "Details."),)), NOW)
    assert (made.error, made.failure, made.raw) == (str(code), failure, f"{word} Title")


def test_who_has_no_number_is_told_by_his_user_id() -> None:
    assert receipt(CHANNEL, _status(wa_id="", user_id="FI.1"), NOW).destination == "FI.1"
    assert receipt(CHANNEL, _status(status="read", at=None), NOW).read_at == NOW
