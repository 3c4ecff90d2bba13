"""The parts that declarations of the slice share: what is said of a contact, and what is shown of one.

Rule: descriptions are shown to people who build flows; what is ours and not the original's is an extension.
"""

from __future__ import annotations

from viesti.api.contract.values import About, Listed, Member, Moment, Text, Thing, Truth, Value, Whole
from viesti.api.txtsync.contacts.shapes import ContactShown, DuplicatesShown, PersonShown
from viesti.api.txtsync.members import ID, TEXT

MAX_TAG_NAMES = 10_000  # characters of all tags of one call

_CUSTOM = ("Custom01", "Custom02", "Custom03", "Custom04", "Custom05")


def _text(name: str, to: str, title: str, about: str) -> Member:
    return Member(name, to, TEXT, about=About(title, about))


NUMBER = _text("MobileNumber", "number", "Mobile Number", "The number, in E.164 form or as in your country.")
ALLOW_SMS = Member(
    "AllowSMS", "allow_sms", Truth(), about=About("Allow SMS", "Whether SMS may be sent to the contact.")
)
# Beside the number and AllowSMS, which adding and updating take in their own ways.
SAID: tuple[Member, ...] = (
    _text("FirstName", "first_name", "First Name", "The first name."),
    _text("LastName", "last_name", "Last Name", "The last name."),
    _text("CompanyName", "company", "Company Name", "Where the contact works."),
    _text("ExternalReference", "external_reference", "External Reference", "Your own id of the contact."),
    _text("EmailAddress", "email", "Email Address", "The e-mail address."),
    _text("AddressLine1", "address_line1", "Address Line 1", "The street."),
    _text("AddressLine2", "address_line2", "Address Line 2", "More of the address."),
    _text("City", "city", "City", "The city."),
    _text("Postcode", "postcode", "Postcode", "The postcode."),
    _text("County", "county", "County", "The county or region."),
    _text("Country", "country", "Country", "The country."),
    *(_text(name, name.lower(), name, "A field of your own.") for name in _CUSTOM),
    Member(
        "TagNames",
        "tag_names",
        Text(max_length=MAX_TAG_NAMES),
        about=About("Tag Names", "Tags to give to the contact, separated by commas, such as Tag1,Tag2."),
    ),
)


def _shown(name: str, to: str, value: Value, title: str, about: str) -> Member:
    return Member(name, to, value, about=About(title, about))


def _count(name: str, to: str, title: str, about: str) -> Member:
    return _shown(name, to, Whole(), title, about)


_ID = _shown("ContactID", "contact_id", ID, "Contact ID", "The contact's id.")
_NAMES = (
    _text("FirstName", "first_name", "First Name", "The first name."),
    _text("LastName", "last_name", "Last Name", "The last name."),
    _text("MobileNumber", "mobile_number", "Mobile Number", "The number, in E.164 form."),
    _text("EmailAddress", "email_address", "Email Address", "The e-mail address."),
)
_FULL_NAME = _text("FullName", "full_name", "Full Name", "First and last name.")
PERSON = Thing((*_NAMES, _ID, _FULL_NAME), PersonShown)
CONTACT = Thing(
    (
        _ID,
        *_NAMES,
        _FULL_NAME,
        *(_text(name, name.lower(), name, "A field of your own.") for name in _CUSTOM),
        _count("OverallRating", "overall_rating", "Overall Rating", "How engaged the contact is: 0 to 100."),
        _count(
            "TotalDistinctLinkClicks",
            "total_distinct_link_clicks",
            "Total Distinct Link Clicks",
            "How many of the links that were sent the contact followed.",
        ),
        _count("TotalLinksSent", "total_links_sent", "Total Links Sent", "The links that were sent."),
        _count("TotalInboundSMS", "total_inbound_sms", "Total Inbound SMS", "The SMS that came from him."),
        _count("TotalOutboundSMS", "total_outbound_sms", "Total Outbound SMS", "The SMS that went to him."),
        _count("TotalFailedSMS", "total_failed_sms", "Total Failed SMS", "Those of them that failed."),
        _text("ExternalReference", "external_reference", "External Reference", "Your own id of the contact."),
        _text("CompanyName", "company_name", "Company Name", "Where the contact works."),
        _text("AddressLine1", "address_line1", "Address Line 1", "The street."),
        _text("AddressLine2", "address_line2", "Address Line 2", "More of the address."),
        _text("City", "city", "City", "The city."),
        _text("Postcode", "postcode", "Postcode", "The postcode."),
        _text("County", "county", "County", "The county or region."),
        _text("Country", "country", "Country", "The country."),
        _shown(
            "LastCommunicationDate",
            "last_communication_date",
            Moment(),
            "Last Communication Date",
            "When something last went to the contact or came from him, UTC.",
        ),
        _shown("AllowSMS", "allow_sms", Truth(), "Allow SMS", "Whether SMS may be sent to the contact."),
    ),
    ContactShown,
)
DUPLICATES = Thing(
    (
        _text("MatchedOn", "matched_on", "Matched On", "What is the same: name or email."),
        _text("Value", "value", "Value", "The name or address, folded."),
        _count("TotalContacts", "total_contacts", "Total Contacts", "How many contacts have it."),
        _shown("Contacts", "contacts", Listed(CONTACT), "Contacts", "The first of them."),
    ),
    DuplicatesShown,
)
