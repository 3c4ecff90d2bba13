"""What is told of messages: the objects of the slice's answers, declared.

Rule: a member is described here once; what is always there is in the list of the required.
"""

from __future__ import annotations

from viesti.api.contract.values import (
    About,
    Listed,
    Member,
    Moment,
    Number,
    Scalars,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)
from viesti.api.native.members import ID, PROTOCOLS, TEXT
from viesti.api.native.messages.shapes import (
    CallbackShown,
    CountShown,
    FallbackShown,
    FileShown,
    InboundShown,
    LinkShown,
    MessageShown,
    PartShown,
    RecipientShown,
    RowShown,
    StepShown,
)
from viesti.domain.status import Status

COUNT = Whole()
TRUTH, MOMENT, NUMBER = Truth(), Moment(), Number()
STATUSES = ", ".join(status.word for status in Status)


def always(field: str, value: Value, summary: str, description: str) -> Member:
    """A member that is always there."""
    return _member(field, value, About(summary, description), required=True)


def maybe(field: str, value: Value, summary: str, description: str) -> Member:
    """One that is left out when it has no value."""
    return _member(field, value, About(summary, description), required=False)


def _member(field: str, value: Value, about: About, *, required: bool) -> Member:
    first, *others = field.split("_")
    return Member(first + "".join(map(str.capitalize, others)), field, value, required, about)


