"""Sends messages, and tells what they would be.

Rule: the answer is given after the message is stored; a repeat of a request id is answered with the message
that the first one made.
"""

from __future__ import annotations

from dataclasses import dataclass

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.native.sending.shapes import PreviewAsked, SendAsked
from viesti.api.native.sending.translate import (
    NAMES,
    preview_request,
    preview_shown,
    send_request,
    sent,
)
from viesti.api.native.slice import DIALECT, Common
from viesti.api.native.who import NativeCaller
from viesti.api.refusals import refusal
from viesti.domain.estate import Customer, Service
from viesti.services.campaigns.create import CreateCampaign
from viesti.services.campaigns.preview import PreviewCampaign
from viesti.services.once_each import once_each
from viesti.services.preview_message import PreviewMessage
from viesti.services.requests import NotAccepted
from viesti.services.whatsapp.send_in_window import SendInWindow


@dataclass(frozen=True, slots=True)
class SendingServices:
    """What the slice calls."""

    send: SendInWindow
    preview: PreviewMessage
    create: CreateCampaign
    preview_campaign: PreviewCampaign


class Sending:
    """The handlers."""

    def __init__(self, services: SendingServices, common: Common) -> None:
        self._services = services
        self._estate = common.estate
        self._meters = common.meters

    async def send(self, caller: NativeCaller, asked: SendAsked) -> Answer | Refusal:
        """SendMessage."""
        theirs = self._theirs(caller, asked.customer, asked.service)
        if isinstance(theirs, Refusal):
            return theirs
        request = send_request(asked, caller, *theirs)
        if isinstance(request, Refusal):
            return request
        once = once_each(request, self._estate.current)
        result = await self._services.send(once.request)
        if isinstance(result, NotAccepted):
            return refusal(once.as_asked(result), NAMES)
        if not result.repeated:
            self._meters.accepted(DIALECT, len(result.recipients), result.parts)
        return answer_json(sent(result, once.repeats, asked.to))

    async def preview(self, caller: NativeCaller, asked: PreviewAsked) -> Answer | Refusal:
        """PreviewMessage."""
        theirs = self._theirs(caller, asked.customer, asked.service)
        if isinstance(theirs, Refusal):
            return theirs
        seen = await self._services.preview(preview_request(asked, caller, *theirs))
        return (
            refusal(seen, NAMES)
            if isinstance(seen, NotAccepted)
            else answer_json(preview_shown(seen, asked.to))
        )

    def _theirs(
        self, caller: NativeCaller, customer: str, service: str
    ) -> tuple[Customer, Service | None] | Refusal:
        snapshot = self._estate.current
        found = caller.customer(snapshot, customer)
        if isinstance(found, Refusal):
            return found
        own = caller.service(snapshot, found, service)
        return own if isinstance(own, Refusal) else (found, own)
