"""A text with choices that may also be empty."""

from __future__ import annotations

import pytest

from viesti.api.answer import FieldError
from viesti.api.contract.reading import reader
from viesti.api.contract.values import Text

CHOICES = ("Male", "Female")


@pytest.mark.parametrize(
    ("blank", "written", "problems"), [(True, "", 0), (False, "", 1), (True, " ", 1), (True, "male", 0)]
)
def test_empty_where_there_are_choices(blank: bool, written: str, problems: int) -> None:
    told: list[FieldError] = []
    reader(Text(choices=CHOICES, any_case=True, blank=blank))(written, "gender", told)
    assert len(told) == problems
