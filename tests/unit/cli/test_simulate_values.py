"""What `viesti simulate` is told becomes values, or one sentence that names the option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from viesti.cli import simulate_values as values
from viesti.cli.wiring import Problem
from viesti.simulator.behaviour import Span
from viesti.simulator.identity import Account, IdForm
from viesti.simulator.treatment import Fate


@pytest.mark.parametrize(
    ("read", "given", "expected"),
    [
        (values.span, "1.5", Span(1.5, 1.5)),
        (values.span, "0.5-3", Span(0.5, 3.0)),
        (values.outcomes, ["delivered"], ((Fate.DELIVERED, 1.0),)),
        (values.outcomes, ["delivered=0.9", "Expired=0.1"], ((Fate.DELIVERED, 0.9), (Fate.EXPIRED, 0.1))),
        (values.accounts, ["demo:secret"], (Account("demo", "secret"),)),
        (values.accounts, ["demo:secret:16500, 16501"], (Account("demo", "secret", ("16500", "16501")),)),
        (values.accounts, [], ()),
        (values.pattern, None, None),
        (lambda option, given: values.choice(option, given, IdForm), "HEX", IdForm.HEX),
    ],
)
def test_read(read: Callable[[str, Any], Any], given: Any, expected: Any) -> None:
    assert read("--option", given) == expected


@pytest.mark.parametrize(
    ("read", "given"),
    [
        (values.span, "soon"),
        (values.span, "3-1"),
        (values.span, "-1"),
        (values.outcomes, ["nonsense=1"]),
        (values.outcomes, ["delivered=much"]),
        (values.outcomes, ["delivered=0"]),
        (values.outcomes, ["delivered=-1", "expired=2"]),
        (values.accounts, ["demo"]),
        (values.accounts, [":secret"]),
        (values.pattern, "(unclosed"),
        (lambda option, given: values.choice(option, given, IdForm), "octal"),
    ],
)
def test_mistakes_name_the_option(read: Callable[[str, Any], Any], given: Any) -> None:
    with pytest.raises(Problem, match=r"^--option.*\.$"):
        read("--option", given)


def test_pattern() -> None:
    found = values.pattern("--ledger", r"#(\d+)")
    assert found is not None
    assert found.pattern == r"#(\d+)"
