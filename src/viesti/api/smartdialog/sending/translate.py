"""Between the contract's words and ours: what is asked becomes a request, what was accepted an answer.

Rule: no store and no clock here.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import digest, refused
from viesti.api.request_id import one_request_id
from viesti.api.smartdialog.sending.shapes import (
    SMS,
    WHATSAPP,
    DiscussAsked,
    RecipientShown,
    SendAsked,
    Sent,
    SentInThread,
)
from viesti.domain.message import Protocol
from viesti.domain.send_window import WindowProblem, read_window
from viesti.domain.whatsapp_attachment import attachment
from viesti.domain.whatsapp_content import encode
from viesti.net.addresses import Network
from viesti.net.url import BadUrl, parse_url
from viesti.services.guids import GuidKind, Guids
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted

DIALECT = "smartdialog"

# Our name of a field -> the contract's.
NAMES = {
    "sender": "Sender",
    "text": "Content",
    "content": "AttachmentUri",
    "recipients": "Recipients{}.Address",
    "send_at": "SendDateTime",
    "dlr_url": "DlrUrl",
    "customer_data": "CustomerData",
    "request_id": "RequestId",
    "service": "Service-Id",
    "parent_id": "ParentMessageId",
}
# A discussion decides all but the text; so what is wrong with the rest is the discussion's.
DISCUSSION_NAMES = {
    "text": "Content",
    "customer_data": "CustomerData",
    "request_id": "Idempotency-Key",
    "thread_id": "ThreadId",
    "sender": "ThreadId",
    "recipients": "ThreadId",
    "service": "ThreadId",
}
WINDOW_NAMES = {"start": "allowedSendTimeStart", "end": "allowedSendTimeEnd", "days": "allowedSendDays"}
# The contract's words for protocols -> ours.
PROTOCOLS = {SMS: Protocol.SMS, WHATSAPP: Protocol.WHATSAPP}
NO_ATTACHMENT = "An SMS carries no attachment: AttachmentUri is kept, but not sent."


def submit_request(
    asked: SendAsked, user_id: int, customer_id: int, service_id: int, allowed: Sequence[Network]
) -> SubmitRequest | Refusal:
    """The request, or what is wrong with what only this dialect knows. `allowed`: private networks that URLs
    may name."""
    problems: list[FieldError] = []
    window = read_window(asked.window_start, asked.window_end, asked.window_days or asked.window_time_days)
    if isinstance(window, WindowProblem):
        problems.append(FieldError(WINDOW_NAMES[window.field], window.sentence))
        window = None
    if asked.attachment_uri:
        bad = parse_url(asked.attachment_uri, allowed)
        if isinstance(bad, BadUrl):
            problems.append(FieldError("AttachmentUri", bad.reason))
    request_id = one_request_id(asked.request_id, asked.idempotency_key, problems)
    if problems:
        return refused(problems)
    attached = asked.attachment_uri if asked.protocol == WHATSAPP else ""
    return SubmitRequest(
        dialect=DIALECT,
        customer_id=customer_id,
        application_id=None,
        service_id=service_id,
        sender=asked.sender,
        text=asked.content,
        recipients=tuple([RecipientRequest(each.address, None, each.values) for each in asked.recipients]),
        send_at=asked.send_at,
        dlr_url=asked.dlr_url or None,
        customer_data=asked.customer_data or None,
        request_id=request_id or None,
        body_hash=request_digest(asked, request_id),
        advertisement=asked.advertisement,
        extras={"AttachmentUri": asked.attachment_uri} if asked.attachment_uri else None,
        user_id=user_id,
        placeholders=True,
        character_policy=asked.character_policy.lower() or None,
        window=window,
        protocol=PROTOCOLS[asked.protocol],
        content=encode(attachment(attached)) if attached else None,
    )


def request_digest(asked: SendAsked | DiscussAsked, request_id: str) -> bytes:
    """What a repeat must have too: everything but where the request id stood. Empty without one."""
    if not request_id:
        return b""
    return digest(
        replace(asked, request_id=request_id, idempotency_key="")
        if isinstance(asked, SendAsked)
        else replace(asked, idempotency_key="")
    )


def warnings(submitted: Submitted, unsent: bool = False) -> tuple[str, ...]:
    """All warnings, in the order of the recipients. `unsent`: there is an attachment that is not sent."""
    first = (NO_ATTACHMENT,) if unsent else ()
    return (*first, *(warning for each in submitted.recipients for warning in each.warnings))


def sent(submitted: Submitted, asked: SendAsked, guids: Guids) -> Sent:
    """The answer to a message."""
    return Sent(
        guids.of(GuidKind.MESSAGE, submitted.message_id),
        submitted.parts,
        _recipients(submitted, guids),
        warnings(submitted, bool(asked.attachment_uri) and asked.protocol == SMS),
    )


def sent_in_thread(submitted: Submitted, thread_id: int, guids: Guids) -> SentInThread:
    """The answer to a message in a discussion."""
    return SentInThread(
        guids.of(GuidKind.MESSAGE, submitted.message_id),
        submitted.parts,
        _recipients(submitted, guids),
        guids.of(GuidKind.THREAD, thread_id),
        warnings(submitted),
    )


def _recipients(submitted: Submitted, guids: Guids) -> tuple[RecipientShown, ...]:
    return tuple(
        [RecipientShown(each.address, guids.of(GuidKind.RECIPIENT, each.id)) for each in submitted.recipients]
    )
