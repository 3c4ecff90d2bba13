"""Webhooks as Meta documents them, and whatever else may be posted."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.protocols.whatsapp import events
from viesti.protocols.whatsapp.event_types import Event

ROWS = json.loads((Path(__file__).parents[3] / "wire" / "whatsapp_webhooks.json").read_text())
DEEP = b"[" * 100_000
OTHERWISE = "it is not a JSON object with 'object' and 'entry' as Meta documents"


def shown(event: Event) -> dict[str, Any]:
    """An event as the table writes it: its class, and the members that hold something."""
    members: dict[str, Any] = {}
    for field in msgspec.structs.fields(event):
        value = getattr(event, field.name)
        if field.default is not msgspec.NODEFAULT and value == field.default:
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, bytes):
            value = json.loads(value)
        elif isinstance(value, tuple):
            value = [
                {name: one for name, one in item.items() if one}
                for item in map(msgspec.structs.asdict, value)
            ]
        members[field.name] = value
    return {"is": type(event).__name__, **members}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_webhooks(row: dict[str, Any]) -> None:
    assert [shown(event) for event in events.read(json.dumps(row["body"]).encode())] == row["events"]


def test_every_kind_of_event_is_in_the_table() -> None:
    """So that an event without a row fails here; the reading of each field likewise."""
    kinds = {kind.__name__ for kind in Event.__args__}
    assert {event["is"] for row in ROWS for event in row["events"]} == kinds
    fields = {
        change["field"]
        for row in ROWS
        for entry in row["body"]["entry"]
        for change in entry.get("changes", [])
        if "field" in change
    }
    assert set(events.READERS) <= fields


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", OTHERWISE),
        (b"\xff\xfe", OTHERWISE),
        (b"hub.mode=subscribe", OTHERWISE),
        (b"[]", OTHERWISE),
        (b'{"object":"whatsapp_business_account"}', OTHERWISE),
        (b'"\\u0000' + DEEP, OTHERWISE),
        (b'{"object":"page","entry":[]}', "its object is not whatsapp_business_account"),
        (b'{"any":' + DEEP, "it is nested too deeply"),
        (b'["\\u0000",' + DEEP, "it is nested too deeply"),
    ],
    ids=lambda value: repr(value[:40]) if isinstance(value, bytes) else "",
)
def test_not_an_event(body: bytes, reason: str) -> None:
    with pytest.raises(events.NotAnEvent) as caught:
        events.read(body)
    assert caught.value.reason == reason


def test_a_deep_message_takes_no_other_with_it() -> None:
    """Depth is met where a message is decoded; its neighbours are read."""
    deep = b'{"id":"1","type":"order","order":' + b"[" * 900 + b"]" * 900 + b"}"
    near = b'{"id":"2","type":"text","text":{"body":"hei"}}'
    value = b'{"messages":[%s,%s]}' % (deep, near)
    change = b'{"field":"messages","value":%s}' % value
    found = events.read(b'{"object":"whatsapp_business_account","entry":[{"changes":[%s]}]}' % change)
    assert [event.text for event in found if isinstance(event, events.MessageEvent)][-1:] == ["hei"]
    assert len(found) == 2


def readable(body: bytes) -> None:
    """Events, of which all can be written as JSON again and hold no NUL; or the documented refusal."""
    try:
        found = events.read(body)
    except events.NotAnEvent as refusal:
        assert refusal.reason
        return
    for event in found:
        assert isinstance(event, Event)
        assert b"\\u0000" not in msgspec.json.encode(event)


@given(st.binary())
def test_any_bytes(body: bytes) -> None:
    readable(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(JSON)
def test_any_json(value: Any) -> None:
    readable(json.dumps(value).encode())


@given(st.sampled_from(sorted(events.READERS)), JSON)
def test_any_value(field: str, value: Any) -> None:
    change = {"field": field, "value": value}
    readable(json.dumps({"object": events.OBJECT, "entry": [{"changes": [change]}]}).encode())


@st.composite
def bent(draw: st.DrawFn) -> Any:
    """A row of the table with one of its values replaced by anything."""
    value = json.loads(json.dumps(draw(st.sampled_from(ROWS))["body"]))
    here: Any = value
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and draw(st.integers(0, 5)):
            here = here[key]
            continue
        here[key] = draw(JSON)
        return value


@given(bent())
def test_any_bend(body: Any) -> None:
    readable(json.dumps(body).encode())
