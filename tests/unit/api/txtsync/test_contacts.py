"""What is said of a contact in the contract's words."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from viesti.api.txtsync.contacts.shapes import AddAsked
from viesti.api.txtsync.contacts.translate import fields, tags


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", ()),
        (" , ,", ()),
        ("VIP", ("VIP",)),
        ("Tag1,Tag2,Tag3", ("Tag1", "Tag2", "Tag3")),
        (" Autumn 2026 ,VIP", ("Autumn 2026", "VIP")),
        ("vip,Other,VIP", ("vip", "Other")),
    ],
)
def test_tags(written: str, names: tuple[str, ...]) -> None:
    assert tags(written) == names


def test_what_was_not_given_says_nothing() -> None:
    given = fields(AddAsked(number="1", first_name="Ada", custom02="", custom05="five"))
    assert given.first_name == "Ada"
    assert given.last_name is UNSET
    assert [(each.name, each.value) for each in given.properties or ()] == [
        ("Custom02", ""),
        ("Custom05", "five"),
    ]
    assert fields(AddAsked(number="1")).given() == {}
