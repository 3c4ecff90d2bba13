"""The operation of the slice, declared: a WhatsApp template to recipients.

Rule: what is ours and not the original's is an extension.
"""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Reply
from viesti.api.contract.values import (
    About,
    DynamicValues,
    From,
    Listed,
    Member,
    Moment,
    Text,
    Thing,
    Truth,
    Whole,
)
from viesti.api.request_id import IDEMPOTENCY_KEY
from viesti.api.smartdialog.shared import (
    CUSTOMER_DATA,
    DLR_URL,
    REQUEST_ID,
    TEXT,
    sender_of_it,
    warnings_as,
)
from viesti.api.smartdialog.whatsapp_sending.shapes import (
    ButtonAsked,
    RecipientAsked,
    RecipientShown,
    TemplateAsked,
    TemplateSent,
)
from viesti.services.principal import Scope

TEMPLATES = DynamicValues(
    operation="GetCustomerWhatsAppTemplates",
    value="id",
    title="extensionParameters/rawContent",
    parameters={"Customer-Id": From("Customer-Id")},
)
_RECIPIENT = Thing(
    (
        Member(
            "Address",
            "address",
            TEXT,
            True,
            About("Address", "A phone number, best in international form such as +358401234567."),
        ),
    ),
    RecipientAsked,
)
_BUTTON = Thing(
    (
        Member(
            "Type",
            "kind",
            Text(choices=("Call", "QuickReply", "Url"), more=("CopyCode",), any_case=True),
            about=About("Button Type", "The kind of button of the template that the data is for."),
        ),
        Member(
            "Data",
            "data",
            TEXT,
            about=About(
                "Button Data",
                "Of a Url the end of the address, of a QuickReply what comes back when it is pressed.",
            ),
        ),
    ),
    ButtonAsked,
)
BODY = Thing(
    (
        Member(
            "TemplateName",
            "template",
            TEXT,
            True,
            About("Template", "The approved template to send.", "important", TEMPLATES),
        ),
        Member(
            "Recipients", "recipients", Listed(_RECIPIENT), True, About("Recipients", "Who gets the message.")
        ),
        Member(
            "Language",
            "language",
            TEXT,
            about=About("Language", "Which of the template's languages, such as fi or en_US."),
            extension=True,
        ),
        Member(
            "BodyParameters",
            "body",
            Listed(TEXT),
            about=About("Body Parameters", "The values of the places in the template's text, in order."),
        ),
        Member(
            "HeaderParameters",
            "header",
            Listed(TEXT),
            about=About("Header Parameters", "The value of the place in the template's header."),
        ),
        Member(
            "Buttons",
            "buttons",
            Listed(_BUTTON),
            about=About("Buttons", "The data of the template's buttons, in order."),
        ),
        Member(
            "SendDateTime",
            "send_at",
            Moment(format=""),
            about=About("Send Time", "When to send it; at once when empty. UTC unless it says otherwise."),
        ),
        Member(
            "AttachmentUri",
            "attachment_uri",
            TEXT,
            about=About("Attachment URI", "Where the picture, video or document of the header is."),
        ),
        Member(
            "UseSmsFallback",
            "sms_fallback",
            Truth(),
            about=About("Use SMS Fallback", "Whether it is sent as SMS where WhatsApp does not deliver it."),
        ),
        DLR_URL,
        CUSTOMER_DATA,
        REQUEST_ID,
    )
)
SENT = Thing(
    (
        Member("messageId", "message_id", TEXT, about=About("Message Id", "The id of the message.")),
        Member(
            "messagePartCount",
            "parts",
            Whole(),
            about=About("Message Part Count", "How many messages are sent: one for each recipient."),
        ),
        Member(
            "recipients",
            "recipients",
            Listed(
                Thing(
                    (
                        Member(
                            "address", "address", TEXT, about=About("Address", "The number as it was read.")
                        ),
                        Member("id", "id", TEXT, about=About("Id", "What delivery reports call him.")),
                    ),
                    RecipientShown,
                )
            ),
            about=About("Recipients", "Who gets the message, in the order of the request."),
        ),
        warnings_as("warnings"),
    ),
    TemplateSent,
)
SEND_TEMPLATE = Operation(
    "SendWhatsappTemplateMessage",
    "POST",
    "/messages/templates/whatsapp",
    About(
        "Send WhatsApp Template Message", "Sends an approved WhatsApp template to recipients.", "important"
    ),
    TemplateAsked,
    (Reply(200, SENT, "The message was accepted."),),
    Scope.WHATSAPP,
    parameters=(*sender_of_it(replies=False), IDEMPOTENCY_KEY),
    body=BODY,
    errors=USUAL | {409},
)

OPERATIONS: tuple[AnyOperation, ...] = (SEND_TEMPLATE,)
