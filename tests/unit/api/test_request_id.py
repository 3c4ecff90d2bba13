"""A request id said in the body, in the header, or in both."""

from __future__ import annotations

import pytest

from viesti.api.answer import FieldError
from viesti.api.request_id import one_request_id


@pytest.mark.parametrize(
    ("in_body", "in_header", "found", "fields"),
    [
        ("", "", "", []),
        ("a", "", "a", []),
        ("", "a", "a", []),
        ("a", "a", "a", []),
        ("a", "b", "a", ["RequestId"]),
        ("a", "A", "a", ["RequestId"]),
    ],
)
def test_one_id(in_body: str, in_header: str, found: str, fields: list[str]) -> None:
    problems: list[FieldError] = []
    assert one_request_id(in_body, in_header, problems) == found
    assert [problem.field for problem in problems] == fields
