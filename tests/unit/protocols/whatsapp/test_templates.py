"""Templates at Meta: bodies of calls and what is answered."""

from __future__ import annotations

from typing import Any

import pytest

from viesti.protocols.whatsapp import templates as made
from viesti.protocols.whatsapp.answers import Refused, Unclear
from viesti.protocols.whatsapp.templates import Created, Done, Listed, Page

COMPONENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (made.header_text("Our sale"), {"type": "HEADER", "format": "TEXT", "text": "Our sale"}),
    (
        made.header_text("Our {{1}}", ["sale"]),
        {"type": "HEADER", "format": "TEXT", "text": "Our {{1}}", "example": {"header_text": ["sale"]}},
    ),
    (
        made.header_media("image", "4::aW"),
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
    ),
    (
        made.header_media("document", "4::aW"),
        {"type": "HEADER", "format": "DOCUMENT", "example": {"header_handle": ["4::aW"]}},
    ),
    (made.body_text("Thank you."), {"type": "BODY", "text": "Thank you."}),
    (
        made.body_text("Hi {{1}}, order {{2}}.", ["Anna", "77"]),
        {"type": "BODY", "text": "Hi {{1}}, order {{2}}.", "example": {"body_text": [["Anna", "77"]]}},
    ),
    (
        made.body_named("Hi {{name}}.", [("name", "Anna")]),
        {
            "type": "BODY",
            "text": "Hi {{name}}.",
            "example": {"body_text_named_params": [{"param_name": "name", "example": "Anna"}]},
        },
    ),
    (made.footer("Bye"), {"type": "FOOTER", "text": "Bye"}),
    (
        made.button_row(
            [
                made.quick_reply("Stop"),
                made.url_button("Open", "https://example.com"),
                made.url_button("Order", "https://example.com/{{1}}", "https://example.com/77"),
                made.phone_button("Call", "+358401234567"),
                made.copy_button("SAVE25"),
            ]
        ),
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "QUICK_REPLY", "text": "Stop"},
                {"type": "URL", "text": "Open", "url": "https://example.com"},
                {
                    "type": "URL",
                    "text": "Order",
                    "url": "https://example.com/{{1}}",
                    "example": ["https://example.com/77"],
                },
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+358401234567"},
                {"type": "COPY_CODE", "example": "SAVE25"},
            ],
        },
    ),
]


@pytest.mark.parametrize(("component", "expected"), COMPONENTS)
def test_components(component: dict[str, Any], expected: dict[str, Any]) -> None:
    assert component == expected


def test_create() -> None:
    body = made.body_text("Thank you.")
    plain = {"name": "thanks", "language": "fi", "category": "UTILITY", "components": [body]}
    assert made.create_body("thanks", "fi", "UTILITY", [body]) == plain
    assert made.create_body("thanks", "fi", "UTILITY", [body], named=True) == {
        **plain,
        "parameter_format": "NAMED",
    }


def test_edit() -> None:
    body = made.body_text("Thank you.")
    assert made.edit_body([body]) == {"components": [body]}
    assert made.edit_body([body], "MARKETING") == {"category": "MARKETING", "components": [body]}


def test_queries() -> None:
    assert made.list_query() == {"fields": made.FIELDS, "limit": "100"}
    assert made.list_query(after="QVF", name="thanks", limit=10) == {
        "fields": made.FIELDS,
        "limit": "10",
        "name": "thanks",
        "after": "QVF",
    }
    assert made.delete_query("thanks") == {"name": "thanks"}
    assert made.delete_query("thanks", "77") == {"hsm_id": "77", "name": "thanks"}


LISTED = (
    b'{"name":"thanks","parameter_format":"POSITIONAL","components":[{"type":"BODY","text":"Thank you."}],'
    b'"language":"fi","status":"REJECTED","category":"UTILITY","id":"77","rejected_reason":"INVALID_FORMAT",'
    b'"quality_score":{"score":"GREEN","date":1751247548},"later":1}'
)
THANKS = ("77", "thanks", "fi", "REJECTED", "UTILITY", "GREEN", "INVALID_FORMAT")


def known(one: Listed) -> tuple[str, ...]:
    return one.id, one.name, one.language, one.status, one.category, one.quality, one.reason


def test_one() -> None:
    one = made.read_listed(200, LISTED)
    assert isinstance(one, Listed)
    assert known(one) == THANKS
    assert one.components == ({"type": "BODY", "text": "Thank you."},)


def test_one_that_is_short() -> None:
    one = made.read_listed(
        200, b'{"id":"1","name":"a","language":"fi","status":"APPROVED","rejected_reason":"NONE"}'
    )
    assert isinstance(one, Listed)
    assert known(one) == ("1", "a", "fi", "APPROVED", "", "", "")


@pytest.mark.parametrize(
    ("paging", "after"),
    [
        (b"", ""),
        (b',"paging":{"cursors":{"before":"MA","after":"MTAx"}}', ""),  # the last page has a cursor, too
        (
            b',"paging":{"cursors":{"before":"MA","after":"MTAx"},"next":"https://graph.facebook.com/x"}',
            "MTAx",
        ),
    ],
)
def test_pages(paging: bytes, after: str) -> None:
    page = made.read_page(200, b'{"data":[%s]%s}' % (LISTED, paging))
    assert isinstance(page, Page)
    assert (list(map(known, page.templates)), page.after) == ([THANKS], after)


def test_an_empty_page() -> None:
    assert made.read_page(200, b'{"data":[]}') == Page((), "")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (made.read_created(200, b'{"id":"77","status":"PENDING","category":"MARKETING"}'),
         Created("77", "PENDING", "MARKETING")),
        (made.read_created(200, b'{"success":true}'), Unclear(200, "the answer is not what Meta documents")),
        (
            made.read_created(
                400,
                b'{"error":{"message":"Invalid parameter","type":"OAuthException","code":100,'
                b'"error_subcode":2388023,"is_transient":false,"error_user_title":"Language being deleted",'
                b'"error_user_msg":"Try again in 4 weeks.","fbtrace_id":"A1"}}',
            ),
            Refused(100, "Language being deleted", "Try again in 4 weeks.", 400, 2388023, "A1"),
        ),
        (made.read_done(200, b'{"success":true}'), Done(True)),
        (made.read_done(200, b'{"success":false}'), Done(False)),
    ],
)  # fmt: skip
def test_answers(answer: object, expected: object) -> None:
    assert answer == expected
