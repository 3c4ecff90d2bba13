"""A person in a customer's contact book, as stored, for every interface.

Rule: a contact carries the fields of all interfaces under our own names; each interface shows those it knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

# Who made a contact. One that a group made lives as long as it is on a list.
GROUP, INBOUND, API, IMPORT = "group", "inbound", "api", "import"

Properties = tuple[tuple[str, str], ...]  # (name, value), each name once, in the order given


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One person of a customer, known by phone number (digits without '+'), by the customer's own reference,
    or both."""

    id: int
    bucket: int
    customer_id: int
    phone: str | None = None
    external_reference: str | None = None
    name: str = ""  # as an inbound message or the customer's program calls him
    source: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    gender: str | None = None
    birth_year: int | None = None
    address_line1: str = ""
    address_line2: str = ""
    postcode: str = ""
    city: str = ""
    county: str = ""
    country: str = ""
    country_code: str | None = None
    properties: Properties = ()
    created_at: datetime
    updated_at: datetime | None = None


class KnownContact(NamedTuple):
    """Who somebody is that a message is for."""

    id: int
    name: str
    first_name: str
    last_name: str
    external_reference: str | None

    @classmethod
    def of(cls, contact: Contact) -> KnownContact:
        """What of a contact is known so."""
        names = contact.name, contact.first_name, contact.last_name
        return cls(contact.id, *names, contact.external_reference)


@dataclass(frozen=True, slots=True)
class Membership:
    """A contact's being on a list; an inactive one is not written to by way of the list."""

    list_id: int
    contact_id: int
    active: bool


class ContactCounters(NamedTuple):
    """What happened with a contact."""

    inbound: int = 0
    outbound: int = 0
    failed: int = 0
    links_sent: int = 0
    distinct_clicks: int = 0
    last_at: datetime | None = None


class ContactCount(NamedTuple):
    """Something to be added to the counters of whoever has this address; `kind` is one of the table's."""

    id: int
    bucket: int
    customer_id: int
    address: str
    kind: str  # inbound, outbound, failed, click
    amount: int
    at: datetime
    links: int = 0  # that were sent with it


def full_name(first_name: str, last_name: str, name: str) -> str:
    """What a person is called: first and last name, or else the name that an interface has for him."""
    return f"{first_name} {last_name}".strip() or name


def merge_properties(known: Properties, changes: Iterable[tuple[str, str]]) -> Properties:
    """The properties after changes by name: a known name takes its new value in its old place, a new one goes
    to the end, an empty value takes the name away."""
    merged: dict[str, str] = dict(known)
    merged.update(changes)
    return tuple((name, value) for name, value in merged.items() if value)


def properties_from(stored: Iterable[Mapping[str, str]]) -> Properties:
    """Properties as they are kept: a list of objects with `name` and `value`."""
    return tuple((one["name"], one["value"]) for one in stored)
