"""Content as the bodies that Meta documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.channels.whatsapp.payload import send_body
from viesti.domain.whatsapp_content import Content, Text, decode
from viesti.domain.whatsapp_limits import problems

ROWS = json.loads((Path(__file__).parents[3] / "wire" / "whatsapp_sends.json").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_bodies(row: dict[str, Any]) -> None:
    content = decode(json.dumps(row["content"]))
    assert send_body(content, **row["addressed"]) == row["body"]
    assert problems(content) == ()


def test_every_kind_of_content_is_in_the_table() -> None:
    kinds = {kind.__struct_config__.tag for kind in Content.__args__}
    assert {row["content"]["type"] for row in ROWS} == kinds


@pytest.mark.parametrize("addressed", [{}, {"to": "358401234567", "user_id": "FI.1"}])
def test_one_address(addressed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one of them"):
        send_body(Text("hei"), **addressed)


@given(st.from_type(Content))  # type: ignore[arg-type]
def test_any_content_has_a_body(content: Content) -> None:
    body = msgspec.json.decode(msgspec.json.encode(send_body(content, to="1")))
    assert body["type"] in body
