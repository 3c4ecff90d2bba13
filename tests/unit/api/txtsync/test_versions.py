"""Where the two versions differ, and lists are ordered."""

from __future__ import annotations

import pytest

from viesti.api.answer import Refusal
from viesti.api.contract.values import Member, Text, Thing
from viesti.api.txtsync.paging import Order, order
from viesti.api.txtsync.versions import only

FIELDS = {"CreatedDate": "created", "SMSID": "id"}
USUAL = Order("id", True)


def test_only_the_members_that_a_version_knows() -> None:
    thing = Thing(
        (Member("A", "a", Text(), extension=True), Member("B", "b", Text()), Member("C", "c", Text()))
    )
    assert [member.extension for member in only(thing, "A", "B").members] == [False, False, True]
    with pytest.raises(ValueError, match="'D'"):
        only(thing, "A", "D")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", USUAL),
        ("  ", USUAL),
        ("CreatedDate", Order("created", False)),
        ("createddate desc", Order("created", True)),
        ("SMSID ASC", Order("id", False)),
        ("SMSID,DESC", Order("id", True)),
        ("Message", None),
        ("SMSID down", None),
        ("SMSID DESC CreatedDate", None),
    ],
)
def test_orders(written: str, expected: Order[str] | None) -> None:
    found = order(written, FIELDS, USUAL)
    if expected is None:
        assert isinstance(found, Refusal)
        assert found.errors[0].field == "orderby"
    else:
        assert found == expected
