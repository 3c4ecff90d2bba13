"""The operations of the slice, declared."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from viesti.api.contract.operation import ANY_CALLER, USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Text, Thing
from viesti.api.txtsync.contacts.members import ALLOW_SMS, CONTACT, DUPLICATES, NUMBER, PERSON, SAID
from viesti.api.txtsync.contacts.shapes import AddAsked, SearchAsked, UpdateAsked, WhoseAsked
from viesti.api.txtsync.members import IDENTIFIER, TEXT, content_type
from viesti.api.txtsync.paging import PAGE, PAGE_BESIDE, Paged
from viesti.api.txtsync.versions import described

MAX_SEARCH = 200  # characters
CHANGES = USUAL | {409}

_ID = Parameter(
    "id",
    "path",
    "whose",
    IDENTIFIER,
    True,
    About("Contact ID", "The contact's id.", example="64129"),
    encoding="single",
)
_REFERENCE = replace(
    _ID, about=About("External Reference", "Your own id of the contact.", example="crm-42"), slashes=True
)
_TYPE = content_type()
_SEARCH = Parameter(
    "search",
    "query",
    "text",
    Text(max_length=MAX_SEARCH),
    True,
    About("Search", "A name, a number, a reference or an e-mail address, or how one begins."),
    lenient=True,
)
_SEARCH_NUMBER = Parameter(
    "searchNumber",
    "query",
    "number",
    Text(max_length=MAX_SEARCH),
    about=About("Search Number", "A number, or how one begins; this is the quicker way."),
    extension=True,
)
SEARCH = Operation(
    "SearchContact",
    "GET",
    "/contacts",
    About("Search Contact", "Searches contacts by name, number or reference."),
    SearchAsked,
    (Reply(200, Listed(CONTACT), "The contacts that were found."),),
    ANY_CALLER,
    parameters=(_SEARCH, _SEARCH_NUMBER, *PAGE_BESIDE, _TYPE),
)
ADD = Operation(
    "AddContact",
    "POST",
    "/contacts",
    About("Add Contact", "Adds a contact and gives it tags."),
    AddAsked,
    (Reply(200, PERSON, "The contact was added."),),
    ANY_CALLER,
    parameters=(_TYPE,),
    body=Thing(
        (
            msgspec.structs.replace(NUMBER, required=True),
            *SAID,
            msgspec.structs.replace(ALLOW_SMS, extension=True),
        )
    ),
    body_name="body",
    errors=CHANGES,
)
_UPDATE = Thing((NUMBER, *SAID, ALLOW_SMS))
UPDATE = Operation(
    "UpdateContact",
    "PUT",
    "/contacts/{id}",
    About("Update Contact", "Updates a contact; what is left out stays as it is."),
    UpdateAsked,
    (Reply(200, PERSON, "The contact was updated."),),
    ANY_CALLER,
    parameters=(_ID, _TYPE),
    body=_UPDATE,
    body_name="body",
    errors=CHANGES,
)
DELETE = Operation(
    "DeleteContact",
    "DELETE",
    "/contacts/{id}",
    About("Delete Contact", "Deletes a contact."),
    WhoseAsked,
    (Reply(200, TEXT, "The contact was deleted."),),
    ANY_CALLER,
    parameters=(_ID, _TYPE),
)
GET_BY_REFERENCE = Operation(
    "GetContactByExternalReference",
    "GET",
    "/contacts/external/{id}",
    About("Get Contact by External Reference", "Gets a contact by your own id."),
    WhoseAsked,
    (Reply(200, CONTACT, "The contact."),),
    ANY_CALLER,
    parameters=(_REFERENCE, _TYPE),
)
UPDATE_BY_REFERENCE = Operation(
    "UpdateContactByExternalReference",
    "PUT",
    "/contacts/external/{id}",
    About("Update Contact by External Reference", "Updates a contact by your own id."),
    UpdateAsked,
    (Reply(200, TEXT, "The contact was updated."),),
    ANY_CALLER,
    parameters=(_REFERENCE, _TYPE),
    body=_UPDATE,
    body_name="body",
    errors=CHANGES,
)
DELETE_BY_REFERENCE = Operation(
    "DeleteContactByExternalReference",
    "DELETE",
    "/contacts/external/{id}",
    About("Delete Contact by External Reference", "Deletes a contact by your own id."),
    WhoseAsked,
    (Reply(200, TEXT, "The contact was deleted."),),
    ANY_CALLER,
    parameters=(_REFERENCE, _TYPE),
)
GET = Operation(
    "GetContact",
    "GET",
    "/contacts/{id}",
    About("Get Contact", "Gets a contact."),
    WhoseAsked,
    (Reply(200, CONTACT, "The contact."),),
    ANY_CALLER,
    parameters=(_ID,),
)
FIND_DUPLICATES = Operation(
    "FindDuplicateContacts",
    "GET",
    "/contacts/duplicates",
    About("Find Duplicate Contacts", "Finds contacts that have the same name or e-mail address."),
    Paged,
    (Reply(200, Listed(DUPLICATES), "What several contacts have."),),
    ANY_CALLER,
    parameters=PAGE,
)

OPERATIONS: tuple[AnyOperation, ...] = (
    SEARCH,
    ADD,
    UPDATE,
    DELETE,
    GET_BY_REFERENCE,
    UPDATE_BY_REFERENCE,
    DELETE_BY_REFERENCE,
)
AS_DEFINED: tuple[AnyOperation, ...] = (
    described(
        SEARCH,
        parameters=(
            replace(_SEARCH, required=False),
            replace(_SEARCH_NUMBER, extension=False),
            *PAGE_BESIDE,
            _TYPE,
        ),
    ),
    described(UPDATE, replies=(Reply(200, TEXT, "The contact was updated."),)),
    described(GET_BY_REFERENCE, replies=(Reply(200, Listed(CONTACT), "The contact, alone in a list."),)),
)
NATIVE: tuple[AnyOperation, ...] = (GET, FIND_DUPLICATES)
