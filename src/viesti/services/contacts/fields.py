"""What a caller says of a person, checked and put over what is known of him.

Rule: a field that is left out says nothing; an empty one (a birth year of 0) clears what is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from viesti.domain.contact import Contact, merge_properties
from viesti.services.requests import FieldProblem

MAX_TEXT = 255  # characters of a field
MAX_EMAIL = 320
MAX_PROPERTIES = 100
MAX_PROPERTY_NAME = 100
MAX_PROPERTY_VALUE = 1000
GENDERS = ("Male", "Female", "Other")
BIRTH_YEARS = (1900, 2200)
_COUNTRY = re.compile("[A-Za-z]{3}")


class Property(msgspec.Struct, frozen=True):
    """A field of the customer's own."""

    name: str = ""
    value: str = ""


class ContactFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields that a caller gave."""

    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    birth_year: int | UnsetType = UNSET
    address_line1: str | UnsetType = UNSET
    address_line2: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    county: str | UnsetType = UNSET
    country: str | UnsetType = UNSET
    country_code: str | UnsetType = UNSET
    external_reference: str | UnsetType = UNSET
    properties: tuple[Property, ...] | UnsetType = UNSET

    def given(self) -> dict[str, Any]:
        """Those that were given, by name."""
        pairs = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in pairs if value is not UNSET}


def check(fields: ContactFields) -> list[FieldProblem]:
    """Everything that is wrong with the fields, each by its name and, for a property, its place in the
    list."""
    problems = []
    for name, value in fields.given().items():
        if name == "properties":
            problems += _properties_problems(value)
        elif sentence := _objection(name, value):
            problems.append(FieldProblem(name, sentence))
    return problems


def _objection(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "birth_year":
        first, last = BIRTH_YEARS
        return "" if first <= value <= last else f"It must be a year from {first} to {last}."
    if name == "gender":
        return "" if value.title() in GENDERS else f"It must be one of {', '.join(GENDERS)}."
    if name == "country_code":
        return "" if _COUNTRY.fullmatch(value) else "It must be three letters, such as FIN."
    return text_objection(value, MAX_EMAIL if name == "email" else MAX_TEXT)


def text_objection(value: str, longest: int) -> str:
    """What keeps a text from being stored; '' when nothing does."""
    if len(value) > longest:
        return f"It is longer than {longest} characters."
    if "\0" in value:
        return "A NUL character can't be stored."
    if not value.isascii() and any("\ud800" <= mark <= "\udfff" for mark in value):
        return "It holds half of a surrogate pair, which is no character."
    return ""


def _properties_problems(properties: Iterable[Property]) -> list[FieldProblem]:
    listed = list(properties)
    if len(listed) > MAX_PROPERTIES:
        return [FieldProblem("properties", f"There are more than {MAX_PROPERTIES}.")]
    problems = []
    for index, one in enumerate(listed):
        if not one.name:
            problems.append(FieldProblem("properties", "It must have a name.", index))
        elif sentence := text_objection(one.name, MAX_PROPERTY_NAME):
            problems.append(FieldProblem("properties", f"Its name: {sentence}", index))
        elif sentence := text_objection(one.value, MAX_PROPERTY_VALUE):
            problems.append(FieldProblem("properties", f"Its value: {sentence}", index))
    return problems


def over(contact: Contact, fields: ContactFields, now: datetime | None) -> Contact:
    """The contact with these fields, which were checked, put over its own; `now`: when it was changed."""
    values = fields.given()
    if "gender" in values:
        values["gender"] = values["gender"].title() or None
    if "birth_year" in values:
        values["birth_year"] = values["birth_year"] or None
    if "country_code" in values:
        values["country_code"] = values["country_code"].upper() or None
    if "external_reference" in values:
        values["external_reference"] = values["external_reference"] or None
    if "properties" in values:
        changes = [(one.name, one.value) for one in values["properties"]]
        values["properties"] = merge_properties(contact.properties, changes)
    return replace(contact, **values, updated_at=now)


def too_many_properties(contact: Contact) -> FieldProblem | None:
    """The objection to a contact that would have more properties than are kept of anybody."""
    if len(contact.properties) <= MAX_PROPERTIES:
        return None
    return FieldProblem("properties", f"The contact would have more than {MAX_PROPERTIES}.")
