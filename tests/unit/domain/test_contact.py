"""Merging of a contact's properties."""

from __future__ import annotations

import pytest

from viesti.domain.contact import Properties, merge_properties, properties_from


@pytest.mark.parametrize(
    ("known", "changes", "merged"),
    [
        ((), (), ()),
        ((), (("size", "M"),), (("size", "M"),)),
        ((("size", "M"), ("dog", "Rex")), (("size", "L"),), (("size", "L"), ("dog", "Rex"))),
        ((("size", "M"), ("dog", "Rex")), (("cat", "Tom"),), (("size", "M"), ("dog", "Rex"), ("cat", "Tom"))),
        ((("size", "M"), ("dog", "Rex")), (("size", ""),), (("dog", "Rex"),)),
        ((("size", "M"),), (("Size", "L"),), (("size", "M"), ("Size", "L"))),  # names are exact
        ((), (("size", "M"), ("size", "L")), (("size", "L"),)),  # each name once, the last value
        ((), (("size", ""),), ()),
    ],
)
def test_merge(known: Properties, changes: Properties, merged: Properties) -> None:
    assert merge_properties(known, changes) == merged


def test_as_stored() -> None:
    assert properties_from([{"name": "size", "value": "M"}]) == (("size", "M"),)
