"""POST /messages/templates/whatsapp.

Rule: the answer is 200 with the ids after the message is stored; a repeat of a request id is answered alike,
octet by octet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viesti.api.answer import Answer, Refusal, answer_json
from viesti.api.refusals import refusal
from viesti.api.smartdialog.slice import Common
from viesti.api.smartdialog.whatsapp_sending.shapes import TemplateAsked
from viesti.api.smartdialog.whatsapp_sending.translate import (
    DIALECT,
    NAMES,
    template_request,
    template_sent,
)
from viesti.net.addresses import Network
from viesti.services.principal import Principal
from viesti.services.refusals import Missing
from viesti.services.requests import NotAccepted
from viesti.services.whatsapp.send_template import SendTemplate

KINDS = ("OneWay", "TwoWay")


@dataclass(frozen=True, slots=True)
class WhatsAppSendingServices:
    """What the slice calls. `allowed_networks`: private networks that URLs may name."""

    send_template: SendTemplate
    allowed_networks: Sequence[Network]


@dataclass(frozen=True, slots=True)
class WhatsAppSending:
    """The handlers."""

    services: WhatsAppSendingServices
    common: Common

    async def send_template(self, caller: Principal, asked: TemplateAsked) -> Answer | Refusal:
        """SendWhatsappTemplateMessage."""
        common = self.common
        theirs = common.who.both(caller, asked.customer_id, asked.service_id, KINDS)
        if isinstance(theirs, Refusal):
            return theirs
        customer, service = theirs
        allowed = self.services.allowed_networks
        request = template_request(asked, caller.user.id, customer.id, service.id, allowed)
        if isinstance(request, Refusal):
            return request
        result = await self.services.send_template(request)
        if isinstance(result, NotAccepted | Missing):
            return refusal(result, NAMES)
        if not result.repeated:
            common.meters.accepted(DIALECT, len(result.recipients), result.parts)
        return answer_json(template_sent(result, common.guids))
