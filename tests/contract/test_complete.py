"""The suite covers every operation of the contract: none is missing, in whatever table one looks."""

from __future__ import annotations

import re

import pytest
from tests.contract import test_documented_examples, test_foreign, test_hostile, test_operations
from tests.contract.calls import OPERATIONS, SCOPES, SERVED, VALID

CONTRACT = set(OPERATIONS)
PAGE = test_documented_examples.PAGE.read_text(encoding="utf-8")

# What each part of the suite goes through, as names of operations.
PARTS = {
    "declared and served": set(SERVED),
    "with a good call": set(VALID),
    "with its scope": set(SCOPES),
    "with good, missing and wrong data": {case.operation for case in test_operations.CASES},
    "with what is another's": set(test_foreign.PLACES),
    "documented, with an example that is run": set(re.findall(r"^\| \[`(\w+)`\]\(#", PAGE, re.MULTILINE)),
}


@pytest.mark.parametrize("part", PARTS)
def test_no_operation_is_missing(part: str) -> None:
    assert PARTS[part] == CONTRACT


def test_every_body_is_filled_with_hostile_values() -> None:
    with_body = {name for name, operation in OPERATIONS.items() if "body" in operation}
    assert {place.values[0] for place in test_hostile.places()} == with_body
