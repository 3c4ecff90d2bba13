"""What flows are told, declared: an object for each event, as `services/tell/bodies` sends it.

Rule: a member that is not required is left out when it has no value.
"""

from __future__ import annotations

from viesti.api.contract.values import About, Member, Moment, Number, Text, Thing, Truth, Value, Whole
from viesti.api.native.members import TEXT
from viesti.domain.clicks import Reason
from viesti.domain.consent import ConsentAction
from viesti.domain.failure import INVALID as _INVALID
from viesti.domain.failure import Failure
from viesti.domain.status import Status
from viesti.services.notify import SHOWN_PROTOCOLS
from viesti.services.record_consent import SCOPES
from viesti.services.tell.bodies import (
    DELIVERY_REPORT,
    INVALID_RECIPIENT,
    KEYWORD_RECEIVED,
    LINK_CLICK,
    OPT_IN,
    OPT_OUT,
    VISITORS,
    ClickTold,
    ConsentTold,
    InvalidTold,
    KeywordTold,
    ReportTold,
)
from viesti.services.tell.consents import How

_ID = Whole(format="int64")
_FAILURES = Text(choices=tuple(failure.value for failure in Failure))
_PROTOCOLS = Text(choices=tuple(SHOWN_PROTOCOLS.values()))
_STATUSES = Text(choices=tuple(each.word for each in Status if each.final or each is Status.SENT))


def _member(field: str, value: Value, title: str, about: str, example: object = None) -> Member:
    """A member that is always there."""
    return Member(_name(field), field, value, True, About(title, about, example=example))


def _maybe(field: str, value: Value, title: str, about: str, example: object = None) -> Member:
    """One that is left out when it has no value."""
    return Member(_name(field), field, value, False, About(title, about, example=example))


def _name(field: str) -> str:
    first, *others = field.split("_")
    return first + "".join(word.capitalize() for word in others)


def _event(*words: str) -> tuple[Member, ...]:
    return (
        _member(
            "event_id",
            TEXT,
            "Event Id",
            "The event's id: the same when the call is made again, and for every trigger.",
        ),
        _member("event", Text(choices=words), "Event", "What happened.", words[0]),
        _member("at", Moment(), "At", "When it happened, UTC."),
    )


