from __future__ import annotations

from dataclasses import replace

import pytest

from viesti.domain.templates.rules import Rule, check, check_authentication, language_of
from viesti.domain.templates.shape import Button, ButtonKind, Header, HeaderKind, Shape

GOOD = Shape(
    "Hello {{1}}, your order {{2}} is on its way.",
    Header(HeaderKind.TEXT, "Order {{1}}", "A-17"),
    "Acme Ltd",
    (
        Button(ButtonKind.QUICK_REPLY, "Thanks"),
        Button(ButtonKind.QUICK_REPLY, "Where is it?"),
        Button(ButtonKind.URL, "Follow", "https://acme.example/o/{{1}}", "17"),
        Button(ButtonKind.PHONE_NUMBER, "Call us", "+358401234567"),
    ),
    ("Ada", "A-17"),
)
QUICK, LINK = Button(ButtonKind.QUICK_REPLY, "Yes"), Button(ButtonKind.URL, "See", "https://acme.example")
CALL = Button(ButtonKind.PHONE_NUMBER, "Call", "0401234567")


def body(text: str, *examples: str) -> Shape:
    return Shape(text, examples=examples)


def header(kind: HeaderKind, text: str = "", example: str = "") -> Shape:
    return Shape("Hello", Header(kind, text, example))


def buttons(*made: Button) -> Shape:
    return Shape("Hello", buttons=made)


def url(data: str, example: str = "") -> Shape:
    return buttons(Button(ButtonKind.URL, "See", data, example))


# what is broken -> the rule, the field, and which of a list
BROKEN: list[tuple[str, Shape, tuple[Rule, str, int | None]]] = [
    ("no body", body(" "), (Rule.EMPTY, "body", None)),
    ("a long body", body("x" * 1025), (Rule.TOO_LONG, "body", None)),
    ("braces", body("Hello {{1} you"), (Rule.BRACES, "body", None)),
    ("a name of capitals", body("Hello {{Name}} you", "Ada"), (Rule.VARIABLE_NAME, "body", None)),
    ("numbers and names", body("a {{1}} b {{x}} c", "1", "2"), (Rule.VARIABLES_MIXED, "body", None)),
    ("a gap", body("a {{1}} b {{3}} c", "1", "2"), (Rule.VARIABLES_NOT_COUNTED, "body", None)),
    ("side by side", body("a {{1}}{{2}} c", "1", "2"), (Rule.VARIABLES_ADJACENT, "body", None)),
    ("with a space between", body("a {{1}}\n{{2}} c", "1", "2"), (Rule.VARIABLES_ADJACENT, "body", None)),
    ("at the start", body("{{1}} is here", "1"), (Rule.VARIABLE_AT_EDGE, "body", None)),
    ("at the end", body("Here is {{1}}", "1"), (Rule.VARIABLE_AT_EDGE, "body", None)),
    ("no example", body("Here is {{1}}!"), (Rule.EXAMPLE_MISSING, "examples", None)),
    ("an example too many", body("Here!", "1"), (Rule.EXAMPLE_MISSING, "examples", None)),
    ("an empty example", body("Here is {{1}}!", " "), (Rule.EXAMPLE_MISSING, "examples", None)),
    ("an empty header", header(HeaderKind.TEXT), (Rule.EMPTY, "header", None)),
    ("a long header", header(HeaderKind.TEXT, "x" * 61), (Rule.TOO_LONG, "header", None)),
    ("two in a header", header(HeaderKind.TEXT, "{{1}} {{2}}", "1"),
     (Rule.TOO_MANY_VARIABLES, "header", None)),
    ("no example of it", header(HeaderKind.TEXT, "Hi {{1}}"), (Rule.EXAMPLE_MISSING, "header", None)),
    ("no example file", header(HeaderKind.IMAGE), (Rule.EXAMPLE_MISSING, "header", None)),
    ("a long footer", Shape("Hello", footer="x" * 61), (Rule.TOO_LONG, "footer", None)),
    ("a variable in it", Shape("Hello", footer="a {{1}}"), (Rule.VARIABLE_NOT_ALLOWED, "footer", None)),
    ("eleven buttons", buttons(*[QUICK] * 11), (Rule.TOO_MANY_BUTTONS, "buttons", None)),
    ("three URLs", buttons(LINK, LINK, LINK), (Rule.TOO_MANY_BUTTONS, "buttons", None)),
    ("two calls", buttons(CALL, CALL), (Rule.TOO_MANY_BUTTONS, "buttons", None)),
    ("replies apart", buttons(QUICK, LINK, QUICK), (Rule.BUTTON_MIX, "buttons", None)),
    ("replies amid others", buttons(LINK, QUICK, CALL), (Rule.BUTTON_MIX, "buttons", None)),
    ("no label", buttons(QUICK, replace(QUICK, label="")), (Rule.EMPTY, "buttons.label", 1)),
    ("a long label", buttons(replace(QUICK, label="x" * 26)), (Rule.TOO_LONG, "buttons.label", 0)),
    ("a variable in it", buttons(replace(QUICK, label="Hi {{1}}")),
     (Rule.VARIABLE_NOT_ALLOWED, "buttons.label", 0)),
    ("no URL", url("acme.example"), (Rule.BUTTON_DATA, "buttons.data", 0)),
    ("a long URL", url("https://acme.example/" + "x" * 1980), (Rule.TOO_LONG, "buttons.data", 0)),
    ("two variables", url("https://acme.example/{{1}}/{{2}}", "x"),
     (Rule.TOO_MANY_VARIABLES, "buttons.data", 0)),
    ("amid a URL", url("https://acme.example/{{1}}/x", "x"), (Rule.VARIABLE_NOT_ALLOWED, "buttons.data", 0)),
    ("no example of it", url("https://acme.example/{{1}}"), (Rule.EXAMPLE_MISSING, "buttons.data", 0)),
    ("a long number", buttons(replace(CALL, data="0" * 21)), (Rule.TOO_LONG, "buttons.data", 0)),
    ("no number", buttons(replace(CALL, data="call us")), (Rule.BUTTON_DATA, "buttons.data", 0)),
    ("a long code", buttons(Button(ButtonKind.COPY_CODE, "", "", "x" * 16)),
     (Rule.BUTTON_DATA, "buttons.data", 0)),
]  # fmt: skip


