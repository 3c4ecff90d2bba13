"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import ANY_CALLER, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Moment, Text, Whole
from viesti.api.txtsync.members import ID, IDENTIFIER, SMS
from viesti.api.txtsync.numbering import INBOUND, OUTBOUND
from viesti.api.txtsync.paging import PAGE
from viesti.api.txtsync.reading.shapes import ListAsked, OneAsked

MAX_PARTY = 160  # characters of a number with the marks in it, or of a user id
_MOMENT = "UTC unless it says otherwise."
LIST = Operation(
    "ListSMS",
    "GET",
    "/sms",
    About("List SMS", "Lists SMS, sent and received, newest first."),
    ListAsked,
    (Reply(200, Listed(SMS), "The SMS."),),
    ANY_CALLER,
    parameters=(
        Parameter(
            "direction",
            "query",
            "direction",
            Whole(least=OUTBOUND, most=INBOUND),
            about=About("Direction", "0: only sent ones. 1: only received ones."),
        ),
        Parameter(
            "number",
            "query",
            "number",
            Text(max_length=MAX_PARTY),
            about=About("Number", "Only those to and from this number, or user id of WhatsApp's."),
        ),
        Parameter(
            "contact",
            "query",
            "contact_id",
            ID,
            about=About("Contact", "Only a contact's, by its id."),
        ),
        Parameter(
            "campaign",
            "query",
            "campaign_id",
            ID,
            about=About("Campaign", "Only a campaign's, by its id."),
        ),
        Parameter(
            "status",
            "query",
            "status",
            Text(max_length=20),
            about=About("Status", "Only those that stand there: a number, or a word such as delivered."),
        ),
        Parameter(
            "since",
            "query",
            "since",
            Moment(),
            about=About("Since", f"Not older ones. {_MOMENT}"),
        ),
        Parameter("until", "query", "until", Moment(), about=About("Until", f"Only older ones. {_MOMENT}")),
        *PAGE,
    ),
)
ONE = Operation(
    "GetSMS",
    "GET",
    "/sms/{id}",
    About("Get SMS", "Gets an SMS, sent or received."),
    OneAsked,
    (Reply(200, SMS, "The SMS."),),
    ANY_CALLER,
    parameters=(
        Parameter("id", "path", "sms_id", IDENTIFIER, True, About("SMS ID", "Its id.", example="64065")),
    ),
)

NATIVE: tuple[AnyOperation, ...] = (LIST, ONE)
