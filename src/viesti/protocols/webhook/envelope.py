"""The JSON of an event that we POST to a customer's URL.

Rule: the bytes are made once, when the event happens, and stored: every retry sends the same, so a signature
and a receiver's duplicate check hold.

    {"type":"message.delivered","id":"...","timestamp":"2026-03-01T10:00:00Z","data":{...}}
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An event. `type` is dotted lower case, `id` the same for all retries, `data` what it is about."""

    type: str
    id: str
    timestamp: datetime
    data: dict[str, Any]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """UTF-8 JSON, members in the order of `Event`, times in UTC with 'Z'. ValueError for a time without
    zone."""
    if event.timestamp.tzinfo is None:
        raise ValueError("an event's timestamp needs a time zone")
    return _encoder.encode(msgspec.structs.replace(event, timestamp=event.timestamp.astimezone(UTC)))


def decode(body: bytes) -> Event:
    """The event of these bytes, for receivers. Raises ValueError when they are not one."""
    return _decoder.decode(body)
