"""What may be said of a person, and how it is put over what is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from viesti.domain.contact import Contact
from viesti.services.contacts.fields import (
    MAX_EMAIL,
    MAX_PROPERTIES,
    MAX_PROPERTY_NAME,
    MAX_PROPERTY_VALUE,
    MAX_TEXT,
    ContactFields,
    Property,
    check,
    over,
    too_many_properties,
)

AT = datetime(2030, 1, 1, tzinfo=UTC)
KNOWN = Contact(
    id=1,
    bucket=1,
    customer_id=1,
    phone="358401234567",
    source="group",
    city="Turku",
    gender="Other",
    birth_year=1980,
    country_code="FIN",
    properties=(("size", "M"),),
    created_at=AT,
)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "x" * MAX_EMAIL),
        ("email", "no address at all"),  # kept as the customer's book has it
        ("city", "x" * MAX_TEXT),
        ("city", "Łódź \N{SNOWMAN}"),
        ("gender", "fEMALE"),
        ("gender", ""),
        ("birth_year", 1900),
        ("birth_year", 2200),
        ("birth_year", 0),
        ("country_code", "fin"),
        ("country_code", ""),
        ("properties", (Property("n" * MAX_PROPERTY_NAME, "v" * MAX_PROPERTY_VALUE),)),
        ("properties", (Property("n"),) * MAX_PROPERTIES),
    ],
)
def test_allowed(name: str, value: Any) -> None:
    assert check(ContactFields(**{name: value})) == []


@pytest.mark.parametrize(
    ("name", "value", "index"),
    [
        ("email", "x" * (MAX_EMAIL + 1), None),
        ("first_name", "x" * (MAX_TEXT + 1), None),
        ("city", "a\0b", None),
        ("city", "\ud83d", None),
        ("gender", "female ", None),
        ("birth_year", 1899, None),
        ("birth_year", 2201, None),
        ("birth_year", -1, None),
        ("country_code", "FI", None),
        ("country_code", "FINN", None),
        ("country_code", "F1N", None),
        ("properties", (Property("a"), Property("")), 1),
        ("properties", (Property("n" * (MAX_PROPERTY_NAME + 1)),), 0),
        ("properties", (Property("n", "v" * (MAX_PROPERTY_VALUE + 1)),), 0),
        ("properties", (Property("n", "\0"),), 0),
        ("properties", (Property("n"),) * (MAX_PROPERTIES + 1), None),
    ],
)
def test_refused(name: str, value: Any, index: int | None) -> None:
    [problem] = check(ContactFields(**{name: value}))
    assert (problem.field, problem.index) == (name, index)


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({}, {}),
        ({"city": "Oulu"}, {"city": "Oulu"}),
        ({"city": ""}, {"city": ""}),
        ({"gender": "FEMALE"}, {"gender": "Female"}),
        ({"gender": ""}, {"gender": None}),
        ({"birth_year": 0}, {"birth_year": None}),
        ({"country_code": "swe"}, {"country_code": "SWE"}),
        ({"country_code": ""}, {"country_code": None}),
        ({"properties": ()}, {}),
        ({"properties": (Property("dog", "Rex"),)}, {"properties": (("size", "M"), ("dog", "Rex"))}),
        ({"properties": (Property("size", ""),)}, {"properties": ()}),
    ],
)
def test_put_over(fields: dict[str, Any], changed: dict[str, Any]) -> None:
    made = over(KNOWN, ContactFields(**fields), AT)
    assert {name: getattr(made, name) for name in changed} == changed
    for name in KNOWN.__dataclass_fields__.keys() - changed.keys() - {"updated_at"}:
        assert getattr(made, name) == getattr(KNOWN, name)


def test_all_properties_together_have_a_limit() -> None:
    more = ContactFields(properties=tuple(Property(f"p{n}", "x") for n in range(MAX_PROPERTIES)))
    problem = too_many_properties(over(KNOWN, more, AT))
    assert problem and problem.field == "properties"
    assert too_many_properties(KNOWN) is None
