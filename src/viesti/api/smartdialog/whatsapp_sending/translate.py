"""Between the contract's words and ours: what is asked becomes a request, what was accepted an answer.

Rule: no store and no clock here.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import digest, refused
from viesti.api.request_id import one_request_id
from viesti.api.smartdialog.whatsapp_sending.shapes import RecipientShown, TemplateAsked, TemplateSent
from viesti.net.addresses import Network
from viesti.net.url import BadUrl, parse_url
from viesti.services.guids import GuidKind, Guids
from viesti.services.requests import Submitted
from viesti.services.whatsapp.send_template import TemplateRequest

DIALECT = "smartdialog"

# Our name of a field -> the contract's.
NAMES = {
    "template": "TemplateName",
    "language": "Language",
    "recipients": "Recipients{}.Address",
    "body": "BodyParameters{}",
    "header": "HeaderParameters{}",
    "buttons": "Buttons{}.Data",
    "attachment": "AttachmentUri",
    "fallback": "UseSmsFallback",
    "text": "TemplateName",
    "sender": "Service-Id",
    "service": "Service-Id",
    "send_at": "SendDateTime",
    "dlr_url": "DlrUrl",
    "customer_data": "CustomerData",
    "request_id": "RequestId",
}


def template_request(
    asked: TemplateAsked, user_id: int, customer_id: int, service_id: int, allowed: Sequence[Network]
) -> TemplateRequest | Refusal:
    """The request, or what is wrong with what only this dialect knows. `allowed`: private networks that URLs
    may name."""
    problems: list[FieldError] = []
    if asked.attachment_uri:
        bad = parse_url(asked.attachment_uri, allowed)
        if isinstance(bad, BadUrl):
            problems.append(FieldError("AttachmentUri", bad.reason))
    request_id = one_request_id(asked.request_id, asked.idempotency_key, problems)
    if problems:
        return refused(problems)
    return TemplateRequest(
        dialect=DIALECT,
        customer_id=customer_id,
        user_id=user_id,
        service_id=service_id,
        template=asked.template,
        language=asked.language,
        recipients=tuple([each.address for each in asked.recipients]),
        header=asked.header,
        body=asked.body,
        buttons=tuple([(each.kind, each.data) for each in asked.buttons]),
        attachment=asked.attachment_uri,
        sms_fallback=asked.sms_fallback,
        send_at=asked.send_at,
        dlr_url=asked.dlr_url or None,
        customer_data=asked.customer_data or None,
        request_id=request_id or None,
        body_hash=_said(asked, request_id) if request_id else b"",
    )


def _said(asked: TemplateAsked, request_id: str) -> bytes:
    """What a repeat must have too: everything but where the request id stood. That it is a template is part
    of it, so that it is no repeat of a message that has the same members."""
    return digest(replace(asked, request_id=request_id, idempotency_key=""))


def template_sent(submitted: Submitted, guids: Guids) -> TemplateSent:
    """The answer."""
    return TemplateSent(
        guids.of(GuidKind.MESSAGE, submitted.message_id),
        submitted.parts,
        tuple(
            [
                RecipientShown(each.address, guids.of(GuidKind.RECIPIENT, each.id))
                for each in submitted.recipients
            ]
        ),
        tuple([warning for each in submitted.recipients for warning in each.warnings]),
    )
