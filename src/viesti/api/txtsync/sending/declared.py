"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import ANY_CALLER, USUAL, AnyOperation, Operation, Reply
from viesti.api.contract.values import About, Listed, Member, Moment, OneOrMore, Text, Thing, Truth
from viesti.api.request_id import IDEMPOTENCY_KEY
from viesti.api.txtsync.members import ID, SMS, TEXT, X_ZAPIER, content_type
from viesti.api.txtsync.sending.shapes import SendAsked
from viesti.api.txtsync.versions import described, only
from viesti.services.check_request import MAX_CUSTOMER_DATA, MAX_REQUEST_ID

MAX_KEPT = 1_000  # characters of each text that is only kept

_KEPT = Text(max_length=MAX_KEPT)
_BODY = Thing(
    (
        Member(
            "From",
            "sender",
            TEXT,
            True,
            About("From", "The sender: a name, or a number in E.164 form."),
            lenient=True,  # the service has one
        ),
        Member("Message", "text", TEXT, True, About("Message", "The text.")),
        Member(
            "To",
            "recipients",
            OneOrMore(TEXT),
            True,
            About("To", "The number to send to, best with its country code."),
            lenient=True,  # refused with a sentence of its own
        ),
        Member(
            "RegardingReference",
            "regarding_reference",
            _KEPT,
            about=About("Regarding Reference", "The id of the record that it is about; kept with it."),
        ),
        Member(
            "RegardingSchema",
            "regarding_schema",
            _KEPT,
            about=About("Regarding Schema", "The kind of that record; kept with it."),
        ),
        Member(
            "ScheduledDate",
            "send_at",
            Moment(),
            about=About(
                "Scheduled Date", "When to send it; at once when empty. UTC unless it says otherwise."
            ),
        ),
        *(
            Member(name, name.lower(), _KEPT, about=About(name, "A text of your own; kept with it."))
            for name in ("Custom01", "Custom02", "Custom03")
        ),
        Member(
            "ToContactID",
            "contact_id",
            ID,
            about=About("To Contact ID", "The contact to send to, instead of a number."),
            extension=True,
        ),
        Member(
            "TrackLinks",
            "track_links",
            Truth(),
            about=About("Track Links", "Whether its links are followed; as the service says when left out."),
            extension=True,
        ),
        Member(
            "DlrUrl",
            "dlr_url",
            TEXT,
            about=About("Delivery Report URL", "A URL that is called when the fate of a recipient is known."),
            extension=True,
        ),
        Member(
            "CustomerData",
            "customer_data",
            Text(max_length=MAX_CUSTOMER_DATA),
            about=About("Customer Data", "A text of your own that comes back in reports."),
            extension=True,
        ),
        Member(
            "RequestId",
            "request_id",
            Text(max_length=MAX_REQUEST_ID),
            about=About("Request Id", "A repeated request with the same id sends nothing twice."),
            extension=True,
        ),
    )
)
SEND = Operation(
    "SendSMS",
    "POST",
    "/sms/send",
    About("Send SMS", "Sends an SMS to a number."),
    SendAsked,
    (Reply(200, Listed(SMS), "The SMS was accepted; one object for each number."),),
    ANY_CALLER,
    parameters=(content_type("content-type"), X_ZAPIER, IDEMPOTENCY_KEY),
    body=only(_BODY, "From", "Message", "To"),
    body_name="body",
    errors=USUAL | {409},
)

OPERATIONS: tuple[AnyOperation, ...] = (SEND,)
AS_DEFINED: tuple[AnyOperation, ...] = (
    described(
        SEND,
        body=_BODY,
        replies=(
            Reply(
                200,
                Listed(
                    only(
                        SMS,
                        *(
                            "FromNumber",
                            "ToNumber",
                            "ContactID",
                            "Direction",
                            "Message",
                            "CreatedDate",
                            "SMSID",
                        ),
                    )
                ),
                SEND.replies[0].about,
            ),
        ),
    ),
)
