"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Member, Thing
from viesti.api.request_id import IDEMPOTENCY_KEY
from viesti.api.smartdialog.choices import CUSTOMERS
from viesti.api.smartdialog.sending.members import MESSAGE, SENT, SENT_IN_THREAD
from viesti.api.smartdialog.sending.shapes import DiscussAsked, ReplyAsked, SendAsked
from viesti.api.smartdialog.shared import CUSTOMER_DATA, TEXT, sender_of_it
from viesti.services.principal import Scope

ERRORS = USUAL | {409}

SEND = Operation(
    "SendMessage",
    "POST",
    "/messages",
    About("Send Message", "Sends a message to recipients.", "important"),
    SendAsked,
    (Reply(200, SENT, "The message was accepted."),),
    Scope.GATEWAY_SEND,
    parameters=(*sender_of_it(replies=False), IDEMPOTENCY_KEY),
    body=MESSAGE,
    errors=ERRORS,
)
REPLY = Operation(
    "SendReplyMessage",
    "POST",
    "/messages/reply/{ParentMessageId}",
    About("Send Reply Message", "Answers a message that was received.", "important"),
    ReplyAsked,
    (Reply(200, SENT, "The reply was accepted."),),
    Scope.GATEWAY_SEND,
    parameters=(
        Parameter(
            "ParentMessageId",
            "path",
            "parent_id",
            TEXT,
            True,
            About("Parent Message Id", "The id of the message that is answered.", "important"),
            encoding="single",
        ),
        *sender_of_it(replies=True),
        IDEMPOTENCY_KEY,
    ),
    body=MESSAGE,
    errors=ERRORS,
)
DISCUSS = Operation(
    "SendDiscussionReplyMessage",
    "POST",
    "/messages/discussion/reply",
    About("Send Discussion Reply Message", "Answers in a discussion.", "important"),
    DiscussAsked,
    (Reply(200, SENT_IN_THREAD, "The reply was accepted."),),
    Scope.DISCUSSION,
    parameters=(
        Parameter(
            "CustomerId",
            "header",
            "customer_id",
            TEXT,
            True,
            About("Customer", "The customer whose discussion it is.", "important", CUSTOMERS),
        ),
        IDEMPOTENCY_KEY,
    ),
    body=Thing(
        (
            Member(
                "ThreadId",
                "thread_id",
                TEXT,
                True,
                About("Thread Id", "The id of the discussion, or of a message in it.", "important"),
            ),
            Member(
                "Content", "content", TEXT, True, About("Message Content", "The text to send.", "important")
            ),
            CUSTOMER_DATA,
        )
    ),
    errors=ERRORS,
)

OPERATIONS: tuple[AnyOperation, ...] = (SEND, REPLY, DISCUSS)
