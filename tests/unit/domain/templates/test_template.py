from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.templates.categories import category_of
from viesti.domain.templates.components import read
from viesti.domain.templates.rules import check
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape
from viesti.domain.templates.state import STATES, state_of
from viesti.domain.templates.template import name_of, split_reference

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "text", "format", "example", "buttons", "url", "body_text", "header_text"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


COMPONENT = st.dictionaries(
    st.sampled_from(["type", "text", "format", "example", "buttons"]),
    JSON | st.sampled_from(["HEADER", "BODY", "FOOTER", "BUTTONS"]),
)


@given(st.lists(COMPONENT))
def test_any_components_can_be_read(components: list[dict[str, object]]) -> None:
    assert isinstance(read(components), Shape)


def test_components_of_meta() -> None:
    shape = read(
        [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["A-17"]}},
            {"type": "BODY", "text": "Hi {{1}}, it is {{2}}.", "example": {"body_text": [["Ada", "Monday"]]}},
            {"type": "FOOTER", "text": "Acme"},
            {"type": "CALL_PERMISSION_REQUEST"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Yes"},
                    {
                        "type": "URL",
                        "text": "See",
                        "url": "https://a.example/{{1}}",
                        "example": ["https://a.example/1"],
                    },
                    {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+358401234567"},
                    {
                        "type": "URL",
                        "text": "Copy",
                        "url": "https://www.whatsapp.com/otp/code/?code=otp{{1}}",
                    },
                    {"type": "FLOW", "text": "Book", "flow_id": "1"},
                ],
            },
        ]
    )
    assert shape == Shape(
        "Hi {{1}}, it is {{2}}.",
        Header(HeaderKind.TEXT, "Order {{1}}", "A-17"),
        "Acme",
        (
            Button(ButtonKind.QUICK_REPLY, "Yes"),
            Button(ButtonKind.URL, "See", "https://a.example/{{1}}", "https://a.example/1"),
            Button(ButtonKind.PHONE_NUMBER, "Call", "+358401234567"),
            Button(ButtonKind.OTP, "Copy", "https://www.whatsapp.com/otp/code/?code=otp{{1}}"),
            Button(ButtonKind.OTHER, "Book"),
        ),
        ("Ada", "Monday"),
    )


def test_named_variables_and_files() -> None:
    named = {"body_text_named_params": [{"param_name": "day", "example": "Monday"}]}
    shape = read(
        [
            {
                "type": "header",
                "format": "image",
                "example": {"header_handle": ["https://scontent.example/1"]},
            },
            {"type": "body", "text": "It is {{day}}.", "example": named},
        ]
    )
    assert shape.header == Header(HeaderKind.IMAGE, "", "https://scontent.example/1")
    assert shape.examples == ("Monday",)


@pytest.mark.parametrize(
    ("shown", "name"),
    [("Order update", "order_update"), ("Tilaus lähti – nyt!", "tilaus_lahti_nyt"), ("  A  ", "a"),
     ("ÅÄÖ 24/7", "aao_24_7"), ("заказ", ""), ("???", ""), ("already_good_1", "already_good_1")],
)  # fmt: skip
def test_names(shown: str, name: str) -> None:
    assert name_of(shown) == name


@given(st.text(max_size=100))
def test_a_name_is_good_or_empty(shown: str) -> None:
    name = name_of(shown)
    assert not name or not check(name, Shape("Hello"))


@pytest.mark.parametrize(
    ("named", "reference"),
    [("order", ("order", "")), ("order:fi", ("order", "fi")), (" order : en_US ", ("order", "en_US"))],
)
def test_references(named: str, reference: tuple[str, str]) -> None:
    assert split_reference(named) == reference


def test_only_meta_makes_one_that_can_be_sent() -> None:
    assert [status for status, state in STATES.items() if state.sendable] == [
        "APPROVED",
        "REINSTATED",
        "FLAGGED",
    ]
    assert not state_of("SOMETHING_NEW").sendable
    assert all(state.why for state in (*STATES.values(), state_of("NEW")) if not state.sendable)


@pytest.mark.parametrize(
    ("written", "category"),
    [("MARKETING", "MARKETING"), ("utility", "UTILITY"), (" Authentication ", "AUTHENTICATION"),
     ("Ticket Update", "UTILITY"), ("PERSONAL_FINANCE_UPDATE", "UTILITY"), ("", None), ("Other", None)],
)  # fmt: skip
def test_categories(written: str, category: str | None) -> None:
    assert category_of(written) == category
