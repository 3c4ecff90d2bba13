"""POST /messages, /messages/reply and /messages/discussion/reply.

Rule: the answer is 200 with the ids after the message is stored; a repeat of a request id is answered alike,
octet by octet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.smartdialog.sending.shapes import DiscussAsked, ReplyAsked, SendAsked
from viesti.api.smartdialog.sending.translate import (
    DIALECT,
    DISCUSSION_NAMES,
    NAMES,
    request_digest,
    sent,
    sent_in_thread,
    submit_request,
)
from viesti.api.smartdialog.slice import Common
from viesti.net.addresses import Network
from viesti.services.guids import GuidKind
from viesti.services.principal import Principal
from viesti.services.refusals import Missing
from viesti.services.reply import NO_PARENT, Reply
from viesti.services.reply_to_thread import NO_THREAD, ReplyToThread, ThreadReply
from viesti.services.requests import NotAccepted, SubmitResult, Submitted
from viesti.services.whatsapp.send_in_window import SendInWindow

KINDS = ("OneWay", "TwoWay")
NAMES_OF_A_DISCUSSION = (GuidKind.THREAD, GuidKind.INBOUND, GuidKind.MESSAGE)


@dataclass(frozen=True, slots=True)
class SendingServices:
    """What the slice calls. `allowed_networks`: private networks that URLs may name."""

    send: SendInWindow
    reply: Reply
    discuss: ReplyToThread
    allowed_networks: Sequence[Network]


class Sending:
    """The handlers."""

    def __init__(self, services: SendingServices, common: Common) -> None:
        self._services = services
        self._who = common.who
        self._guids = common.guids
        self._meters = common.meters

    async def send(self, caller: Principal, asked: SendAsked) -> Answer | Refusal:
        """SendMessage."""
        theirs = self._who.both(caller, asked.customer_id, asked.service_id, KINDS)
        if isinstance(theirs, Refusal):
            return theirs
        customer, service = theirs
        allowed = self._services.allowed_networks
        request = submit_request(asked, caller.user.id, customer.id, service.id, allowed)
        if isinstance(request, Refusal):
            return request
        return self._answer(await self._services.send(request), asked)

    async def reply(self, caller: Principal, asked: ReplyAsked) -> Answer | Refusal:
        """SendReplyMessage."""
        theirs = self._who.both(caller, asked.customer_id, asked.service_id, KINDS)
        if isinstance(theirs, Refusal):
            return theirs
        customer, service = theirs
        if not service.allow_reply:
            sentence = f"The service '{service.name}' may not send replies."
            return Refusal(400, f"Service-Id: {sentence}", (FieldError("Service-Id", sentence),))
        parent_id = self._guids.read(GuidKind.INBOUND, asked.parent_id)
        if parent_id is None:
            return refusal(NO_PARENT, NAMES)
        allowed = self._services.allowed_networks
        request = submit_request(asked, caller.user.id, customer.id, service.id, allowed)
        if isinstance(request, Refusal):
            return request
        return self._answer(await self._services.reply(request, parent_id), asked)

    async def discuss(self, caller: Principal, asked: DiscussAsked) -> Answer | Refusal:
        """SendDiscussionReplyMessage."""
        customer = self._who.customer(caller, asked.customer_id, "CustomerId")
        if isinstance(customer, Refusal):
            return customer
        ref = self._guids.read_any(NAMES_OF_A_DISCUSSION, asked.thread_id)
        if ref is None:
            return refusal(NO_THREAD, DISCUSSION_NAMES)
        result = await self._services.discuss(
            customer.id,
            caller.user.id,
            ref,
            asked.content,
            asked.customer_data or None,
            asked.idempotency_key or None,
            request_digest(asked, asked.idempotency_key),
        )
        if not isinstance(result, ThreadReply):
            return refusal(result, DISCUSSION_NAMES)
        self._count(result.submitted)
        return answer_json(sent_in_thread(result.submitted, result.thread_id, self._guids))

    def _answer(self, result: SubmitResult | Missing, asked: SendAsked) -> Answer | Refusal:
        if isinstance(result, NotAccepted | Missing):
            return refusal(result, NAMES)
        self._count(result)
        return answer_json(sent(result, asked, self._guids))

    def _count(self, submitted: Submitted) -> None:
        if not submitted.repeated:
            self._meters.accepted(DIALECT, len(submitted.recipients), submitted.parts)
