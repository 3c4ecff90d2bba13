"""Answer a message that came in.

Rule: the message answered is the customer's own. Who is answered, and from which address, follow from it
where the request does not say.
"""

from __future__ import annotations

from msgspec.structs import replace

from viesti.domain.channel import AddressKind
from viesti.domain.message import Inbound
from viesti.services.refusals import Missing
from viesti.services.requests import (
    FieldProblem,
    NotAccepted,
    RecipientRequest,
    SubmitRequest,
    SubmitResult,
)
from viesti.services.submit import Submit
from viesti.storage.store import Store

NO_PARENT = Missing("parent_id", "There is no received message of yours with this id.")


class Reply:
    """The reply service. Raises `StoreUnavailable`."""

    def __init__(self, store: Store, submit: Submit) -> None:
        self._store = store
        self._submit = submit

    async def __call__(self, request: SubmitRequest, parent_id: int) -> SubmitResult | Missing:
        """Send a request as the answer to an inbound message. Without recipients it goes to who sent that,
        and without a sender from the address that he wrote to."""
        async with self._store.statements() as tx:
            parent = await tx.inbound.message(parent_id, request.customer_id)
        if parent is None:
            return NO_PARENT
        recipients = request.recipients or _sender_of(parent)
        if isinstance(recipients, NotAccepted):
            return recipients
        return await self._submit(
            replace(
                request,
                recipients=recipients,
                sender=request.sender or parent.destination,
                parent_id=parent.id,
                thread_id=parent.thread_id,
            )
        )


def _sender_of(parent: Inbound) -> tuple[RecipientRequest, ...] | NotAccepted:
    if parent.source_kind == AddressKind.INTERNATIONAL:
        return (RecipientRequest("+" + parent.source),)
    sentence = f"The message came from {parent.source}, which is not a number that can be answered."
    return NotAccepted((FieldProblem("recipients", sentence),))