def test_a_good_one_breaks_nothing() -> None:
    assert check("order_on_its_way", GOOD) == ()


@pytest.mark.parametrize(
    ("what", "shape", "broken"), BROKEN, ids=[f"{row[2][1]}: {row[0]}" for row in BROKEN]
)
def test_each_rule_names_itself(what: str, shape: Shape, broken: tuple[Rule, str, int | None]) -> None:
    found = [(each.rule, each.field, each.index) for each in check("name", shape)]
    assert broken in found
    assert all(each.sentence.endswith(".") for each in check("name", shape)), what


ALLOWED = [
    body("a {{1}}, {{2}} b", "1", "2"),
    body("a {{first_name}} b", "Ada"),
    header(HeaderKind.TEXT, "{{1}}", "A-17"),
    header(HeaderKind.DOCUMENT, example="handle"),
    header(HeaderKind.LOCATION),
    buttons(QUICK, QUICK, LINK, CALL),
    buttons(LINK, CALL, LINK, QUICK),
    buttons(*[QUICK] * 10),
    body("x" * 1024),
]


@pytest.mark.parametrize("shape", ALLOWED, ids=range(len(ALLOWED)))
def test_what_is_near_a_rule_and_keeps_it(shape: Shape) -> None:
    assert check("name", shape) == ()


@pytest.mark.parametrize(
    ("name", "rule"), [("", Rule.NAME), ("Order", Rule.NAME), ("x" * 513, Rule.TOO_LONG)]
)
def test_names(name: str, rule: Rule) -> None:
    assert [each.rule for each in check(name, Shape("Hello"))] == [rule]


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (body("Your code is {{1}}.", "1"), []),
        (body("{{1}} is your code"), []),
        (body("Your code.", "1"), ["body"]),
        (replace(body("Your code is {{1}}."), footer="x"), ["footer"]),
        (replace(body("Your code is {{1}}."), header=Header(HeaderKind.IMAGE)), ["header"]),
        (replace(body("Your code is {{1}}."), buttons=(QUICK,)), ["buttons"]),
    ],
)
def test_a_template_for_codes(shape: Shape, fields: list[str]) -> None:
    assert [each.field for each in check_authentication("name", shape)] == fields


@pytest.mark.parametrize(
    ("written", "language"),
    [("fi", "fi"), ("EN", "en"), ("en_US", "en_US"), ("en-us", "en_US"), (" fil ", "fil"),
     ("finnish", None), ("", None), ("f", None), ("en_USA", None), ("e1", None)],
)  # fmt: skip
def test_languages(written: str, language: str | None) -> None:
    assert language_of(written) == language
