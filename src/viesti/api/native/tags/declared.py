"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Text, Thing, Truth, Whole
from viesti.api.native.members import CUSTOMER, ID, LIMIT, TAGS, TEXT
from viesti.api.native.tags.shapes import (
    AddAsked,
    ContactTag,
    GroupShown,
    GroupsListed,
    GroupsShown,
    RemoveAsked,
    TaggedShown,
    TagShown,
    TagsListed,
    TagsShown,
    Untagged,
)
from viesti.services.principal import Scope

_TAG_ID = Member("id", "id", ID, True, About("Id", "The tag's id."))
_TAG_NAME = Member("name", "name", TEXT, True, About("Name", "The tag's name.", example="guests"))
_TAG = Thing(
    (
        _TAG_ID,
        _TAG_NAME,
        Member("contacts", "contacts", Whole(), True, About("Contacts", "How many contacts have it.")),
    ),
    TagShown,
)
_GROUP = Thing(
    (
        Member("id", "id", ID, True, About("Id", "The group's id.")),
        Member("key", "key", TEXT, True, About("Key", "The group's key, which the operator chose.")),
        Member("name", "name", TEXT, True, About("Name", "The group's name.", example="Guests")),
        Member("contacts", "contacts", Whole(), True, About("Contacts", "How many contacts are in it.")),
        Member(
            "active",
            "active",
            Whole(),
            True,
            About("Active", "How many of them get what is sent to the group."),
        ),
    ),
    GroupShown,
)
_WHOM = (
    Member(
        "tags",
        "tags",
        Listed(
            Text(least=1),
            least=1,
            each=About("Tag", "The tag's name, in any letter case.", "important", TAGS),
        ),
        True,
        About("Tags", "The names of the tags.", "important"),
    ),
    Member(
        "number",
        "number",
        TEXT,
        about=About("Number", "The contact's phone number, in any writing.", "important"),
    ),
    Member(
        "contactId",
        "contact_id",
        ID,
        about=About("Contact Id", "Or the contact's id, instead of a number."),
    ),
    Member(
        "externalReference",
        "external_reference",
        Text(max_length=255),
        about=About("External Reference", "Or your own reference of the contact, instead of a number."),
    ),
)
_THEIRS = (
    Member("contactId", "contact_id", ID, True, About("Contact Id", "The contact's id.")),
    Member(
        "number",
        "number",
        TEXT,
        about=About("Number", "The contact's number in digits with the country code; left out without one."),
    ),
    Member(
        "externalReference",
        "external_reference",
        TEXT,
        about=About("External Reference", "Your own reference of the contact; left out without one."),
    ),
    Member(
        "tags",
        "tags",
        Listed(
            Thing(
                (
                    _TAG_ID,
                    _TAG_NAME,
                    Member(
                        "subscribed",
                        "subscribed",
                        Truth(),
                        True,
                        About("Subscribed", "Whether the contact gets what is sent to the tag."),
                    ),
                ),
                ContactTag,
            )
        ),
        True,
        About("Tags", "All the tags that the contact has now, by name."),
    ),
)

LIST_TAGS = Operation(
    "ListTags",
    "GET",
    "/tags",
    About("List Tags", "Lists the tags of a customer by name, with how many contacts have each."),
    TagsListed,
    (
        Reply(
            200,
            Thing(
                (
                    Member("tags", "tags", Listed(_TAG), True, About("Tags", "The tags, by name.")),
                    Member(
                        "next",
                        "next",
                        TEXT,
                        about=About(
                            "Next", "The cursor of the next page; left out on the last.", example="50"
                        ),
                    ),
                ),
                TagsShown,
            ),
            "A page of the tags.",
        ),
    ),
    Scope.GROUP,
    parameters=(
        LIMIT,
        Parameter(
            "cursor",
            "query",
            "cursor",
            TEXT,
            about=About("Cursor", "What the page before told as next; nothing for the first.", "advanced"),
        ),
        CUSTOMER,
    ),
)
LIST_GROUPS = Operation(
    "ListGroups",
    "GET",
    "/groups",
    About("List Groups", "Lists the groups of a customer by name, with how many contacts are in each."),
    GroupsListed,
    (
        Reply(
            200,
            Thing(
                (Member("groups", "groups", Listed(_GROUP), True, About("Groups", "The groups, by name.")),),
                GroupsShown,
            ),
            "The groups.",
        ),
    ),
    Scope.GROUP,
    parameters=(CUSTOMER,),
)
ADD_TAGS = Operation(
    "AddTags",
    "POST",
    "/contacts/tags",
    About("Add Tags", "Gives a contact tags; tags and a number that are new are created."),
    AddAsked,
    (
        Reply(
            200,
            Thing(
                (
                    *_THEIRS,
                    Member(
                        "created",
                        "created",
                        Truth(),
                        True,
                        About("Created", "Whether the contact was created by this."),
                    ),
                ),
                TaggedShown,
            ),
            "The contact has the tags.",
        ),
    ),
    Scope.GROUP,
    parameters=(CUSTOMER,),
    body=Thing(
        (
            *_WHOM,
            Member(
                "createContact",
                "create_contact",
                Truth(default=True),
                about=About(
                    "Create Contact",
                    "Whether a number that no contact has becomes a contact; true when left out.",
                    "advanced",
                ),
            ),
        )
    ),
)
REMOVE_TAGS = Operation(
    "RemoveTags",
    "POST",
    "/contacts/tags/remove",
    About("Remove Tags", "Takes tags from a contact, as far as the contact has them."),
    RemoveAsked,
    (Reply(200, Thing(_THEIRS, Untagged), "The contact has none of these tags."),),
    Scope.GROUP,
    parameters=(CUSTOMER,),
    body=Thing(_WHOM),
)

OPERATIONS: tuple[AnyOperation, ...] = (LIST_TAGS, LIST_GROUPS, ADD_TAGS, REMOVE_TAGS)
