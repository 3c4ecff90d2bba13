"""What a contact is found by, and what a search asks for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viesti.domain.address import Address, beginnings, normalise
from viesti.domain.contact import Contact
from viesti.domain.contact_search import LONGEST_KEY, begins_with, keys_of, wanted

FI = ("FI",)


def contact(**fields: Any) -> Contact:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return Contact(id=1, bucket=0, customer_id=1, source="api", created_at=made, **fields)


def test_each_word_of_a_name_leads_a_key() -> None:
    assert keys_of(contact(first_name="Änna-Maria", last_name="O'Brien")) == [
        "nanna maria obrien",
        "nmaria anna obrien",
        "nobrien anna maria",
    ]


def test_references_and_e_mail_addresses_are_keys_whole() -> None:
    found = keys_of(contact(external_reference="CRM-17/x", email="Anna@Example.test"))
    assert found == ["rcrm-17/x", "eanna@example.test"]


def test_nothing_known_is_no_key() -> None:
    assert keys_of(contact(phone="358401234567")) == []


def test_keys_have_a_bound() -> None:
    long = contact(first_name="x" * 255, last_name=" ".join(map(str, range(100))), email="e" * 320)
    assert len(keys_of(long)) <= 10
    assert all(len(key) <= LONGEST_KEY for key in keys_of(long))


def test_words_in_any_order_and_begun() -> None:
    assert wanted("Virta  ÄNNA", FI).words == ("virta", "anna")


def test_a_word_that_another_begins_with_asks_for_nothing_more() -> None:
    assert wanted("an anna", FI).words == ("anna",)


def test_an_address_is_no_name() -> None:
    asked = wanted("anna@exa", FI)
    assert asked.words == ()
    assert begins_with("eanna@exa") in asked.keys


def test_numbers_only() -> None:
    asked = wanted("040 123", FI, numbers_only=True)
    assert [each.low for each in asked.numbers] == ["35840123"]
    assert (asked.keys, asked.words) == ((), ())
    assert not any(wanted("Anna", FI, numbers_only=True))


@pytest.mark.parametrize(
    ("written", "regions", "expected"),
    [
        ("040 123", FI, ("35840123",)),
        ("+358 (0)40 123 4567", FI, ("358401234567",)),
        ("00358 40", FI, ("35840",)),
        ("990 358 40", FI, ("35840", "99035840")),
        ("401234", FI, ("358401234", "401234")),
        ("07911", ("GB",), ("447911",)),
        ("06 123", ("IT",), ("3906123",)),
        ("+31000000", FI, ("3100000", "31000000")),  # where the plan leaves a zero out
        ("+", FI, ()),
        ("", FI, ()),
        ("Anna 7", FI, ()),
        ("1" * 21, FI, ()),
    ],
)
def test_how_a_number_begins(written: str, regions: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert beginnings(written, regions) == expected


@given(st.from_regex(r"\+?0?[0-9 ()-]{5,16}", fullmatch=True))
def test_a_number_is_found_as_it_is_read(written: str) -> None:
    """Who is stored under what a writing stands for is found by the same writing."""
    read = normalise(written, FI)
    if isinstance(read, Address):
        ranges = wanted(written, FI, numbers_only=True).numbers
        assert any(low <= read.digits < high for low, high in ranges)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_who_has_a_name_is_found_by_it(name: str) -> None:
    asked = wanted(name, FI)
    if asked.words:
        keys = keys_of(contact(first_name=name))
        (led,) = [begins_with("n" + asked.words[0])]
        assert any(
            led.low <= key < led.high and all(f" {word}" in " " + key[1:] for word in asked.words)
            for key in keys
        )
