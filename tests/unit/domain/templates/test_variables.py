from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.templates import variables as v

FOUND: list[tuple[str, tuple[str, ...]]] = [
    ("", ()),
    ("Hello", ()),
    ("Hello {{1}}!", ("1",)),
    ("{{ 1 }} and {{1}}", ("1",)),
    ("{{2}}, {{1}}, {{10}}, {{3}}", ("1", "2", "3", "10")),
    ("{{b}} {{a}} {{b}}", ("b", "a")),
    ("{1} {{}} {{ }} {{a b}} {{a-b}}", ()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "names"), FOUND)
def test_found(text: str, names: tuple[str, ...]) -> None:
    assert v.variables(text).names == names


# text -> unreadable, badly named, mixed, counted, adjacent, at an edge
JUDGED: list[tuple[str, bool, bool, bool, bool, bool, bool]] = [
    ("Hello", False, False, False, True, False, False),
    ("Hello {{1}}, your {{2}}.", False, False, False, True, False, False),
    ("a {{2}} b {{1}} c", False, False, False, True, False, False),
    ("a {{name}} b", False, False, False, True, False, False),
    ("a {{1}{{2}} b", True, False, False, False, False, False),
    ("a {{one two}} b", True, False, False, True, False, False),
    ("a {{Name}} b {{_x}} c", False, True, False, True, False, False),
    ("a {{1}} b {{name}} c", False, False, True, True, False, False),
    ("a {{1}} b {{3}} c", False, False, False, False, False, False),
    ("a {{0}} b", False, False, False, False, False, False),
    ("a {{1}}{{2}} b", False, False, False, True, True, False),
    ("a {{1}} {{2}} b", False, False, False, True, True, False),
    ("{{1}} b", False, False, False, True, False, True),
    ("a {{1}}", False, False, False, True, False, True),
    (" a {{1}}\n", False, False, False, True, False, True),
    ("a {{1}}.", False, False, False, True, False, False),
]  # fmt: skip


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: row[0])
def test_judged(row: tuple[str, bool, bool, bool, bool, bool, bool]) -> None:
    text = row[0]
    judged = (v.unreadable(text), bool(v.badly_named(text)), v.mixed(text), v.counted(text), v.adjacent(text))
    assert (*judged, v.at_an_edge(text)) == row[1:]


@given(
    st.lists(st.sampled_from(["{{1}}", "{{2}}", "{{", "}}", "{{a}}", " ", "text"])).map("".join), st.text()
)
def test_what_is_filled_in_is_not_read_again(text: str, value: str) -> None:
    names = v.variables(text).names
    filled = v.fill(text, dict.fromkeys(names, value + "{{1}}"))
    pieces = v._VARIABLE.split(text)[::2]
    assert filled == (value + "{{1}}").join(pieces)
