"""The operations of the slice, declared.

Rule: the contract has four more paths than operations, leftovers of an older version that only tell what a
flow is sent. A POST there makes a trigger too.
"""

from __future__ import annotations

from dataclasses import replace

from viesti.api.contract.operation import (
    ANY_CALLER,
    AnyOperation,
    Operation,
    Parameter,
    Reply,
    Trigger,
)
from viesti.api.contract.values import About, Member, Moment, Text, Thing
from viesti.api.txtsync.members import ID, IDENTIFIER, TEXT, content_type
from viesti.api.txtsync.triggers.shapes import (
    ContactTold,
    CreatedSms,
    DeleteAsked,
    DeliveredSms,
    InboundContent,
    InboundMade,
    OutboundContent,
    OutboundMade,
    TriggerAsked,
    TypedTriggerAsked,
)
from viesti.api.txtsync.versions import only

ROOT = "/system/applications/webhooks"
INBOUND, OUTBOUND = "0", "5"  # the contract's numbers of what a flow is called for
_WRITE = "Send an SMS to a number of yours to see it work."

_URL = Member(
    "URL",
    "url",
    Text(least=1),
    True,
    About("Callback URL", "Where the flow is called.", "internal", notification_url=True),
)
_BODY = Thing((_URL,))
_CONTACT = Thing(
    (
        Member(
            "ExternalReference",
            "external_reference",
            TEXT,
            about=About("External Reference", "What the contact is called in a system of yours."),
        ),
    ),
    ContactTold,
)


def _sms(date: Member, make: type[CreatedSms] | type[DeliveredSms]) -> Thing:
    return Thing(
        (
            Member("ContactID", "contact_id", ID, about=About("Contact ID", "The contact; 0: none.")),
            Member("ContactName", "contact_name", TEXT, about=About("Contact Name", "His name.")),
            date,
            Member("FromNumber", "from_number", TEXT, about=About("From Number", "Who it is from.")),
            Member("Message", "message", TEXT, about=About("Message", "The text.")),
            Member("SMSID", "sms_id", ID, about=About("SMS ID", "Its id.")),
            Member("ToNumber", "to_number", TEXT, about=About("To Number", "Whom it is for.")),
        ),
        make,
    )


_DELIVERED = Member(
    "DeliveredDate", "delivered_date", Moment(), about=About("Delivered Date", "When it arrived, UTC.")
)
_CREATED = Member(
    "CreatedDate", "created_date", Moment(), about=About("Created Date", "When it was accepted, UTC.")
)
_IN_SMS, _OUT_SMS = _sms(_DELIVERED, DeliveredSms), _sms(_CREATED, CreatedSms)
_IN = Thing(
    (
        Member(
            "LastSMSOutbound",
            "last",
            _IN_SMS,
            about=About("Last Outbound SMS", "What was last sent to the number; left out when nothing was."),
        ),
        Member("Contact", "contact", _CONTACT, about=About("Contact", "Who wrote.")),
        Member("SMS", "sms", _IN_SMS, about=About("SMS", "What came in.")),
    ),
    InboundContent,
)
_OUT = Thing(
    (
        Member("Contact", "contact", _CONTACT, about=About("Contact", "Whom it is for.")),
        Member("SMS", "sms", _OUT_SMS, about=About("SMS", "What was sent.")),
    ),
    OutboundContent,
)


def _notification(content: Thing) -> Thing:
    return Thing((Member("Content", "content", content, about=About("Content", "What happened.")),))


def _replies(content: Thing, make: type[InboundMade] | type[OutboundMade]) -> tuple[Reply, ...]:
    hook = Member(
        "hook_Id", "hook_id", TEXT, about=About("Hook ID", "What removes it."), extension=True
    )  # fmt: skip
    made = Thing((*_notification(content).members, hook), make)
    about = "The flow is called from now on; Location is what to delete when it should not be any more."
    return (Reply(200, made, about), Reply(201, made, about, extension=True))


INBOUND_SMS = Operation(
    "InboundSMS",
    "POST",
    f"{ROOT}/type/{INBOUND}",
    About("Inbound SMS Notification", "Starts the flow for each SMS that comes in."),
    TriggerAsked,
    _replies(_IN, InboundMade),
    ANY_CALLER,
    parameters=(content_type(),),
    body=_BODY,
    body_name="body",
    trigger=Trigger(_notification(only(_IN, "Contact", "SMS")), _WRITE, "An SMS that came in."),
)
OUTBOUND_SMS = Operation(
    "OutboundSMS",
    "POST",
    f"{ROOT}/type/{OUTBOUND}",
    About(
        "Outbound SMS Notification",
        "Starts the flow for each SMS that is sent, but not for those of flows, so that none starts itself.",
    ),
    TriggerAsked,
    _replies(_OUT, OutboundMade),
    ANY_CALLER,
    parameters=(content_type(),),
    body=_BODY,
    body_name="body",
    trigger=Trigger(
        _notification(_OUT), "Send an SMS by other means than a flow to see it work.", "An SMS that was sent."
    ),
)
DELETE_TRIGGER = Operation(
    "DeleteTrigger",
    "DELETE",
    ROOT + "/{hook_Id}",
    About("Delete Trigger", "Calls the flow no more.", "internal"),
    DeleteAsked,
    (Reply(200, TEXT, "The flow is not called any more."),),
    None,
    parameters=(
        Parameter(
            "hook_Id",
            "path",
            "hook_id",
            IDENTIFIER,
            True,
            About("Hook ID", "The trigger that was made for the flow."),
            encoding="single",
        ),
        content_type(),
    ),
)

# With LastSMSOutbound, which version 1.2 alone tells of; it is sent to all.
_INBOUND_DEFINED = replace(
    INBOUND_SMS, trigger=Trigger(_notification(_IN), _WRITE, "An SMS that came in.")
)  # fmt: skip


def _leftover(operation: AnyOperation, identifier: str, path: str) -> AnyOperation:
    return replace(operation, id=identifier, path=ROOT + path, described=False)


LEFTOVER_INBOUND = (
    _leftover(_INBOUND_DEFINED, "InboundSMSLeftover", ""),
    _leftover(_INBOUND_DEFINED, "InboundSMSLeftover0", "/0"),
)
LEFTOVER_OUTBOUND = (_leftover(OUTBOUND_SMS, "OutboundSMSLeftover5", "/5"),)
# Its placeholder goes where DeleteTrigger's goes: to the router both are one path.
LEFTOVER_TYPED: AnyOperation = replace(
    _leftover(OUTBOUND_SMS, "TypedSMSLeftover", "/{type}"),
    reads=TypedTriggerAsked,
    parameters=(
        Parameter("type", "path", "hook_id", IDENTIFIER, True, About("Type", "0 or 5.", example="0")),
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (INBOUND_SMS, OUTBOUND_SMS, DELETE_TRIGGER)
AS_DEFINED: tuple[AnyOperation, ...] = (_INBOUND_DEFINED,)
LEFTOVERS: tuple[AnyOperation, ...] = (*LEFTOVER_INBOUND, *LEFTOVER_OUTBOUND, LEFTOVER_TYPED)
