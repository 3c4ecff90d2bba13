"""What stands for `$(FirstName)` and the like in the text of a campaign: the fields of each person's contact.

Rule: the names are those of the contact object that callers know. A field that is empty, or of somebody who
is no contact, is missing: its place is left blank, and a warning says so.
"""

from __future__ import annotations

from viesti.domain.campaign import Person
from viesti.domain.contact import full_name

# The names, each with the field of a person that it stands for.
FIELDS = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "EmailAddress": "email",
    "CompanyName": "company",
    "ExternalReference": "external_reference",
    "AddressLine1": "address_line1",
    "AddressLine2": "address_line2",
    "City": "city",
    "Postcode": "postcode",
    "County": "county",
    "Country": "country",
}


def values_of(person: Person) -> dict[str, str | None]:
    """The values of one person, by name; None: he has none."""
    values: dict[str, str | None] = dict(
        person.properties
    )  # Custom01 and what else the customer keeps of him
    for name, field in FIELDS.items():
        values[name] = getattr(person, field) or None
    values["FullName"] = full_name(person.first_name, person.last_name, person.name) or None
    values["MobileNumber"] = f"+{person.address}"
    values["ContactID"] = str(person.contact_id) if person.contact_id else None
    return values
