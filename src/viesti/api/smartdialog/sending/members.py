"""The parts that declarations of the slice share: a message's body and what is answered.

Rule: descriptions are shown to people who build flows; what is ours and not the original's is an extension.
"""

from __future__ import annotations

from viesti.api.contract.values import (
    About,
    Listed,
    Member,
    Moment,
    Scalars,
    Text,
    Thing,
    Truth,
    Whole,
)
from viesti.api.smartdialog.sending.shapes import (
    SMS,
    WHATSAPP,
    RecipientAsked,
    RecipientShown,
    Sent,
    SentInThread,
)
from viesti.api.smartdialog.shared import CUSTOMER_DATA, DLR_URL, REQUEST_ID, TEXT, warnings_as

_RECIPIENT = Thing(
    (
        Member(
            "Address",
            "address",
            TEXT,
            True,
            About(
                "Address", "A phone number, best in international form such as +358401234567.", "important"
            ),
        ),
        Member(
            "Personalization",
            "values",
            Scalars(),
            about=About("Personalization", "Values for this recipient, by the names of the placeholders."),
        ),
    ),
    RecipientAsked,
)
MESSAGE = Thing(
    (
        Member(
            "Sender",
            "sender",
            TEXT,
            True,
            About("Message Sender", "The number or name that is shown as the sender.", "important"),
        ),
        Member(
            "Content",
            "content",
            TEXT,
            True,
            About("Message Content", "The text. $(name) stands for a value of each recipient.", "important"),
        ),
        Member(
            "Protocol",
            "protocol",
            Text(
                choices=(SMS,),
                more=(WHATSAPP,),
                any_case=True,
                default=SMS,
                refused={"MMS": "MMS messages can't be sent; use SMS or WhatsApp."},
            ),
            True,
            About("Protocol", "How the message is sent: SMS or WhatsApp.", "important"),
        ),
        Member(
            "SendDateTime",
            "send_at",
            Moment(),
            about=About("Send Time", "When to send it; at once when empty. UTC unless it says otherwise.",
                        "important"),
        ),
        Member(
            "Recipients", "recipients", Listed(_RECIPIENT), True, About("Recipients", "Who gets the message.")
        ),
        Member(
            "AttachmentUri",
            "attachment_uri",
            TEXT,
            about=About("Attachment URI", "Where an attachment is, for WhatsApp. An SMS carries none."),
        ),
        CUSTOMER_DATA,
        Member(
            "AdMessage",
            "advertisement",
            Truth(),
            about=About("Ad Message", "Whether it is advertising; as the service says when left out."),
        ),
        DLR_URL,
        REQUEST_ID,
        Member(
            "unicodeCharacterHandlingPolicy",
            "character_policy",
            Text(choices=("None", "Strict", "Replace"), any_case=True),
            about=About(
                "Unicode Character Handling Policy",
                "None sends all characters, Strict refuses and Replace replaces those outside GSM 7-bit.",
            ),
            extension=True,
        ),
        Member(
            "allowedSendTimeStart",
            "window_start",
            TEXT,
            about=About("Allowed Send Time Start", "The time of day, UTC, before which it is not sent."),
            extension=True,
        ),
        Member(
            "allowedSendTimeEnd",
            "window_end",
            TEXT,
            about=About("Allowed Send Time End", "The time of day, UTC, after which it is not sent."),
            extension=True,
        ),
        Member(
            "allowedSendDays",
            "window_days",
            Listed(TEXT),
            about=About("Allowed Send Days", "The days on which it is sent, such as Monday, or 1 to 7."),
            extension=True,
        ),
        Member(
            "allowedSendTimeDays",
            "window_time_days",
            Listed(TEXT),
            about=About("Allowed Send Time Days", "The same as allowedSendDays."),
            extension=True,
        ),
    )
)  # fmt: skip

_SENT = (
    Member("MessageId", "message_id", TEXT, about=About("Message Id", "The id of the message.")),
    Member(
        "MessagePartCount",
        "parts",
        Whole(),
        about=About("Message Part Count", "The parts that are sent, of all recipients."),
    ),
    Member(
        "Recipients",
        "recipients",
        Listed(
            Thing(
                (
                    Member("Address", "address", TEXT, about=About("Address", "The number as it was read.")),
                    Member("Id", "id", TEXT, about=About("Id", "What delivery reports call him.")),
                ),
                RecipientShown,
            )
        ),
        about=About("Recipients", "Who gets the message, in the order of the request."),
    ),
)
_WARNINGS = warnings_as("Warnings")
SENT = Thing((*_SENT, _WARNINGS), Sent)
SENT_IN_THREAD = Thing(
    (
        *_SENT,
        Member("ThreadId", "thread_id", TEXT, about=About("Thread Id", "The id of the discussion.")),
        _WARNINGS,
    ),
    SentInThread,
)
