from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.placeholders import parse

VALUES = {"name": "Ada", "NAME": "ADA", "City": "Turku", "empty": "", "none": None, "tricky": "$(name)"}

FILLED: list[tuple[str, str, tuple[str, ...]]] = [
    ("", "", ()),
    ("Hello", "Hello", ()),
    ("$(name)", "Ada", ()),
    ("Hei $(name)!", "Hei Ada!", ()),
    ("$(name)$(City)", "AdaTurku", ()),
    ("$(name) $(name)", "Ada Ada", ()),
    ("$(NAME)", "ADA", ()),  # as it is written before any case
    ("$(Name)", "Ada", ()),
    ("$(city) $(CITY)", "Turku Turku", ()),
    ("$( name )", "Ada", ()),
    ("a$(empty)b", "ab", ()),  # an empty value is a value
    ("a$(none)b", "ab", ("none",)),
    ("a$(moon)b$(sun)$(moon)", "ab", ("moon", "sun")),
    ("$(tricky)", "$(name)", ()),  # a value brings no places
    ("$$(name)", "$(name)", ()),
    ("$$$(name)", "$Ada", ()),
    ("$$$$(name)", "$$(name)", ()),
    ("$$(", "$(", ()),
    ("$ (name)", "$ (name)", ()),
    ("$name (name) $$ $5", "$name (name) $$ $5", ()),
    ("$(", "$(", ()),
    ("$(name", "$(name", ()),
    ("$()", "$()", ()),
    ("$( )", "$( )", ()),
    ("$(a(name)", "$(a(name)", ()),
    ("$($(name))", "$(Ada)", ()),
    ("(5 $) $(name)", "(5 $) Ada", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "filled", "missing"), FILLED)
def test_filled(text: str, filled: str, missing: tuple[str, ...]) -> None:
    assert parse(text).render(VALUES, 100) == (filled, missing)


@pytest.mark.parametrize(
    ("text", "plain"), [("Hello", "Hello"), ("$$(name)", "$(name)"), ("$(name)", None), ("$(", "$(")]
)
def test_a_text_without_places_is_known(text: str, plain: str | None) -> None:
    assert parse(text).plain == plain


def test_a_text_that_grows_too_long_is_not_made() -> None:
    template = parse("$(a)" * 10_000)
    values = {"a": "x" * 1000}
    assert template.render(values, 10_000_000).text == "x" * 10_000_000
    assert template.render(values, 9_999_999).text is None


@given(st.text(alphabet="$()ab ", max_size=30), st.text(alphabet="$()ab", max_size=8))
def test_what_is_left_of_a_text_does_not_depend_on_its_values(text: str, value: str) -> None:
    names = dict.fromkeys(("a", "b", "ab", "ba", "aa", "bb"), value)
    template = parse(text)
    blank = template.render(dict.fromkeys(names, ""), 1000).text
    filled = template.render(names, 1000).text
    assert blank is not None
    assert filled is not None
    assert len(filled) >= len(blank)
    if template.plain is not None:
        assert filled == blank == template.plain


@given(st.text(max_size=40))
def test_any_value_arrives_as_it_is(value: str) -> None:
    assert parse("<$(x)>").render({"x": value}, 1000).text == f"<{value}>"