_PART = Thing(
    (
        always("number", COUNT, "Number", "Which part it is, from 1."),
        always("of", COUNT, "Of", "How many parts there are."),
        always("attempt", COUNT, "Attempt", "The attempt it went out in."),
        always("channel", TEXT, "Channel", "The key of the channel it went over."),
        always("reference", TEXT, "Reference", "The carrier's id of it; empty when it gave none."),
        always("sent_at", MOMENT, "Sent At", "When the carrier took it."),
        maybe("state", TEXT, "State", "What the carrier's last receipt said, such as delivered or rejected."),
        maybe("carrier_error", TEXT, "Carrier Error", "The error code in that receipt."),
        maybe("carrier_time", MOMENT, "Carrier Time", "The time in that receipt, by the carrier's clock."),
    ),
    PartShown,
)
_LINK = Thing(
    (
        always("url", TEXT, "URL", "Where it leads."),
        always("short_url", TEXT, "Short URL", "As it went out."),
        always("clicks", COUNT, "Clicks", "How often it was followed."),
        always("persons", COUNT, "Persons", "How often by a person."),
        always("machines", COUNT, "Machines", "How often by a machine."),
        maybe("first_at", MOMENT, "First At", "When it was followed first."),
        maybe("last_at", MOMENT, "Last At", "When it was followed last."),
    ),
    LinkShown,
)
_CALLBACK = Thing(
    (
        always("id", ID, "Id", "The call's id."),
        always("kind", TEXT, "Kind", "What it tells of, such as delivery_report."),
        always("url", TEXT, "URL", "Where it goes, without its query."),
        always("attempts", COUNT, "Attempts", "How often it was made so far."),
        always("due_at", MOMENT, "Due At", "When it is made next."),
        maybe("parked_at", MOMENT, "Parked At", "When it was given up."),
        maybe("last_error", TEXT, "Last Error", "Why the last try failed."),
    ),
    CallbackShown,
)
_STANDING = (
    always("status", TEXT, "Status", f"Where it stands: {STATUSES}."),
    always(
        "status_text", TEXT, "Status Text", "The same in plain words, with the reason where there is one."
    ),
    always("finished", TRUTH, "Finished", "Whether no more is expected."),
    maybe("failure", TEXT, "Failure", "Why it was not delivered, as one word."),
)
_HELD = maybe("held_for", TEXT, "Held For", "Why it is held back: balance, repeated or paused.")
_FLAGGED = maybe("flagged_why", TEXT, "Flagged Why", "What was found odd about it.")
_PART_COUNT = always("part_count", COUNT, "Part Count", "How many parts it has.")
_CREATED = always("created_at", MOMENT, "Created At", "When it was accepted.")
_SENT = maybe("sent_at", MOMENT, "Sent At", "When the carrier took it.")
_FINISHED = maybe("finished_at", MOMENT, "Finished At", "When its status became final.")
_COST = maybe("cost", NUMBER, "Cost", "What it costs, in the currency; left out when there is no price.")
_RECIPIENT = Thing(
    (
        always("id", ID, "Recipient Id", "The recipient's id; in TxtSync it is the SMSID."),
        always("address", TEXT, "Address", "The number in digits, or the user id of WhatsApp's."),
        *_STANDING,
        maybe("failure_text", TEXT, "Failure Text", "Why it was not delivered, as a sentence."),
        maybe("carrier_error", TEXT, "Carrier Error", "What the carrier gave as the reason."),
        _HELD,
        maybe("flagged_at", MOMENT, "Flagged At", "When something odd was found."),
        _FLAGGED,
        always("attempts", COUNT, "Attempts", "How often it was tried."),
        always(
            "possible_duplicate",
            TRUTH,
            "Possible Duplicate",
            "Whether it was sent again after a try that the carrier did not answer.",
        ),
        always(
            "fell_back", TRUTH, "Fell Back", "Whether it went on by SMS because WhatsApp did not reach it."
        ),
        maybe("channel", TEXT, "Channel", "The key of the channel it goes over."),
        maybe("route", TEXT, "Route", "The key of the route it goes by."),
        always("coding", TEXT, "Coding", "How its characters are coded, such as gsm7 or ucs2."),
        _PART_COUNT,
        _COST,
        maybe("cost_gbp", NUMBER, "Cost in GBP", "The same in pounds."),
        maybe("text", TEXT, "Text", "What went out, where it is not the text of the message."),
        always(
            "warnings",
            Listed(TEXT, each=About("Warning", "A sentence.")),
            "Warnings",
            "What should be known of the number.",
        ),
        _CREATED,
        _SENT,
        maybe("carrier_time", MOMENT, "Carrier Time", "The time of its last status, by the carrier's clock."),
        _FINISHED,
        maybe("read_at", MOMENT, "Read At", "When it was read; WhatsApp tells that."),
        always("parts", Listed(_PART), "Parts", "The parts that the carrier took."),
        always("links", Listed(_LINK), "Links", "Its links that went out short."),
        always("callbacks", Listed(_CALLBACK), "Callbacks", "The calls that are still owed for it."),
    ),
    RecipientShown,
)
_COUNTS = Thing(
    (
        always("status", TEXT, "Status", f"A status: {STATUSES}."),
        always("recipients", COUNT, "Recipients", "How many recipients stand there."),
    ),
    CountShown,
)
_FALLBACK = Thing(
    (
        always("sender", TEXT, "Sender", "The sender of the SMS."),
        always("text", TEXT, "Text", "Its text."),
    ),
    FallbackShown,
)
_PROTOCOL = always(
    "protocol", Text(choices=tuple(PROTOCOLS.values())), "Protocol", "What it goes by: SMS or WhatsApp."
)
_SENDER = always("sender", TEXT, "Sender", "The sender.")
_REQUEST = maybe("request_id", TEXT, "Request Id", "The request id that it was sent with.")
_DATA = maybe("customer_data", TEXT, "Customer Data", "The customer data that it was sent with.")
_CAMPAIGN = maybe("campaign_id", ID, "Campaign Id", "The campaign that it is of.")
_CURRENCY = maybe("currency", TEXT, "Currency", "What the cost is in, as EUR.")
MESSAGE = Thing(
    (
        always("id", ID, "Message Id", "The message's id."),
        always("summary", TEXT, "Summary", "Where its recipients stand, in a sentence."),
        always("finished", TRUTH, "Finished", "Whether no more is expected for any of its recipients."),
        always("counts", Listed(_COUNTS), "Counts", "How many recipients stand where."),
        _PROTOCOL,
        _SENDER,
        always("text", TEXT, "Text", "The text as it was asked for."),
        maybe("content_type", TEXT, "Content Type", "What else it is than text, such as template."),
        maybe("fallback", _FALLBACK, "Fallback", "The SMS that goes out where WhatsApp does not reach."),
        _CREATED,
        maybe("send_at", MOMENT, "Send At", "When it was or is to be sent, if not at once."),
        maybe("service", TEXT, "Service", "The key of the service it was sent by."),
        maybe("application", TEXT, "Application", "The key of the application that sent it."),
        maybe("user", TEXT, "User", "The e-mail address of the person whose connection sent it."),
        always("interface", TEXT, "Interface", "The interface that took it, such as txtsync."),
        always("lane", TEXT, "Lane", "How urgent it is: transactional or bulk."),
        _REQUEST,
        _DATA,
        maybe("parent_id", ID, "Parent Id", "The message from a handset that it answers."),
        maybe("thread_id", ID, "Thread Id", "The discussion it belongs to."),
        _CAMPAIGN,
        always("recipient_count", COUNT, "Recipient Count", "How many recipients it has."),
        always("part_count", COUNT, "Part Count", "How many parts over all of its recipients."),
        _CURRENCY,
        maybe("cost", NUMBER, "Cost", "What the recipients that are shown cost."),
        maybe("cost_gbp", NUMBER, "Cost in GBP", "The same in pounds."),
        always("recipients", Listed(_RECIPIENT), "Recipients", "The first 1,000, or the one that was named."),
    ),
    MessageShown,
)
STEP = Thing(
    (
        always("at", MOMENT, "At", "When it happened."),
        always("kind", TEXT, "Kind", "What happened, such as accepted, part_sent or finished."),
        always("text", TEXT, "Text", "What is told of it, for people to read."),
        maybe("recipient_id", ID, "Recipient Id", "Whom it concerns; left out for the whole message."),
        always("details", Scalars(), "Details", "The same by name, for programs; it depends on the kind."),
    ),
    StepShown,
)
ROW = Thing(
    (
        always("id", ID, "Recipient Id", "The recipient's id; in TxtSync it is the SMSID."),
        always("message_id", ID, "Message Id", "The id of its message."),
        _PROTOCOL,
        _SENDER,
        always("address", TEXT, "Address", "The number in digits, or the user id of WhatsApp's."),
        always("text", TEXT, "Text", "The text."),
        *_STANDING,
        _HELD,
        _FLAGGED,
        _PART_COUNT,
        _COST,
        _CURRENCY,
        _CAMPAIGN,
        _REQUEST,
        _DATA,
        _CREATED,
        _SENT,
        _FINISHED,
    ),
    RowShown,
)
_FILE = Thing(
    (
        always("name", TEXT, "Name", "The file's name."),
        always("mime_type", TEXT, "Media Type", "What it is, such as image/jpeg."),
    ),
    FileShown,
)
INBOUND = Thing(
    (
        always("id", ID, "Message Id", "The id of the message that came in."),
        always(
            "protocol",
            Text(choices=tuple(PROTOCOLS.values())),
            "Protocol",
            "What it came by: SMS or WhatsApp.",
        ),
        always("kind", TEXT, "Kind", "What it is, such as text, image or button."),
        always("sender", TEXT, "Sender", "Who wrote: the number in digits, or the user id of WhatsApp's."),
        always("recipient", TEXT, "Recipient", "The number it was written to."),
        always("text", TEXT, "Text", "The text."),
        maybe("service", TEXT, "Service", "The key of the service it is for."),
        always("keyword", TEXT, "Keyword", "The keywords that led to the service; empty for none."),
        maybe("consent", TEXT, "Consent", "Whether it was a stop, a start or a help."),
        maybe("thread_id", ID, "Thread Id", "The discussion it belongs to."),
        always("part_count", COUNT, "Part Count", "How many parts it came in."),
        always("parts_missing", COUNT, "Parts Missing", "How many parts did not come within an hour."),
        always("received_at", MOMENT, "Received At", "When it came in."),
        always("attachments", Listed(_FILE), "Attachments", "The files that came with it."),
    ),
    InboundShown,
)
