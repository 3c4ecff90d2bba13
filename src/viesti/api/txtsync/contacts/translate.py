"""Between the contract's words and ours: what is said of a contact, and what is shown of one.

Rule: no store and no clock here. Custom01 to Custom05 are properties of that name.
"""

from __future__ import annotations

from msgspec import UNSET

from viesti.api.txtsync.contacts.shapes import ContactShown, DuplicatesShown, PersonAsked, PersonShown
from viesti.api.txtsync.shapes import date
from viesti.domain.contact import Contact, full_name
from viesti.services.contacts.duplicates import Duplicates
from viesti.services.contacts.fields import ContactFields, Property
from viesti.services.contacts.seen import ContactSeen

CUSTOM = ("Custom01", "Custom02", "Custom03", "Custom04", "Custom05")

# Our name of a field -> the contract's.
NAMES = {
    "phone": "MobileNumber",
    "number": "MobileNumber",
    "first_name": "FirstName",
    "last_name": "LastName",
    "company": "CompanyName",
    "external_reference": "ExternalReference",
    "email": "EmailAddress",
    "address_line1": "AddressLine1",
    "address_line2": "AddressLine2",
    "city": "City",
    "postcode": "Postcode",
    "county": "County",
    "country": "Country",
    "allow_sms": "AllowSMS",
    "tags": "TagNames",
    "contact": "id",
}


def fields(asked: PersonAsked) -> ContactFields:
    """What is said of the contact."""
    return ContactFields(
        first_name=asked.first_name,
        last_name=asked.last_name,
        company=asked.company,
        external_reference=asked.external_reference,
        email=asked.email,
        address_line1=asked.address_line1,
        address_line2=asked.address_line2,
        city=asked.city,
        postcode=asked.postcode,
        county=asked.county,
        country=asked.country,
        properties=_properties(asked) or UNSET,
    )


def _properties(asked: PersonAsked) -> tuple[Property, ...]:
    given = (asked.custom01, asked.custom02, asked.custom03, asked.custom04, asked.custom05)
    return tuple(
        [Property(name, value) for name, value in zip(CUSTOM, given, strict=True) if value is not UNSET]
    )


def tags(written: str) -> tuple[str, ...]:
    """The names of a list with commas, each once."""
    named: dict[str, str] = {}
    for each in written.split(","):
        if name := each.strip():
            named.setdefault(name.casefold(), name)
    return tuple(named.values())


def person(seen: ContactSeen) -> PersonShown:
    """A contact that was added or changed."""
    contact = seen.contact
    return PersonShown(
        first_name=contact.first_name,
        last_name=contact.last_name,
        mobile_number=_number(contact),
        email_address=contact.email,
        contact_id=contact.id,
        full_name=_name(contact),
    )


def shown(seen: ContactSeen) -> ContactShown:
    """A contact with all that is known of it."""
    contact, counters = seen.contact, seen.counters
    custom = dict(contact.properties)
    return ContactShown(
        contact_id=contact.id,
        first_name=contact.first_name,
        last_name=contact.last_name,
        mobile_number=_number(contact),
        email_address=contact.email,
        full_name=_name(contact),
        custom01=custom.get("Custom01", ""),
        custom02=custom.get("Custom02", ""),
        custom03=custom.get("Custom03", ""),
        custom04=custom.get("Custom04", ""),
        custom05=custom.get("Custom05", ""),
        overall_rating=seen.rating,
        total_distinct_link_clicks=counters.distinct_clicks,
        total_links_sent=counters.links_sent,
        total_inbound_sms=counters.inbound,
        total_outbound_sms=counters.outbound,
        total_failed_sms=counters.failed,
        external_reference=contact.external_reference or "",
        company_name=contact.company,
        address_line1=contact.address_line1,
        address_line2=contact.address_line2,
        city=contact.city,
        postcode=contact.postcode,
        county=contact.county,
        country=contact.country,
        last_communication_date=date(counters.last_at) if counters.last_at else "",
        allow_sms=seen.allow_sms,
    )


def duplicates(found: Duplicates) -> DuplicatesShown:
    """What several contacts have."""
    return DuplicatesShown(
        matched_on=found.kind,
        value=found.value,
        total_contacts=found.total,
        contacts=tuple([shown(each) for each in found.contacts]),
    )


def _number(contact: Contact) -> str:
    return f"+{contact.phone}" if contact.phone else ""


def _name(contact: Contact) -> str:
    return full_name(contact.first_name, contact.last_name, contact.name)
