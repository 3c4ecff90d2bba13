from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.templates.fill import Filled, Values, fill
from viesti.domain.templates.render import unmarked
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape
from viesti.domain.templates.variables import variables
from viesti.domain.whatsapp_content import (
    Component,
    CouponParameter,
    MediaParameter,
    PayloadParameter,
    TextParameter,
)

ORDER = Shape(
    "Hello *{{1}}*, your order {{2}} is _on its way_.",
    Header(HeaderKind.TEXT, "Order {{1}}"),
    "Acme Ltd",
    (
        Button(ButtonKind.QUICK_REPLY, "Thanks"),
        Button(ButtonKind.URL, "Follow", "https://acme.example/o/{{1}}"),
        Button(ButtonKind.URL, "Shop", "https://acme.example"),
        Button(ButtonKind.PHONE_NUMBER, "Call us", "+358401234567"),
    ),
)
PICTURE = Shape("Look at this.", Header(HeaderKind.IMAGE))
NAMED = Shape("Hello {{first_name}}, it is {{day}}.")
CODE = Shape("*{{1}}* is your code.", buttons=(Button(ButtonKind.OTP, "Copy code"),))
COUPON = Shape("Take this.", buttons=(Button(ButtonKind.COPY_CODE, "Copy"),))


def filled(shape: Shape, values: Values, category: str = "UTILITY") -> Filled:
    found = fill(shape, category, values)
    assert isinstance(found, Filled), found
    return found


def test_every_part_is_filled() -> None:
    values = Values(("Ada", "A-17"), ("A-17",), (("QuickReply", "thanks-17"), ("Url", "17")))
    components, text, warnings = filled(ORDER, values)
    assert components == (
        Component("header", (TextParameter("A-17"),)),
        Component("body", (TextParameter("Ada"), TextParameter("A-17"))),
        Component("button", (PayloadParameter("thanks-17"),), "quick_reply", 0),
        Component("button", (TextParameter("17"),), "url", 1),
    )
    assert text.splitlines() == [
        "Order A-17",
        "Hello Ada, your order A-17 is on its way.",
        "Acme Ltd",
        "Follow: https://acme.example/o/17",
        "Shop: https://acme.example",
        "Call us: +358401234567",
    ]
    assert warnings == ()


def test_a_file() -> None:
    values = Values(attachment="https://acme.example/a.png")
    components, text, _ = filled(PICTURE, values)
    assert components == (Component("header", (MediaParameter("image", link="https://acme.example/a.png"),)),)
    assert text == "https://acme.example/a.png\nLook at this."


def test_names_go_along() -> None:
    components, text, _ = filled(NAMED, Values(("Ada", "Monday")))
    assert components[0].parameters == (TextParameter("Ada", "first_name"), TextParameter("Monday", "day"))
    assert text == "Hello Ada, it is Monday."


def test_a_code_is_in_the_text_and_in_the_button() -> None:
    components, text, _ = filled(CODE, Values(("4711",)), "AUTHENTICATION")
    assert components == (
        Component("body", (TextParameter("4711"),)),
        Component("button", (TextParameter("4711"),), "url", 0),
    )
    assert text == "4711 is your code."


def test_a_coupon() -> None:
    components, _, _ = filled(COUPON, Values(buttons=(("CopyCode", "SAVE10"),)))
    assert components == (Component("button", (CouponParameter("SAVE10"),), "copy_code", 0),)


@pytest.mark.parametrize(
    "buttons",
    [(("Url", "17"),), (("url", "https://acme.example/o/17"),), (("", ""), ("", "17"))],
    ids=["its end", "the whole", "by its place"],
)
def test_ways_to_give_a_url(buttons: tuple[tuple[str, str], ...]) -> None:
    components, text, _ = filled(ORDER, Values(("Ada", "A"), ("A",), buttons))
    assert components[-1] == Component("button", (TextParameter("17"),), "url", 1)
    assert "https://acme.example/o/17\n" in text


def test_what_can_not_be_changed_is_a_warning() -> None:
    buttons = (("Url", "17"), ("Url", "https://other.example"), ("Call", "+358401234567"))
    warnings = filled(ORDER, Values(("Ada", "A"), ("A",), buttons)).warnings
    assert warnings == ("The button 'Shop' is always the same: not changed.",)


