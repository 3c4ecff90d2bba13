"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import USUAL, AnyOperation, Operation, Reply
from viesti.api.contract.values import About, Thing
from viesti.api.native.members import CUSTOMER
from viesti.api.native.sending.members import (
    CAMPAIGN,
    IDEMPOTENCY_KEY,
    PREVIEW,
    SENT,
    TO_LISTS,
    TO_PREVIEW,
    TO_SEND,
)
from viesti.api.native.sending.shapes import PreviewAsked, SendAsked, ToListsAsked
from viesti.services.principal import Scope

SEND = Operation(
    "SendMessage",
    "POST",
    "/messages",
    About("Send Message", "Sends a text to one or more phone numbers, now or later.", "important"),
    SendAsked,
    (Reply(200, SENT, "The message was accepted."),),
    Scope.GATEWAY_SEND,
    parameters=(CUSTOMER, IDEMPOTENCY_KEY),
    body=Thing(TO_SEND),
    errors=USUAL | {409},
)
PREVIEW_MESSAGE = Operation(
    "PreviewMessage",
    "POST",
    "/messages/preview",
    About(
        "Preview Message",
        "Tells what a message would be before it is sent: parts, cost, and who would get nothing.",
    ),
    PreviewAsked,
    (Reply(200, PREVIEW, "What it would be; nothing was sent."),),
    Scope.GATEWAY_SEND,
    parameters=(CUSTOMER,),
    body=Thing(TO_PREVIEW),
)

SEND_TO_LISTS = Operation(
    "SendToGroupOrTag",
    "POST",
    "/messages/to-lists",
    About(
        "Send To Group Or Tag",
        "Sends a text to everybody in groups or with tags, each once, with their own names in it.",
        "important",
    ),
    ToListsAsked,
    (Reply(200, CAMPAIGN, "The campaign was accepted, and sends it."),),
    Scope.GATEWAY_SEND,
    parameters=(CUSTOMER, IDEMPOTENCY_KEY),
    body=Thing(TO_LISTS),
    errors=USUAL | {409},
)

OPERATIONS: tuple[AnyOperation, ...] = (SEND, PREVIEW_MESSAGE, SEND_TO_LISTS)
