"""The operations of the slice, declared.

Rule: every trigger is made and ended in the same way; they differ in what they are called for, and in how
that is narrowed.
"""

from __future__ import annotations

from typing import Any

import msgspec

from viesti.api.contract.operation import AnyOperation, Operation, Parameter, Reply, Trigger
from viesti.api.contract.values import About, Member, Text, Thing, Truth
from viesti.api.native.members import CUSTOMER, SERVICES, TEXT
from viesti.api.native.triggers import members
from viesti.api.native.triggers.shapes import (
    ClickAsked,
    ConsentAsked,
    DeleteAsked,
    InvalidAsked,
    KeywordAsked,
    ReportAsked,
    TriggerMade,
)
from viesti.services.principal import Scope
from viesti.services.tell.options import Direction, Outcome, Visitors

ROOT = "/triggers"
MAX_KEYWORD = 100  # characters

_URL = Member(
    "callbackUrl",
    "url",
    Text(least=1),
    True,
    About("Callback URL", "Where the flow is called.", "internal", notification_url=True),
)
_SERVICE = Member(
    "service",
    "service",
    TEXT,
    about=About(
        "Service",
        "Only of this service, by its key or id; left out: of every service.",
        "important",
        SERVICES,
    ),
)
_MADE = Reply(
    201,
    Thing((Member("id", "id", TEXT, True, About("Trigger Id", "What ends the trigger.")),), TriggerMade),
    "The flow is called from now on; Location is what to delete when it should not be any more.",
)


def _trigger(
    identifier: str,
    path: str,
    about: About,
    reads: type[msgspec.Struct],
    filters: tuple[Member, ...],
    told: Thing,
    sentence: str,
    hint: str,
) -> Operation[Any]:
    return Operation(
        identifier,
        "POST",
        f"{ROOT}/{path}",
        about,
        reads,
        (_MADE,),
        Scope.EVENTS,
        parameters=(CUSTOMER,),
        body=Thing((_URL, *filters)),
        trigger=Trigger(told, hint, sentence),
    )


DELIVERY_REPORT = _trigger(
    "DeliveryReport",
    "delivery-report",
    About(
        "When a Delivery Report Arrives",
        "Starts the flow for each recipient of whom it is known what became of the message.",
    ),
    ReportAsked,
    (
        _SERVICE,
        Member(
            "outcome",
            "outcome",
            Text(choices=tuple(Outcome), default=Outcome.ALL.value),
            about=About("Outcome", "Which outcomes start the flow: all, delivered or failed.", "important"),
        ),
        Member(
            "everyStatus",
            "every",
            Truth(default=False),
            about=About("Every Status", "Whether it also starts when a message is sent.", "advanced"),
        ),
    ),
    members.REPORT,
    "What became of a message to one recipient.",
    "Send a message to see it work.",
)
OPT_OUT = _trigger(
    "OptOut",
    "opt-out",
    About(
        "When a Person Opts Out",
        "Starts the flow when somebody wants no more messages, however that is said, or wants them again.",
    ),
    ConsentAsked,
    (
        Member(
            "direction",
            "direction",
            Text(choices=tuple(Direction), default=Direction.OUT.value),
            about=About("Direction", "What starts the flow: out, in or both.", "important"),
        ),
    ),
    members.CONSENT,
    "What a person said of being written to.",
    "Write STOP to a number of yours to see it work.",
)
KEYWORD_RECEIVED = _trigger(
    "KeywordReceived",
    "keyword",
    About(
        "When a Keyword Is Received",
        "Starts the flow for each message that comes in and begins with a keyword, or for each one.",
    ),
    KeywordAsked,
    (
        _SERVICE,
        Member(
            "keyword",
            "keyword",
            Text(max_length=MAX_KEYWORD),
            about=About(
                "Keyword",
                "What the message begins with, a word or some, in any letter case; left out: every message.",
                "important",
                example="VOTE",
            ),
        ),
    ),
    members.KEYWORD,
    "A message that came in.",
    "Send a message to a number of yours to see it work.",
)
LINK_CLICK = _trigger(
    "LinkClick",
    "link-click",
    About(
        "When a Link Is Clicked",
        "Starts the flow when a recipient follows a tracked link of a message.",
    ),
    ClickAsked,
    (
        _SERVICE,
        Member(
            "visitors",
            "visitors",
            Text(choices=tuple(Visitors), default=Visitors.PEOPLE.value),
            about=About(
                "Visitors",
                "Whose visits start the flow: of people, or all, with those of programs that look ahead.",
                "advanced",
            ),
        ),
        Member(
            "firstOnly",
            "first",
            Truth(default=False),
            about=About(
                "First Only", "Whether only the first visit to a recipient's link starts it.", "important"
            ),
        ),
    ),
    members.CLICK,
    "A visit to a link of a message.",
    "Send a message with a link, and follow it, to see it work.",
)
INVALID_RECIPIENT = _trigger(
    "InvalidRecipient",
    "invalid-recipient",
    About(
        "When a Recipient Is Invalid",
        "Starts the flow when a number turns out not to exist, or not to take messages of this kind.",
    ),
    InvalidAsked,
    (_SERVICE,),
    members.INVALID,
    "A recipient that can't be written to.",
    "Send a message to a number that does not exist to see it work.",
)
DELETE_TRIGGER = Operation(
    "DeleteTrigger",
    "DELETE",
    ROOT + "/{id}",
    About("Delete Trigger", "Calls the flow no more.", "internal"),
    DeleteAsked,
    (Reply(204, None, "The flow is not called any more."),),
    None,
    parameters=(
        Parameter(
            "id",
            "path",
            "id",
            TEXT,
            True,
            About("Trigger Id", "The trigger that was made for the flow."),
            encoding="single",
        ),
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (
    DELIVERY_REPORT,
    OPT_OUT,
    KEYWORD_RECEIVED,
    LINK_CLICK,
    INVALID_RECIPIENT,
    DELETE_TRIGGER,
)
