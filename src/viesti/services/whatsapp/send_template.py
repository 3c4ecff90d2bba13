"""Send a WhatsApp template: the one thing that may be sent to whom has not written within a day.

Rule: the template is found approved and its values fit before anything is stored; a repeat is answered as its
first was, even where the template is gone by now.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from viesti.domain import whatsapp_content as content
from viesti.domain.estate import Service
from viesti.domain.message import Protocol
from viesti.domain.templates.fill import Filled, Values, fill
from viesti.domain.templates.shape import Category
from viesti.domain.templates.template import Template
from viesti.services.estate import EstateCache
from viesti.services.refusals import Missing
from viesti.services.requests import (
    Fallback,
    FieldProblem,
    NotAccepted,
    RecipientRequest,
    SubmitRequest,
    SubmitResult,
    Submitted,
)
from viesti.services.submit import Submit
from viesti.services.templates.accounts import Number
from viesti.services.templates.find import NotSendable, find_sendable
from viesti.services.whatsapp.identity import number_to_send_from
from viesti.storage.store import Store


class TemplateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A template to be sent. `template`: its name, or `name:language`; `header`, `body`: values of its places
    in their order; `buttons`: (kind, data) as callers write them; `attachment`: where the header's file is.
    The rest is as in `SubmitRequest`."""

    dialect: str
    customer_id: int
    service_id: int
    template: str
    recipients: tuple[str, ...]
    language: str = ""
    sender: str = ""  # '': the service's identity
    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[tuple[str, str], ...] = ()
    attachment: str = ""
    sms_fallback: bool = False
    send_at: datetime | None = None
    dlr_url: str | None = None
    customer_data: str | None = None
    request_id: str | None = None
    body_hash: bytes = b""
    user_id: int | None = None


class SendTemplate:
    """The template service. Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, submit: Submit) -> None:
        self._store = store
        self._estate = estate
        self._submit = submit

    async def __call__(self, asked: TemplateRequest) -> SubmitResult | Missing:
        """Accept or refuse one message."""
        made = await self._made(asked)
        if isinstance(made, SubmitRequest):
            return await self._submit(made)
        first = await self._submit.repeated(_bare(asked)) if asked.request_id else None
        return first if isinstance(first, Submitted) else made

    async def _made(self, asked: TemplateRequest) -> SubmitRequest | NotAccepted | Missing:
        snapshot = self._estate.current
        service = snapshot.estate.services[asked.service_id]
        number = number_to_send_from(snapshot, asked.customer_id, service, asked.sender)
        if isinstance(number, NotAccepted):
            return number
        async with self._store.statements() as tx:
            found = await find_sendable(
                tx, snapshot, asked.customer_id, number.channel.id, asked.template, asked.language
            )
        if isinstance(found, NotSendable) and found.missing:
            return Missing("template", found.sentence)
        if isinstance(found, NotSendable):
            return NotAccepted((FieldProblem("template", found.sentence),))
        values = Values(asked.body, asked.header, asked.buttons, asked.attachment)
        filled = fill(found.shape, found.category, values)
        if not isinstance(filled, Filled):
            return NotAccepted(tuple([FieldProblem(p.field, p.sentence, p.index) for p in filled]))
        return _request(asked, service, number, found, filled)


def _request(
    asked: TemplateRequest, service: Service, number: Number, found: Template, filled: Filled
) -> SubmitRequest:
    marketing = found.category == Category.MARKETING
    return msgspec.structs.replace(
        _bare(asked),
        sender=number.identity,
        text=filled.text,
        recipients=tuple([RecipientRequest(address) for address in asked.recipients]),
        # What Meta calls marketing is advertising, whatever the service says of its messages.
        advertisement=True if marketing else None,
        content=content.encode(content.Template(found.name, found.language, filled.components)),
        fallback=Fallback(filled.text) if asked.sms_fallback else None,
        opt_in_needed=service.whatsapp_opt_in in (("all", "marketing") if marketing else ("all",)),
    )


def _bare(asked: TemplateRequest) -> SubmitRequest:
    """All that does not depend on the template, and enough to know a repeat by."""
    return SubmitRequest(
        dialect=asked.dialect,
        customer_id=asked.customer_id,
        application_id=None,
        service_id=asked.service_id,
        sender=asked.sender,
        text="",
        recipients=(),
        send_at=asked.send_at,
        dlr_url=asked.dlr_url,
        customer_data=asked.customer_data,
        request_id=asked.request_id,
        body_hash=asked.body_hash,
        user_id=asked.user_id,
        track_links=False,  # what was approved is what is sent
        protocol=Protocol.WHATSAPP,
    )
