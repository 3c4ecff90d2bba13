"""What the operations on groups read and answer.

Rule: fields of a person have the names of `ContactFields`; the contract's names stand in `declared`.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType, field

from viesti.domain.contact import Contact
from viesti.services.contacts.fields import ContactFields, Property


class OfGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group."""

    customer: str
    service: str


class OfPhone(OfGroup, frozen=True, kw_only=True):
    """Somebody in a group."""

    phone: str


class Looked(OfPhone, frozen=True, kw_only=True):
    """Somebody in a group, whose number is of a region."""

    region: str = ""


class Said(OfPhone, frozen=True, kw_only=True):
    """What is said of a person. `active` left out: nothing is said of it."""

    active: bool | UnsetType = UNSET
    email: str | UnsetType = UNSET
    first_name: str | UnsetType = UNSET
    last_name: str | UnsetType = UNSET
    gender: str | UnsetType = UNSET
    birth_year: int | UnsetType = UNSET
    address_line1: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    country_code: str | UnsetType = UNSET
    properties: tuple[Property, ...] | UnsetType = UNSET
    regions: tuple[str, ...] = ()

    def fields(self) -> ContactFields:
        """As the service takes it."""
        return ContactFields(
            email=self.email,
            first_name=self.first_name,
            last_name=self.last_name,
            gender=self.gender,
            birth_year=self.birth_year,
            address_line1=self.address_line1,
            postcode=self.postcode,
            city=self.city,
            country_code=self.country_code,
            properties=self.properties,
        )


class PropertyShown(msgspec.Struct, frozen=True):
    """A field of the customer's own."""

    name: str
    value: str


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A contact, as a group shows him. What is not known is empty, or left out where no empty value fits."""

    phone: str
    email: str
    first_name: str = field(name="firstName")
    last_name: str = field(name="lastName")
    gender: str | UnsetType
    birth_year: int | UnsetType = field(name="birthYear")
    address_line1: str = field(name="streetAddress")
    postcode: str = field(name="zipCode")
    city: str
    country_code: str = field(name="countryCode")
    failed: int = field(name="failedMessages")
    properties: tuple[PropertyShown, ...] = field(name="customContactProperties")


def shown(contact: Contact, failed: int) -> Shown:
    """A contact and how many messages to him failed."""
    return Shown(
        phone=contact.phone or "",
        email=contact.email,
        first_name=contact.first_name,
        last_name=contact.last_name,
        gender=contact.gender or UNSET,
        birth_year=contact.birth_year or UNSET,
        address_line1=contact.address_line1,
        postcode=contact.postcode,
        city=contact.city,
        country_code=contact.country_code or "",
        failed=failed,
        properties=tuple(PropertyShown(name, value) for name, value in contact.properties),
    )


class Nothing(msgspec.Struct, frozen=True):
    """An operation that asks for nothing."""


class RegionShown(msgspec.Struct, frozen=True):
    """A region to choose."""

    value: str
    name: str


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One of our addresses, and a person."""

    sender: str
    recipient: str
