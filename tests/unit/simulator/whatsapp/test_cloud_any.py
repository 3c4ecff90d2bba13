"""Whatever a caller sends, the simulated Cloud API answers: it takes it, or says in Graph's form why not."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.simulator.whatsapp.test_cloud_checks import GOOD
from tests.unit.simulator.whatsapp.test_cloud_templates import BUTTONS, PICTURE, made, pressed
from tests.unit.simulator.whatsapp.test_cloud_templates import GOOD as BODY

from viesti.simulator.whatsapp import media
from viesti.simulator.whatsapp.behaviour import CloudBehaviour
from viesti.simulator.whatsapp.cloud import Cloud
from viesti.simulator.whatsapp.numbers import CloudNumber
from viesti.simulator.whatsapp.problem import Problem
from viesti.simulator.whatsapp.shapes import without_nulls

NUMBER = CloudNumber()
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=5)
)
JSON = st.recursive(
    SCALARS,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one, max_size=3),
    max_leaves=5,
)
SENDS = [
    *GOOD,
    {
        "messaging_product": "whatsapp", "to": "358401234567", "type": "template",
        "template": {
            "name": "order_ready", "language": {"code": "fi"},
            "components": [
                {"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]},
                {"type": "body", "parameters": [{"type": "text", "text": one} for one in ("a", "b")]},
                {"type": "button", "index": "0", "parameters": [{"type": "text", "text": "17"}]},
            ],
        },
    },
]  # fmt: skip
TEMPLATES = [
    made(
        {"type": "HEADER", "format": "TEXT", "text": "Hei"}, BODY,
        pressed(*BUTTONS.component("BUTTONS")["buttons"]),
    ),
    made(*PICTURE.components),
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value within one."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, wholes: list[dict[str, Any]]) -> dict[str, Any]:
    """One of `wholes` with something else somewhere in it."""
    whole: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(wholes)))
    path = draw(st.sampled_from([place for place in places(whole) if place]))
    holder: Any = whole
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = draw(JSON)
    return whole


def cloud() -> Cloud:
    return Cloud(
        (NUMBER,), CloudBehaviour(pair_seconds=0, messages_per_second=0), Random(1),
        lambda: datetime(2026, 6, 1, tzinfo=UTC), lambda _, act: act(), lambda change: None,
    )  # fmt: skip


@given(damaged(SENDS))
def test_any_send(body: dict[str, Any]) -> None:
    one = cloud()
    for components in (BUTTONS, PICTURE):
        one.templates.add(components)
    answer = one.send(NUMBER, body)
    json.dumps(answer.answer("A") if isinstance(answer, Problem) else answer.answer)


@given(damaged(TEMPLATES))
def test_any_template(body: dict[str, Any]) -> None:
    one = cloud()
    made = one.templates.create(NUMBER.waba_id, without_nulls(body), CloudBehaviour(), 0.0)
    json.dumps(made.answer("A") if isinstance(made, Problem) else made.node())


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_upload(octets: bytes, content_type: str) -> None:
    for said in (content_type, "multipart/form-data; boundary=x"):
        read = media.read_upload(said, b"--x\r\n" + octets + b"\r\n--x--")
        assert isinstance(read, Problem | tuple)
