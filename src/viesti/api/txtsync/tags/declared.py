"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import ANY_CALLER, USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Text, Thing, Truth, Whole
from viesti.api.txtsync.members import ID, IDENTIFIER, TEXT
from viesti.api.txtsync.paging import PAGE, Paged
from viesti.api.txtsync.tags.shapes import (
    ContactTagsAsked,
    ContactTagShown,
    NewTagAsked,
    PutTagAsked,
    RenameAsked,
    TagAsked,
    TagShown,
)

CHANGES = USUAL | {409}

_TAG = Parameter("id", "path", "tag_id", IDENTIFIER, True, About("Tag ID", "The tag's id.", example="64193"))
_CONTACT = Parameter(
    "id", "path", "contact_id", IDENTIFIER, True, About("Contact ID", "The contact's id.", example="64129")
)
_TAG_ID = Member("TagID", "id", ID, about=About("Tag ID", "The tag's id."))
_NAME = Member("Name", "name", TEXT, about=About("Name", "The tag's name."))
TAG = Thing(
    (
        _TAG_ID,
        _NAME,
        Member("TotalContacts", "contacts", Whole(), about=About("Total Contacts", "How many have it.")),
    ),
    TagShown,
)
CONTACT_TAG = Thing(
    (
        _TAG_ID,
        _NAME,
        Member(
            "Subscribed",
            "subscribed",
            Truth(),
            about=About("Subscribed", "Whether the contact gets what is sent to the tag."),
        ),
    ),
    ContactTagShown,
)
_NEW_NAME = Thing((Member("Name", "name", Text(least=1), True, About("Name", "The tag's name.")),))

LIST = Operation(
    "ListTags",
    "GET",
    "/tags",
    About("List Tags", "Lists the tags by name."),
    Paged,
    (Reply(200, Listed(TAG), "The tags."),),
    ANY_CALLER,
    parameters=PAGE,
)
CREATE = Operation(
    "CreateTag",
    "POST",
    "/tags",
    About("Create Tag", "Creates a tag."),
    NewTagAsked,
    (Reply(200, TAG, "The tag was created."),),
    ANY_CALLER,
    body=_NEW_NAME,
    body_name="body",
    errors=CHANGES,
)
GET = Operation(
    "GetTag",
    "GET",
    "/tags/{id}",
    About("Get Tag", "Gets a tag."),
    TagAsked,
    (Reply(200, TAG, "The tag."),),
    ANY_CALLER,
    parameters=(_TAG,),
)
RENAME = Operation(
    "RenameTag",
    "PUT",
    "/tags/{id}",
    About("Rename Tag", "Gives a tag another name."),
    RenameAsked,
    (Reply(200, TAG, "The tag has the name."),),
    ANY_CALLER,
    parameters=(_TAG,),
    body=_NEW_NAME,
    body_name="body",
    errors=CHANGES,
)
DELETE = Operation(
    "DeleteTag",
    "DELETE",
    "/tags/{id}",
    About("Delete Tag", "Deletes a tag; the contacts that have it stay."),
    TagAsked,
    (Reply(200, TEXT, "The tag was deleted."),),
    ANY_CALLER,
    parameters=(_TAG,),
)
OF_CONTACT = Operation(
    "ListContactTags",
    "GET",
    "/contacts/{id}/tags",
    About("List Contact Tags", "Lists the tags of a contact by name."),
    ContactTagsAsked,
    (Reply(200, Listed(CONTACT_TAG), "The contact's tags."),),
    ANY_CALLER,
    parameters=(_CONTACT,),
)
PUT = Operation(
    "TagContact",
    "POST",
    "/contacts/{id}/tags",
    About("Tag Contact", "Gives a contact a tag, or says whether what is sent to it goes to him."),
    PutTagAsked,
    (Reply(200, Listed(CONTACT_TAG), "The contact's tags."),),
    ANY_CALLER,
    parameters=(_CONTACT,),
    body=Thing(
        (
            Member("TagID", "tag_id", ID, about=About("Tag ID", "A tag that there is.")),
            Member("Name", "name", TEXT, about=About("Name", "Or its name; a new one is created.")),
            Member(
                "Subscribed",
                "subscribed",
                Truth(),
                about=About("Subscribed", "Whether he gets what is sent to the tag; true if left out."),
            ),
        )
    ),
    body_name="body",
)

NATIVE: tuple[AnyOperation, ...] = (LIST, CREATE, GET, RENAME, DELETE, OF_CONTACT, PUT)
