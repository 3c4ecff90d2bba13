"""What is stored is read again as it was, in the same words for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.whatsapp_content import (
    Button,
    Buttons,
    Component,
    Content,
    CouponParameter,
    List,
    Media,
    MediaParameter,
    PayloadParameter,
    Reaction,
    Row,
    Section,
    Template,
    Text,
    TextParameter,
    decode,
    encode,
)

# The stored form is a promise to the next version: a row here is never edited, only added.
STORED: list[tuple[Content, str]] = [
    (Text("hei"), '{"type":"text","body":"hei"}'),
    (
        Text("hei", preview_url=True, reply_to="wamid.A"),
        '{"type":"text","body":"hei","preview_url":true,"reply_to":"wamid.A"}',
    ),
    (Template("hello", "fi"), '{"type":"template","name":"hello","language":"fi"}'),
    (
        Template(
            "order",
            "en_US",
            (
                Component("header", (MediaParameter("image", "https://e.com/a.png"),)),
                Component("body", (TextParameter("Anna"), TextParameter("7", "number"))),
                Component("button", (PayloadParameter("yes"),), "quick_reply", 1),
                Component("button", (CouponParameter("SAVE"),), "copy_code", 2),
            ),
        ),
        '{"type":"template","name":"order","language":"en_US","components":['
        '{"type":"header","parameters":[{"type":"media","kind":"image","link":"https://e.com/a.png"}]},'
        '{"type":"body","parameters":[{"type":"text","text":"Anna"},'
        '{"type":"text","text":"7","name":"number"}]},'
        '{"type":"button","parameters":[{"type":"payload","payload":"yes"}],'
        '"sub_type":"quick_reply","index":1},'
        '{"type":"button","parameters":[{"type":"coupon_code","code":"SAVE"}],'
        '"sub_type":"copy_code","index":2}]}',
    ),
    (
        Media("document", media_id="7", caption="bill", filename="b.pdf"),
        '{"type":"media","kind":"document","media_id":"7","caption":"bill","filename":"b.pdf"}',
    ),
    (
        Buttons("Coming?", (Button("y", "Yes"),), footer="f"),
        '{"type":"buttons","body":"Coming?","buttons":[{"id":"y","title":"Yes"}],"footer":"f"}',
    ),
    (
        List("Which?", "Choose", (Section((Row("1", "One", "first"),), "A"),), header="h"),
        '{"type":"list","body":"Which?","button":"Choose","sections":['
        '{"rows":[{"id":"1","title":"One","description":"first"}],"title":"A"}],"header":"h"}',
    ),
    (Reaction("wamid.A", "👍"), '{"type":"reaction","wamid":"wamid.A","emoji":"👍"}'),
    (Reaction("wamid.A"), '{"type":"reaction","wamid":"wamid.A"}'),
]


@pytest.mark.parametrize(("content", "stored"), STORED)
def test_stored(content: Content, stored: str) -> None:
    assert (encode(content).decode(), decode(stored)) == (stored, content)


def test_the_order_and_members_of_others_do_not_matter() -> None:
    """PostgreSQL gives jsonb back in an order of its own; a later version may add members."""
    assert decode('{"later": 1, "body": "hei", "type": "text"}') == Text("hei")


@given(st.from_type(Content))  # type: ignore[arg-type]
def test_any_content_comes_back(content: Content) -> None:
    assert decode(encode(content)) == content


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "{}",
        '{"type":"poll"}',
        '{"type":"text"}',
        '{"type":"text","body":1}',
        '{"type":"media","kind":"gif"}',
        '{"type":"template","name":"a","language":"fi","components":[{"type":"body","parameters":[{}]}]}',
    ],
)
def test_what_is_no_content(stored: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(stored)
