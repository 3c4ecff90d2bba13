"""The one call that accepting a message makes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.text.strategies import texts_of

from viesti.domain.text import (
    GSM7,
    MAX_PARTS,
    UCS2,
    CharacterPolicy,
    Coding,
    ConcatMethod,
    Encoding,
    TextPlan,
    inspect,
    split,
)

NONE, STRICT, REPLACE = CharacterPolicy
UDH8, UDH16 = ConcatMethod.UDH8, ConcatMethod.UDH16


@pytest.mark.parametrize(
    ("text", "policy", "languages", "method", "plan"),
    [
        ("", NONE, (), UDH8, TextPlan("", GSM7, 1, 0)),
        ("Hyvää päivää", STRICT, ("tr",), UDH8, TextPlan("Hyvää päivää", GSM7, 1, 12)),
        ("5 €", NONE, (), UDH8, TextPlan("5 €", GSM7, 1, 4)),
        ("a" * 305, NONE, (), UDH8, TextPlan("a" * 305, GSM7, 2, 305)),
        ("a" * 305, NONE, (), UDH16, TextPlan("a" * 305, GSM7, 3, 305)),
        ("Привет 😀", NONE, (), UDH8, TextPlan("Привет 😀", UCS2, 1, 9)),
        ("ş" * 150, NONE, ("tr",), UDH8, TextPlan("ş" * 150, Encoding(Coding.GSM7, 0, 1), 1, 150)),
        ("a’b", REPLACE, (), UDH8, TextPlan("a'b", GSM7, 1, 3, replaced=(("’", "'"),))),
        ("a’b", STRICT, (), UDH8, TextPlan("a’b", UCS2, 1, 3, refused=("’",))),
        (
            "a" * 153 * MAX_PARTS + "b",
            NONE,
            (),
            UDH8,
            TextPlan("a" * 153 * MAX_PARTS + "b", GSM7, 256, 153 * MAX_PARTS + 1),
        ),
    ],
)
def test_plan(
    text: str, policy: CharacterPolicy, languages: tuple[str, ...], method: ConcatMethod, plan: TextPlan
) -> None:
    assert inspect(text, policy, languages, method) == plan


@given(
    st.one_of(st.text(), texts_of(list("aä€şç“😀ы"))),
    st.sampled_from(CharacterPolicy),
    st.lists(st.sampled_from(["tr", "es", "pt"])),
    st.sampled_from(ConcatMethod),
)
def test_what_is_planned_is_what_is_sent(
    text: str, policy: CharacterPolicy, languages: list[str], method: ConcatMethod
) -> None:
    plan = inspect(text, policy, languages, method)
    parts = split(plan.text, plan.encoding, method)
    assert plan.parts == len(parts)
    assert plan.units == sum(part.units for part in parts)
