"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import (
    About,
    DynamicValues,
    Listed,
    Member,
    Text,
    Thing,
    Truth,
    Value,
    Visibility,
    Whole,
)
from viesti.api.smartdialog.choices import CUSTOMERS, services
from viesti.api.smartdialog.groups.shapes import (
    Consent,
    Looked,
    Nothing,
    OfGroup,
    OfPhone,
    PropertyShown,
    RegionShown,
    Said,
    Shown,
)
from viesti.services.contacts.fields import GENDERS, Property
from viesti.services.principal import Scope

_GROUPS = services("Group", customer="Customer")
_REGIONS = DynamicValues(operation="GetPhoneNumberRegions", value="value", title="name")
_TEXT = Text()
_GENDER = Text(choices=GENDERS, any_case=True, blank=True)


def _group(visibility: Visibility = "") -> tuple[Parameter, ...]:
    """The parameters that name a group."""
    return (
        Parameter(
            "Customer",
            "path",
            "customer",
            _TEXT,
            True,
            About("Customer", "The customer whose group it is.", visibility, CUSTOMERS),
            encoding="single",
        ),
        Parameter(
            "Group Service",
            "path",
            "service",
            _TEXT,
            True,
            About("Group Service", "The group.", visibility, _GROUPS),
            encoding="single",
        ),
    )


_PHONE = Parameter(
    "Phone",
    "path",
    "phone",
    _TEXT,
    True,
    About("Phone", "The phone number of the contact."),
    encoding="single",
)


def _properties(value: type[Property] | type[PropertyShown]) -> Value:
    return Listed(
        Thing(
            (
                Member("name", "name", _TEXT, about=About("Name", "What the property is called.")),
                Member("value", "value", _TEXT, about=About("Value", "The value of the property.")),
            ),
            value,
        )
    )


_ACTIVE = Member(
    "active",
    "active",
    Truth(default=True, choices=(True, False)),
    about=About("Active", "Whether messages to the group go to the contact."),
)
_WRITTEN = (
    Member("email", "email", _TEXT, about=About("Email", "The email address of the contact.")),
    Member("firstName", "first_name", _TEXT, about=About("First Name", "The first name of the contact.")),
    Member("lastName", "last_name", _TEXT, about=About("Last Name", "The last name of the contact.")),
    Member("gender", "gender", _GENDER, about=About("Gender", "The gender of the contact.")),
    Member("birthYear", "birth_year", Whole(), about=About("Birth Year", "The year the contact was born.")),
    Member(
        "streetAddress",
        "address_line1",
        _TEXT,
        about=About("Street Address", "The street and house number of the contact."),
    ),
    Member("zipCode", "postcode", _TEXT, about=About("Zip Code", "The postal code of the contact.")),
    Member("city", "city", _TEXT, about=About("City", "The city of the contact.")),
    Member(
        "countryCode",
        "country_code",
        _TEXT,
        about=About("Country Code", "The country of the contact in three letters, such as FIN."),
    ),
    Member(
        "customContactProperties",
        "properties",
        _properties(Property),
        about=About("Custom Properties", "Further facts about the contact, by names of your own."),
    ),
    Member(
        "phoneNumberRegions",
        "regions",
        Listed(_TEXT, each=About("Region", "A region of phone numbers.", dynamic=_REGIONS)),
        about=About(
            "Phone Number Regions",
            "The regions a national phone number may be of, in order. Finland when left empty.",
        ),
    ),
)
_SHOWN = Thing(
    (
        Member("phone", "phone", _TEXT, about=About("Phone", "The phone number, in international form.")),
        *_WRITTEN[:3],
        Member("gender", "gender", Text(choices=GENDERS), about=About("Gender", "The gender.")),
        *_WRITTEN[4:9],
        Member(
            "failedMessages",
            "failed",
            Whole(),
            about=About("Failed Messages", "How many messages to the contact failed."),
        ),
        Member(
            "customContactProperties",
            "properties",
            _properties(PropertyShown),
            about=About("Custom Properties", "Further facts about the contact."),
        ),
    ),
    Shown,
)

