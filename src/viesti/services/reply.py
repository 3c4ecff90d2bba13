"""Answer a message that came in.

Rule: the message answered is the customer's own. Who is answered, and from which address, follow from it
where the request does not say. A WhatsApp message that is answered by WhatsApp is shown with the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from msgspec.structs import replace

from viesti.domain import whatsapp_content as content
from viesti.domain.address import shown
from viesti.domain.channel import AddressKind
from viesti.domain.message import Inbound, Protocol
from viesti.services.refusals import Missing
from viesti.services.requests import (
    FieldProblem,
    NotAccepted,
    RecipientRequest,
    SubmitRequest,
    SubmitResult,
)
from viesti.storage.store import Store

# `Submit`, or what decides more before it.
Send: TypeAlias = Callable[[SubmitRequest], Awaitable[SubmitResult]]

NO_PARENT = Missing("parent_id", "There is no received message of yours with this id.")


class Reply:
    """The reply service. Raises `StoreUnavailable`."""

    def __init__(self, store: Store, send: Send) -> None:
        self._store = store
        self._send = send

    async def __call__(self, request: SubmitRequest, parent_id: int) -> SubmitResult | Missing:
        """Send a request as the answer to an inbound message. Without recipients it goes to who sent that,
        and without a sender from the address that he wrote to, or what the service sends from where it goes
        another way than it came."""
        async with self._store.statements() as tx:
            parent = await tx.inbound.message(parent_id, request.customer_id)
        if parent is None:
            return NO_PARENT
        recipients = request.recipients or _sender_of(parent, request.protocol)
        if isinstance(recipients, NotAccepted):
            return recipients
        return await self._send(
            replace(
                request,
                recipients=recipients,
                sender=request.sender or (parent.destination if request.protocol == parent.protocol else ""),
                parent_id=parent.id,
                thread_id=parent.thread_id,
                content=_quoting(request, parent),
            )
        )


def _quoting(request: SubmitRequest, parent: Inbound) -> bytes | None:
    """What is said, with the message that it answers where both go by WhatsApp."""
    if not request.protocol == parent.protocol == Protocol.WHATSAPP or not parent.reference:
        return request.content
    said = content.decode(request.content) if request.content else content.Text("")
    return content.encode(replace(said, reply_to=parent.reference))


def _sender_of(parent: Inbound, protocol: str) -> tuple[RecipientRequest, ...] | NotAccepted:
    kinds = [AddressKind.INTERNATIONAL]
    if protocol == Protocol.WHATSAPP:
        kinds.append(AddressKind.WHATSAPP_USER)
    if parent.source_kind in kinds:
        return (RecipientRequest(shown(parent.source)),)
    if parent.source_kind == AddressKind.WHATSAPP_USER:
        sentence = f"{parent.source} has no phone number that is known: answer by WhatsApp."
        return NotAccepted((FieldProblem("recipients", sentence),))
    sentence = f"The message came from {parent.source}, which is not a number that can be answered."
    return NotAccepted((FieldProblem("recipients", sentence),))
