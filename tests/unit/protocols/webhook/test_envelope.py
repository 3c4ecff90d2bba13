from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from viesti.protocols.webhook.envelope import Event, decode, encode

AT = datetime(2026, 3, 1, 12, 0, 5, tzinfo=timezone(timedelta(hours=2)))


def test_the_bytes() -> None:
    event = Event(
        "message.delivered", "msg_1", AT, {"recipientId": 2**53 - 1, "address": "3584", "text": "ä"}
    )
    assert (
        encode(event)
        == (
            '{"type":"message.delivered","id":"msg_1","timestamp":"2026-03-01T10:00:05Z",'
            '"data":{"recipientId":9007199254740991,"address":"3584","text":"ä"}}'
        ).encode()
    )


def test_what_is_encoded_can_be_read() -> None:
    event = Event("message.received", "msg_2", AT.astimezone(UTC), {"parts": [1, 2], "none": None})
    assert decode(encode(event)) == event


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encode(Event("a", "b", datetime(2026, 3, 1), {}))  # noqa: DTZ001  the mistake this is about


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"type":1}', b'{"type":"a","id":"b","timestamp":"x","data":{}}']
)
def test_what_is_no_event_cannot_be_read(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        decode(body)