CREATE = Operation(
    "CreateGroupContact",
    "POST",
    "/groupcontact/{Customer}/{Group Service}",
    About("Create Group Contact", "Creates a contact in a group."),
    Said,
    (Reply(200, Text(format="uuid"), "The id of the contact."),),
    Scope.GROUP,
    parameters=_group("important"),
    body=Thing(
        (
            _ACTIVE,
            Member("phone", "phone", _TEXT, True, About("Phone", "The phone number of the contact.")),
            *_WRITTEN,
        )
    ),
    errors=USUAL | {409},
)
GET = Operation(
    "GetGroupContact",
    "GET",
    "/groupcontact/{Customer}/{Group Service}/{Phone}",
    About("Get Group Contact", "Gets a contact of a group by its phone number."),
    Looked,
    (Reply(200, _SHOWN, "The contact."),),
    Scope.GROUP,
    parameters=(
        *_group(),
        _PHONE,
        Parameter(
            "Region",
            "query",
            "region",
            _TEXT,
            about=About("Region", "The region a national phone number is of.", dynamic=_REGIONS),
        ),
    ),
)
UPDATE = Operation(
    "UpdateGroupContact",
    "PUT",
    "/groupcontact/{Customer}/{Group Service}/{Phone}",
    About("Update Group Contact", "Changes a contact of a group; what is left out stays as it is."),
    Said,
    (Reply(200, Truth(), "Whether the contact is in the group."),),
    Scope.GROUP,
    parameters=(*_group(), _PHONE),
    body=Thing((_ACTIVE, *_WRITTEN)),
)
DELETE = Operation(
    "DeleteGroupContact",
    "DELETE",
    "/groupcontact/{Customer}/{Group Service}/{Phone}",
    About("Delete Group Contact", "Takes a contact out of a group by its phone number."),
    OfPhone,
    (Reply(200, Truth(), "Whether the contact was in the group."),),
    Scope.GROUP,
    parameters=(*_group(), _PHONE),
)
DELETE_ALL = Operation(
    "DeleteAllGroupContacts",
    "DELETE",
    "/groupcontact/{Customer}/{Group Service}",
    About("Delete All Group Contacts", "Takes all contacts out of a group."),
    OfGroup,
    (Reply(200, Truth(), "Whether the group is empty now."),),
    Scope.GROUP,
    parameters=_group(),
)
REGIONS = Operation(
    "GetPhoneNumberRegions",
    "GET",
    "/phonenumberregions",
    About("Get Phone Number Regions", "Lists the regions of phone numbers.", "internal"),
    Nothing,
    (
        Reply(
            200,
            Listed(
                Thing(
                    (
                        Member("value", "value", _TEXT, about=About("Region Code", "Its two letters.")),
                        Member("name", "name", _TEXT, about=About("Region Name", "Its name in English.")),
                    ),
                    RegionShown,
                )
            ),
            "The regions, by name.",
        ),
    ),
    Scope.GROUP,
)


def _consent(name: str, method: str, summary: str, description: str) -> Operation[Consent]:
    return Operation(
        name,
        method,
        "/whatsapp/opt-in/sender/{Sender}/recipient/{Recipient}",
        About(summary, description, "important"),
        Consent,
        (Reply(204, None, "It is recorded."),),
        Scope.WHATSAPP,
        parameters=(
            Parameter(
                "Sender",
                "path",
                "sender",
                _TEXT,
                True,
                About("Sender", "The number that writes to the recipient."),
                encoding="single",
            ),
            Parameter(
                "Recipient",
                "path",
                "recipient",
                _TEXT,
                True,
                About("Recipient", "The phone number of the recipient."),
                encoding="single",
            ),
        ),
        deprecated=True,
    )


OPT_IN = _consent(
    "WhatsAppOptIn", "POST", "Opt In To WhatsApp", "Records that a recipient allows WhatsApp messages."
)
OPT_OUT = _consent(
    "WhatsAppOptOut",
    "DELETE",
    "Opt Out Of WhatsApp",
    "Records that a recipient allows no more WhatsApp messages.",
)
OPERATIONS: tuple[AnyOperation, ...] = (
    CREATE,
    GET,
    UPDATE,
    DELETE,
    DELETE_ALL,
    REGIONS,
    OPT_IN,
    OPT_OUT,
)
