"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Moment, Text, Thing, Whole
from viesti.api.native.members import CUSTOMER, ID, LIMIT, SENDERS, SERVICES, TAGS, TEXT
from viesti.api.native.messages.members import COUNT, MESSAGE, MOMENT, ROW, STEP, TRUTH, always, maybe
from viesti.api.native.messages.members import INBOUND as CAME
from viesti.api.native.messages.shapes import (
    CancelledShown,
    InboundAsked,
    InboundsShown,
    ListAsked,
    MessagesShown,
    OneAsked,
    RescheduleAsked,
    RescheduledShown,
    TimelineShown,
)
from viesti.api.paging import MAX_ID
from viesti.domain.status import Status
from viesti.services.check_request import MAX_AHEAD, MAX_CUSTOMER_DATA, MAX_REQUEST_ID
from viesti.services.contacts.tagging import MAX_NAME as MAX_TAG
from viesti.services.principal import Scope

MAX_PARTY = 160  # characters of a number with the marks in it, or of a user id
MAX_TEXT = 200  # characters of words that are looked for
MAX_CURSOR = 40
ONE = Parameter(
    "id",
    "path",
    "id",
    Whole(format="int64", least=1, most=MAX_ID),
    True,
    About("Message Id", "The id of a message, or of one of its recipients.", example=128512),
    "single",
)


def _query(name: str, to: str, value: Text | Whole | Moment, about: About) -> Parameter:
    return Parameter(name, "query", to, value, about=about)


_MOMENT = "Without an offset it is UTC."
_FROM = _query("from", "since", Moment(), About("From", f"Only those from this time on. {_MOMENT}"))
_UNTIL = _query("until", "until", Moment(), About("Until", f"Only those before this time. {_MOMENT}"))
_PAGE = (
    LIMIT,
    _query(
        "cursor",
        "cursor",
        Text(max_length=MAX_CURSOR),
        About("Cursor", "What next of the page before was; it is left out for the first.", "advanced"),
    ),
    CUSTOMER,
)
_NEXT = maybe(
    "next",
    TEXT,
    "Next",
    "The cursor of the next page; left out at the end. A page may be short, or empty, and not the last.",
)

