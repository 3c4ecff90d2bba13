"""What the requests and answers of the slice are made of.

Rule: descriptions are shown to people who build flows.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import (
    PLAIN,
    About,
    Listed,
    Member,
    Moment,
    Number,
    Text,
    Thing,
    Truth,
    Value,
    Whole,
)
from viesti.api.native.members import GROUPS, ID, PROTOCOLS, SENDERS, SERVICES, TAGS, TEXT
from viesti.api.native.sending.shapes import (
    CampaignMade,
    PassedShown,
    PreviewedToShown,
    PreviewShown,
    SentShown,
    SentToShown,
    ShorterShown,
)
from viesti.domain.campaign import CampaignStatus
from viesti.domain.failure import UNWANTED
from viesti.domain.status import Status
from viesti.services.check_request import MAX_CUSTOMER_DATA, MAX_REQUEST_ID
from viesti.services.preview_message import DUPLICATE, REFUSED

MAX_VALIDITY = 43_200  # minutes; carriers take 30 days


def always(name: str, to: str, value: Value, title: str, about: str, example: object = None) -> Member:
    """A member that is always in an answer."""
    return Member(name, to, value, True, About(title, about, example=example))


def sometimes(name: str, to: str, value: Value, title: str, about: str, example: object = None) -> Member:
    """A member that is left out when it says nothing."""
    return Member(name, to, value, about=About(title, about, example=example))


TO = Member(
    "to",
    "to",
    Listed(TEXT, least=1, each=About("Recipient", "A phone number, in any writing.", "important")),
    True,
    About("To", "The phone numbers to send to; one that is named twice is sent to once.", "important"),
)
SENDER = Member(
    "sender",
    "sender",
    TEXT,
    about=About(
        "Sender", "The name or number that it is from; the service's when left out.", "important", SENDERS
    ),
)
SERVICE = Member(
    "service",
    "service",
    TEXT,
    about=About(
        "Service",
        "The service to send with, by its key or id; the application's own when left out.",
        "important",
        SERVICES,
    ),
)
SEND_AT = Member(
    "sendAt",
    "send_at",
    Moment(),
    about=About("Send At", "When to send it; at once when left out. UTC unless it says otherwise."),
)
TRACK_LINKS = Member(
    "trackLinks",
    "track_links",
    Truth(),
    about=About(
        "Track Links", "Whether its links go out short and are followed; as the service says when left out."
    ),
)
REQUEST_ID = Member(
    "requestId",
    "request_id",
    Text(max_length=MAX_REQUEST_ID),
    about=About(
        "Request Id",
        "Your own id of this request: a repeat with the same id sends nothing twice.",
        "advanced",
    ),
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "idempotency_key",
    Text(max_length=MAX_REQUEST_ID),
    about=About(
        "Idempotency Key", "The same as requestId, for programs that send it as a header.", "advanced"
    ),
)
TO_PREVIEW = (
    TO,
    Member("text", "text", TEXT, True, About("Text", "The text of the message.", "important")),
    SENDER,
    SERVICE,
    Member(
        "protocol",
        "protocol",
        Text(choices=tuple(PROTOCOLS.values()), any_case=True, blank=True),
        about=About(
            "Protocol",
            "SMS, which it is when left out; or WhatsApp, to people who wrote within the last 24 hours.",
        ),
    ),
    SEND_AT,
    TRACK_LINKS,
    Member(
        "advertisement",
        "advertisement",
        Truth(),
        about=About(
            "Advertisement",
            "Whether it is marketing, which some have opted out of; as the service says when left out.",
            "advanced",
        ),
    ),
)
TO_SEND = (
    *TO_PREVIEW,
    Member(
        "validityMinutes",
        "validity_minutes",
        Whole(least=1, most=MAX_VALIDITY),
        about=About(
            "Validity Minutes",
            "How long the carrier tries to deliver it, 1 to 43200; as the service says when left out.",
            "advanced",
        ),
    ),
    Member(
        "customerData",
        "customer_data",
        Text(max_length=MAX_CUSTOMER_DATA),
        about=About("Customer Data", "A text of your own that comes back in reports.", "advanced"),
    ),
    Member(
        "dlrUrl",
        "dlr_url",
        TEXT,
        about=About(
            "Delivery Report URL", "A URL that is called when the fate of a recipient is known.", "advanced"
        ),
    ),
    REQUEST_ID,
)

TO_LISTS = (
    Member(
        "text",
        "text",
        TEXT,
        True,
        About(
            "Text",
            "The text; $(FirstName) and other fields in it stand for what the contact of each has there.",
            "important",
            example="Hello $(FirstName), we open at 9.",
        ),
    ),
    Member(
        "groups",
        "groups",
        Listed(Text(least=1), each=About("Group", "The group's key or id.", "important", GROUPS)),
        about=About("Groups", "The groups to send to, by their keys or ids.", "important"),
    ),
    Member(
        "tags",
        "tags",
        Listed(TEXT, each=About("Tag", "The tag's name, in any letter case.", "important", TAGS)),
        about=About("Tags", "The tags whose contacts to send to, by their names.", "important"),
    ),
    Member(
        "to",
        "to",
        Listed(TEXT, each=About("Recipient", "A phone number, in any writing.")),
        about=About("To", "Phone numbers to send to as well; everybody is sent to once."),
    ),
    Member(
        "name",
        "name",
        TEXT,
        about=About(
            "Name", "What the campaign is called; made of the text when left out.", example="Opening hours"
        ),
    ),
    SENDER,
    Member(
        "service",
        "service",
        TEXT,
        about=About(
            "Service",
            "The service to send with, by its key or id; when left out, the group's if it is for one group"
            " alone, or else the application's own.",
            dynamic=SERVICES,
        ),
    ),
    SEND_AT,
    TRACK_LINKS,
    REQUEST_ID,
)

_PLACE = always("place", "place", Whole(), "Place", "The recipient's place in the request, from 0.", 0)
_WARNINGS = sometimes(
    "warnings",
    "warnings",
    Listed(TEXT, each=About("Warning", "A sentence.")),
    "Warnings",
    "What is odd about this recipient; left out when nothing is.",
)
_ADDRESS = always(
    "address", "address", TEXT, "Address", "The number in digits, with its country code.", "358401234567"
)
_COST_OF_ONE = sometimes(
    "cost",
    "cost",
    Number(),
    "Cost",
    "What it costs to this recipient; left out where there is no price.",
    0.05,
)
_COST = sometimes("cost", "cost", Number(), "Cost", "What it costs in all; left out without prices.", 0.05)
SKIPPED = sometimes(
    "skipped",
    "skipped",
    Listed(
        Thing(
            (
                _PLACE,
                always("written", "written", TEXT, "Written", "The recipient as written.", "040 1234567"),
                always(
                    "why",
                    "why",
                    Text(choices=(DUPLICATE, REFUSED, *sorted(each.value for each in UNWANTED))),
                    "Why",
                    "Named twice, refused as what can't be sent to, or somebody who does not want it.",
                ),
                always("reason", "reason", TEXT, "Reason", "The same as a sentence.", "It is named twice."),
            ),
            PassedShown,
        ),
        each=PLAIN,
    ),
    "Skipped",
    "Recipients that nothing is sent to, and why; left out when there are none.",
)
SENT = Thing(
    (
        always("id", "id", ID, "Id", "The message's id."),
        always("partCount", "part_count", Whole(), "Part Count", "Its parts over all recipients."),
        _COST,
        sometimes(
            "currency", "currency", TEXT, "Currency", "What the costs are in; left out without prices."
        ),
        sometimes("sendAt", "send_at", Moment(), "Send At", "When it will be sent; left out when at once."),
        always(
            "recipients",
            "recipients",
            Listed(
                Thing(
                    (
                        always("id", "id", ID, "Id", "The recipient's id."),
                        _ADDRESS,
                        always(
                            "status",
                            "status",
                            Text(choices=tuple(each.word for each in Status)),
                            "Status",
                            "Where it stands: queued, scheduled, frozen while it is held back, or failed.",
                            "queued",
                        ),
                        sometimes(
                            "failure",
                            "failure",
                            TEXT,
                            "Failure",
                            "Why nothing is sent, as opted_out; left out when it is.",
                            "opted_out",
                        ),
                        always("partCount", "part_count", Whole(), "Part Count", "The parts it is sent in."),
                        _COST_OF_ONE,
                        _WARNINGS,
                    ),
                    SentToShown,
                )
            ),
            "Recipients",
            "The recipients, in the order of the request.",
        ),
        SKIPPED,
    ),
    SentShown,
)
_ONE_PART = sometimes(
    "onePart",
    "one_part",
    Thing(
        (
            always("excess", "excess", Whole(), "Excess", "How many characters it is too long by.", 12),
            sometimes(
                "text",
                "text",
                TEXT,
                "Text",
                "The text with its costly characters replaced; left out when that would not help.",
            ),
            sometimes("textParts", "text_parts", Whole(), "Text Parts", "How many parts that would be.", 1),
            sometimes(
                "textExcess",
                "text_excess",
                Whole(),
                "Text Excess",
                "How many characters that would be too long by for one part.",
                0,
            ),
        ),
        ShorterShown,
    ),
    "One Part",
    "How it could be one part; left out when it is one.",
)
PREVIEW = Thing(
    (
        always("text", "text", TEXT, "Text", "The text as it goes out, with examples of short links."),
        always(
            "coding",
            "coding",
            Text(choices=("gsm7", "ucs2", "utf8")),
            "Coding",
            "gsm7 holds 160 characters in one part, ucs2 holds 70; utf8 is WhatsApp's.",
        ),
        always("characters", "characters", Whole(), "Characters", "Its length, as phones count it.", 20),
        always("partsEach", "parts_each", Whole(), "Parts Each", "The parts that one recipient gets it in."),
        always(
            "acceptable",
            "acceptable",
            Truth(),
            "Acceptable",
            "Whether it can be sent as it is; one recipient that is refused refuses the whole message.",
        ),
        always("recipientCount", "recipient_count", Whole(), "Recipient Count", "How many are sent to."),
        always("partCount", "part_count", Whole(), "Part Count", "The parts over all of them."),
        _COST,
        always("currency", "currency", TEXT, "Currency", "What the costs are in."),
        always(
            "covered",
            "covered",
            Truth(),
            "Covered",
            "Whether the balance covers it; what it does not cover is held back until it does.",
        ),
        sometimes(
            "left",
            "left",
            Number(),
            "Left",
            "What may still be spent; left out where there is no limit.",
            92.5,
        ),
        sometimes("sendAt", "send_at", Moment(), "Send At", "When it would be sent; left out when at once."),
        _ONE_PART,
        always(
            "recipients",
            "recipients",
            Listed(
                Thing(
                    (
                        _PLACE,
                        _ADDRESS,
                        always("partCount", "part_count", Whole(), "Part Count", "The parts it is sent in."),
                        _COST_OF_ONE,
                        _WARNINGS,
                    ),
                    PreviewedToShown,
                )
            ),
            "Recipients",
            "Who are sent to, in the order of the request.",
        ),
        SKIPPED,
    ),
    PreviewShown,
)
CAMPAIGN = Thing(
    (
        always("campaignId", "campaign_id", ID, "Campaign Id", "The campaign that sends it."),
        always("name", "name", TEXT, "Name", "What the campaign is called.", "Opening hours"),
        always(
            "status",
            "status",
            Text(choices=tuple(each.value for each in CampaignStatus)),
            "Status",
            "Where it stands: scheduled for later, or planning while its people are written down.",
            "planning",
        ),
        sometimes("sendAt", "send_at", Moment(), "Send At", "When it will be sent; left out when at once."),
        sometimes("people", "people", Whole(), "People", "How many people were named, each once."),
        sometimes("recipientCount", "recipient_count", Whole(), "Recipient Count", "How many are sent to."),
        sometimes("optedOut", "opted_out", Whole(), "Opted Out", "How many of them have opted out."),
        sometimes(
            "duplicates",
            "duplicates",
            Whole(),
            "Duplicates",
            "How many were named again, and are sent to once.",
        ),
        sometimes(
            "inactive", "inactive", Whole(), "Inactive", "How many get nothing by way of their group or tag."
        ),
        sometimes(
            "withoutNumber", "without_number", Whole(), "Without Number", "How many have no phone number."
        ),
        sometimes(
            "partsEach", "parts_each", Number(), "Parts Each", "The parts that one gets, on average.", 1
        ),
        _COST,
        sometimes("currency", "currency", TEXT, "Currency", "What the cost is in."),
        sometimes(
            "exact",
            "exact",
            Truth(),
            "Exact",
            "Whether everybody's text was worked out; beyond 500 people the cost is of a sample.",
        ),
        sometimes(
            "warnings",
            "warnings",
            Listed(TEXT, each=About("Warning", "A sentence.")),
            "Warnings",
            "What is odd, as a field that somebody has nothing in; left out when nothing is.",
        ),
    ),
    CampaignMade,
)
