from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.prefix import PrefixIndex, check_prefix

DIGITS = st.text("0123456789", max_size=5)


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("358401234567", ["358401", "35840", "358", ""]),
        ("358501234567", ["358", ""]),
        ("4670", [""]),
        ("35", [""]),
        ("", [""]),
    ],
)
def test_longest_prefix_comes_first(number: str, found: list[str]) -> None:
    index = PrefixIndex({prefix: prefix for prefix in ("", "358", "35840", "358401")})
    assert index.matches(number) == found


@given(st.sets(DIGITS), DIGITS)
def test_finds_exactly_the_prefixes_of_the_number(prefixes: set[str], number: str) -> None:
    index = PrefixIndex({prefix: prefix for prefix in prefixes})
    expected = sorted((prefix for prefix in prefixes if number.startswith(prefix)), key=len, reverse=True)
    assert index.matches(number) == expected


@pytest.mark.parametrize("prefix", ["+358", "358 40", "abc", "٣٥٨", "-1"])
def test_a_prefix_is_digits(prefix: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        check_prefix(prefix)