_PERSON = (
    _member(
        "number",
        TEXT,
        "Number",
        "The number with its country code, or WhatsApp's id of who shows none.",
        "358401234567",
    ),
    _maybe("contact_id", _ID, "Contact Id", "The contact with this number, if there is one."),
    _maybe("contact_name", TEXT, "Contact Name", "The contact's name.", "Anna Virtanen"),
    _maybe(
        "contact_reference",
        TEXT,
        "Contact Reference",
        "What the contact is called in a system of yours.",
        "crm-1234",
    ),
)
_MESSAGE = (
    _member("message_id", _ID, "Message Id", "The message, as GetMessage takes it."),
    _member("recipient_id", _ID, "Recipient Id", "This recipient of the message."),
    _member("protocol", _PROTOCOLS, "Protocol", "What it went by."),
    _member("sender", TEXT, "Sender", "What it was sent under.", "Acme"),
    _maybe("service", TEXT, "Service", "The key of the service it was sent by.", "alerts"),
    _maybe("campaign_id", _ID, "Campaign Id", "The campaign it is part of."),
    _maybe("campaign", TEXT, "Campaign", "The name of the campaign.", "Summer sale"),
    _maybe("customer_data", TEXT, "Customer Data", "What was given with the message.", "order-1234"),
    _maybe("request_id", TEXT, "Request Id", "The request id that the message was sent with."),
)
_WHY = (
    _maybe(
        "failure", _FAILURES, "Failure", "Why it was not delivered, as a word.", Failure.UNREACHABLE.value
    ),
    _maybe("failure_text", TEXT, "Failure Text", "The same as a sentence."),
    _maybe("carrier_error", TEXT, "Carrier Error", "What the carrier said of it."),
)
REPORT = Thing(
    (
        *_event(DELIVERY_REPORT),
        *_PERSON,
        *_MESSAGE,
        _member("status", _STATUSES, "Status", "What became of it.", Status.DELIVERED.word),
        *_WHY,
        _member("text", TEXT, "Text", "What was sent.", "Your order is ready."),
        _member("part_count", Whole(), "Part Count", "Of how many parts it is."),
        _maybe("cost", Number(), "Cost", "What it costs.", 0.05),
        _maybe("currency", TEXT, "Currency", "What the cost is in, such as EUR.", "EUR"),
        _member("created_at", Moment(), "Created At", "When it was accepted, UTC."),
        _maybe("sent_at", Moment(), "Sent At", "When the carrier took it, UTC."),
    ),
    ReportTold,
)
INVALID = Thing(
    (
        *_event(INVALID_RECIPIENT),
        *_PERSON,
        *_MESSAGE,
        _member(
            "failure",
            Text(choices=tuple(sorted(each.value for each in _INVALID))),
            "Failure",
            "Why, as a word.",
        ),
        _member("failure_text", TEXT, "Failure Text", "The same as a sentence."),
        _maybe("carrier_error", TEXT, "Carrier Error", "What the carrier said of it."),
    ),
    InvalidTold,
)
CLICK = Thing(
    (
        *_event(LINK_CLICK),
        *_PERSON,
        *_MESSAGE,
        _member("link", TEXT, "Link", "Where the link leads to.", "https://example.com/offer"),
        _member(
            "visitor",
            Text(choices=VISITORS),
            "Visitor",
            "Who followed it, as far as one can tell.",
            VISITORS[0],
        ),
        _maybe(
            "reason",
            Text(choices=tuple(each.value for each in Reason if each)),
            "Reason",
            "Why it is not a person's visit, when it is none.",
        ),
        _member(
            "first",
            Truth(),
            "First",
            "Whether it is the first to this link of this recipient; a person's: the first of a person.",
        ),
    ),
    ClickTold,
)
CONSENT = Thing(
    (
        *_event(OPT_OUT, OPT_IN),
        *_PERSON,
        _member(
            "scope",
            Text(choices=SCOPES),
            "Scope",
            "What it is about: all messages, only marketing, or WhatsApp messages from one sender.",
        ),
        _member(
            "how",
            Text(choices=tuple(How)),
            "How",
            "Where it came from: a message of the person, WhatsApp's settings, an API, the operator, or what "
            "was said under another number.",
        ),
        _maybe("words", TEXT, "Words", "What the person wrote.", "STOP"),
        _maybe("sender", TEXT, "Sender", "The number of yours that it was written to, or is about."),
        _maybe("message_id", _ID, "Message Id", "The message it was in."),
    ),
    ConsentTold,
)
KEYWORD = Thing(
    (
        *_event(KEYWORD_RECEIVED),
        *_PERSON,
        _member("message_id", _ID, "Message Id", "The message that came in."),
        _member("recipient", TEXT, "Recipient", "The number of yours that was written to.", "16400"),
        _member("text", TEXT, "Text", "The whole text, with the keyword it begins with.", "VOTE A"),
        _member("protocol", _PROTOCOLS, "Protocol", "How it came."),
        _member("service", TEXT, "Service", "The key of the service it is for.", "alerts"),
        _maybe(
            "keyword", TEXT, "Keyword", "The keyword that led to the service, in capital letters.", "VOTE"
        ),
        _maybe(
            "consent",
            Text(choices=tuple(ConsentAction)),
            "Consent",
            "What the message asks for, when it is a STOP, a START or a HELP.",
        ),
        _maybe("payload", TEXT, "Payload", "The data of the button that was pressed, if one was."),
        _maybe("attachment_name", TEXT, "Attachment Name", "The name of the file that came with it."),
        _maybe(
            "attachment_type", TEXT, "Attachment Type", "What the file is, as a media type.", "image/jpeg"
        ),
        _maybe(
            "attachment_url",
            TEXT,
            "Attachment URL",
            "Where to fetch the file. It needs no credentials and is good for some days.",
        ),
    ),
    KeywordTold,
)