GOOD = Values(("Ada", "A"), ("A",), (("Url", "17"),))
# values -> the field and the place of the problem
PROBLEMS: list[tuple[str, Shape, Values, list[tuple[str, int | None]]]] = [
    ("too few", ORDER, GOOD._replace(body=("Ada",)), [("body", None)]),
    ("too many", ORDER, GOOD._replace(body=("Ada", "A", "x")), [("body", None)]),
    ("for a text without", PICTURE, Values(("x",), attachment="https://a"), [("body", None)]),
    ("empty", ORDER, GOOD._replace(body=("Ada", " ")), [("body", 1)]),
    ("a line break", ORDER, GOOD._replace(body=("Ada\nB", "A")), [("body", 0)]),
    ("a tab", ORDER, GOOD._replace(header=("A\tB",)), [("header", 0)]),
    ("five spaces", ORDER, GOOD._replace(body=("A", "x     y")), [("body", 1)]),
    ("no header", ORDER, GOOD._replace(header=()), [("header", None)]),
    ("a long header", ORDER, GOOD._replace(header=("x" * 55,)), [("header", None)]),
    ("a long body", ORDER, GOOD._replace(body=("x" * 1024, "A")), [("body", None)]),
    ("no file", PICTURE, Values(), [("attachment", None)]),
    ("a file too many", ORDER, GOOD._replace(attachment="https://a"), [("attachment", None)]),
    ("no end of the URL", ORDER, GOOD._replace(buttons=()), [("buttons", None)]),
    ("white space in it", ORDER, GOOD._replace(buttons=(("Url", "1 7"),)), [("buttons", 0)]),
    ("a long one", ORDER, GOOD._replace(buttons=(("Url", "x" * 2000),)), [("buttons", 0)]),
    ("another kind", ORDER, GOOD._replace(buttons=(("Url", "1"), ("Fax", "x"))), [("buttons", 1)]),
    ("a third URL", ORDER, GOOD._replace(buttons=(("Url", "1"),) * 3), [("buttons", 2)]),
    ("a long payload", ORDER, GOOD._replace(buttons=(("Url", "1"), ("QuickReply", "x" * 257))),
     [("buttons", 1)]),
    ("a place in the sea", Shape("Hi", Header(HeaderKind.LOCATION)), Values(), [("header", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "shape", "values", "where"), PROBLEMS, ids=[row[0] for row in PROBLEMS])
def test_problems(what: str, shape: Shape, values: Values, where: list[tuple[str, int | None]]) -> None:
    found = fill(shape, "UTILITY", values)
    assert not isinstance(found, Filled), what
    assert [(each.field, each.index) for each in found] == where
    assert all(each.sentence.endswith(".") for each in found)


def test_a_long_code() -> None:
    found = fill(CODE, "AUTHENTICATION", Values(("1" * 16,)))
    assert not isinstance(found, Filled)
    assert [(each.field, each.index) for each in found] == [("body", 0)]


def test_a_body_alone_may_be_longer() -> None:
    assert isinstance(fill(NAMED, "UTILITY", Values(("x" * 5000, "y"))), Filled)


MARKS = [
    ("*bold* and _italic_ and ~gone~", "bold and italic and gone"),
    ("```code```", "code"),
    ("*_both_*", "both"),
    ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
    ("a * b * c", "a * b * c"),
    ("*not\nover lines*", "*not\nover lines*"),
    ("*{{1}}*, _{{first_name}}_", "{{1}}, {{first_name}}"),
]


@pytest.mark.parametrize(("marked", "plain"), MARKS)
def test_marks_are_taken_away(marked: str, plain: str) -> None:
    assert unmarked(marked) == plain


VALUE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\t"), min_size=1, max_size=20).filter(
    lambda value: value.strip() and "     " not in value
)
PIECES = st.lists(st.sampled_from(["word", " ", "*", "_", "{{1}}", "{{2}}", "{{3}}", "\n"]), max_size=12)


@given(PIECES, st.data())
def test_every_value_is_in_the_text_as_it_was_given(pieces: list[str], data: st.DataObject) -> None:
    """And what is sent names each of them once, in their order."""
    body = "Hi " + "".join(pieces) + " there"
    names = variables(body).names
    values = data.draw(st.lists(VALUE, min_size=len(names), max_size=len(names)))
    components, text, _ = filled(Shape(body), Values(tuple(values)))
    assert all(value in text for value in values)
    parameters = [each.text for c in components for each in c.parameters if isinstance(each, TextParameter)]
    assert parameters == values


@given(
    st.lists(st.text(max_size=30), max_size=4),
    st.lists(st.text(max_size=30), max_size=3),
    st.lists(
        st.tuples(st.sampled_from(["", "Url", "Call", "QuickReply", "x"]), st.text(max_size=9)), max_size=6
    ),
    st.sampled_from(["", "https://acme.example/a.png"]),
    st.sampled_from([ORDER, PICTURE, NAMED, CODE, COUPON, Shape("")]),
    st.sampled_from(["UTILITY", "MARKETING", "AUTHENTICATION"]),
)
def test_whatever_is_given_is_filled_or_refused(
    body: list[str],
    header: list[str],
    buttons: list[tuple[str, str]],
    attachment: str,
    shape: Shape,
    category: str,
) -> None:
    found = fill(shape, category, Values(body, header, buttons, attachment))
    assert isinstance(found, Filled) or found