GET = Operation(
    "GetMessage",
    "GET",
    "/messages/{id}",
    About(
        "Get a Message",
        "Tells where a message stands for each recipient: status, reason, parts and cost.",
        "important",
    ),
    OneAsked,
    (Reply(200, MESSAGE, "The message, with its first 1,000 recipients or the one that was named."),),
    Scope.MESSAGES_READ,
    parameters=(ONE, CUSTOMER),
)
TIMELINE = Operation(
    "GetMessageTimeline",
    "GET",
    "/messages/{id}/timeline",
    About("Get the Timeline of a Message", "Tells what happened to a message, step by step."),
    OneAsked,
    (
        Reply(
            200,
            Thing(
                (
                    always("id", ID, "Message Id", "The message's id."),
                    always("finished", TRUTH, "Finished", "Whether no more is expected for its recipients."),
                    always("steps", Listed(STEP), "Steps", "What happened, the oldest first."),
                ),
                TimelineShown,
            ),
            "The steps, the oldest first.",
        ),
    ),
    Scope.MESSAGES_READ,
    parameters=(ONE, CUSTOMER),
)
LIST = Operation(
    "ListMessages",
    "GET",
    "/messages",
    About(
        "List Messages",
        "Lists what was sent, one entry for each recipient, the newest first, or what fits a search.",
    ),
    ListAsked,
    (
        Reply(
            200,
            Thing(
                (always("messages", Listed(ROW), "Messages", "The recipients, the newest first."), _NEXT),
                MessagesShown,
            ),
            "A page of the list.",
        ),
    ),
    Scope.MESSAGES_READ,
    parameters=(
        _query(
            "status",
            "status",
            Text(choices=tuple([status.word for status in Status]), any_case=True),
            About("Status", "Only those that stand there, such as failed."),
        ),
        _query(
            "recipient",
            "recipient",
            Text(max_length=MAX_PARTY),
            About(
                "Recipient",
                "Only those to this number, in any writing, or this user id of WhatsApp's.",
                example="+358401234567",
            ),
        ),
        _query(
            "sender",
            "sender",
            Text(max_length=MAX_PARTY),
            About("Sender", "Only those from this sender.", dynamic=SENDERS, example="Harbour"),
        ),
        _query(
            "text",
            "text",
            Text(max_length=MAX_TEXT),
            About("Text", "Only those with all of these words in their text, in any letter case."),
        ),
        _query(
            "tag",
            "tag",
            Text(max_length=MAX_TAG),
            About("Tag", "Only those to people who have this tag now.", dynamic=TAGS),
        ),
        _query(
            "campaign",
            "campaign_id",
            Whole(format="int64", least=1, most=MAX_ID),
            About("Campaign", "Only those of this campaign, by its id."),
        ),
        _query(
            "requestId",
            "request_id",
            Text(max_length=MAX_REQUEST_ID),
            About("Request Id", "Only those that were sent with this request id."),
        ),
        _query(
            "customerData",
            "customer_data",
            Text(max_length=MAX_CUSTOMER_DATA),
            About("Customer Data", "Only those that were sent with this customer data."),
        ),
        _FROM,
        _UNTIL,
        *_PAGE,
    ),
)
INBOUND = Operation(
    "ListInboundMessages",
    "GET",
    "/inbound",
    About("List Inbound Messages", "Lists messages that people wrote, the newest first."),
    InboundAsked,
    (
        Reply(
            200,
            Thing(
                (always("messages", Listed(CAME), "Messages", "The messages, the newest first."), _NEXT),
                InboundsShown,
            ),
            "A page of the list.",
        ),
    ),
    Scope.MESSAGES_READ,
    parameters=(
        _query(
            "service",
            "service",
            Text(max_length=100),
            About("Service", "Only those for this service, by its key or id.", dynamic=SERVICES),
        ),
        _query(
            "sender",
            "sender",
            Text(max_length=MAX_PARTY),
            About(
                "Sender",
                "Only those from this number, in any writing, or this user id of WhatsApp's.",
                example="+358401234567",
            ),
        ),
        _query(
            "keyword",
            "keyword",
            Text(max_length=100),
            About("Keyword", "Only those that these keywords led to their service, in any letter case."),
        ),
        _FROM,
        _UNTIL,
        *_PAGE,
    ),
)
CANCEL = Operation(
    "CancelMessage",
    "POST",
    "/messages/{id}/cancel",
    About("Cancel a Message", "Cancels a message, or one recipient of it, as far as no carrier has it yet."),
    OneAsked,
    (
        Reply(
            200,
            Thing(
                (
                    always("id", ID, "Message Id", "The message's id."),
                    always("cancelled", COUNT, "Cancelled", "How many recipients it cancelled now."),
                    always("already_cancelled", COUNT, "Already Cancelled", "How many were before."),
                    always("not_cancelled", COUNT, "Not Cancelled", "How many it was too late for."),
                ),
                CancelledShown,
            ),
            "What could be cancelled is; when that is nothing, the answer is 409.",
        ),
    ),
    Scope.GATEWAY_SEND,
    parameters=(ONE, CUSTOMER),
    errors=USUAL | {409},
)
RESCHEDULE = Operation(
    "RescheduleMessage",
    "POST",
    "/messages/{id}/reschedule",
    About("Reschedule a Message", "Sends a message at another time, as far as no carrier has it yet."),
    RescheduleAsked,
    (
        Reply(
            200,
            Thing(
                (
                    always("id", ID, "Message Id", "The message's id."),
                    always("send_at", MOMENT, "Send At", "When it is sent now."),
                    always("rescheduled", COUNT, "Rescheduled", "How many recipients get it then."),
                    always("not_rescheduled", COUNT, "Not Rescheduled", "How many it was too late for."),
                ),
                RescheduledShown,
            ),
            "What could be put off is; when that is nothing, the answer is 409.",
        ),
    ),
    Scope.GATEWAY_SEND,
    parameters=(ONE, CUSTOMER),
    body=Thing(
        (
            Member(
                "sendAt",
                "send_at",
                Moment(),
                True,
                About(
                    "Send At",
                    f"When to send it, within {MAX_AHEAD.days} days of its acceptance. {_MOMENT}",
                ),
            ),
        ),
    ),
    body_name="When",
    errors=USUAL | {409},
)

OPERATIONS: tuple[AnyOperation, ...] = (GET, TIMELINE, LIST, INBOUND, CANCEL, RESCHEDULE)
