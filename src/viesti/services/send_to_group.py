"""Sends a message to everybody in a group, page by page, so that a million cost no more memory than some.

Rule: who is inactive gets nothing, and who can't be sent to holds up nobody else. Each page is a message with
a request id of its own and keeps how far it went: a run that was broken off is begun again with the same
request id, goes over the same pages whoever joined or left since, and sends nothing twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import blake2b

import msgspec

from viesti.domain.estate import Customer, Service
from viesti.domain.failure import Failure
from viesti.services.requests import NotAccepted, RecipientRequest, SubmitRequest, Submitted
from viesti.services.send_to_able import Refused, send_to_able
from viesti.services.submit import Submit
from viesti.storage.store import Store

PAGE = 1000  # recipients in a message
DIALECT = "group"
_LAST = "last_contact"  # in a message's extras: the last contact of its page


class Progress(msgspec.Struct, frozen=True):
    """What became of a page. `message_id` None: nobody on it could be sent to. `repeated`: an earlier run
    sent it."""

    message_id: int | None
    accepted: int = 0
    opted_out: int = 0
    parts: int = 0
    refused: tuple[Refused, ...] = ()
    repeated: bool = False


class _Page(msgspec.Struct):
    """Where the next page begins."""

    number: int = 0
    after: int = 0


class SendToGroup:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, submit: Submit, page: int = PAGE) -> None:
        self._store = store
        self._submit = submit
        self._page = page

    async def __call__(
        self, customer: Customer, service: Service, sender: str, text: str, request_id: str
    ) -> AsyncIterator[Progress | NotAccepted]:
        """Send; gives each page as it is done. `sender` '': the service's. A `NotAccepted` is about the
        message itself and ends it."""
        request = SubmitRequest(
            dialect=DIALECT,
            customer_id=customer.id,
            application_id=None,
            service_id=service.id,
            sender=sender,
            text=text,
            recipients=(),
            body_hash=blake2b(msgspec.json.encode((service.id, sender, text)), digest_size=16).digest(),
        )
        at = _Page()
        while True:
            of_page = msgspec.structs.replace(request, request_id=f"group {request_id}/{at.number}")
            done = await self._next(of_page, service.id, at)
            if done is None:
                return
            yield done
            if isinstance(done, NotAccepted):
                return

    async def _next(
        self, request: SubmitRequest, service_id: int, at: _Page
    ) -> Progress | NotAccepted | None:
        """Send the next page; None when there is none."""
        refused: tuple[Refused, ...] = ()
        last = at.after
        result = await self._submit.repeated(request)
        if result is None:
            async with self._store.statements() as tx:
                members = await tx.lists.page(service_id, at.after, self._page)
            if not members:
                return None
            last = members[-1][0]
            able = [RecipientRequest(f"+{phone}") for _, phone in members if phone]
            of_page = msgspec.structs.replace(request, extras={_LAST: last})
            sent = await send_to_able(self._submit, of_page, able)
            result, refused = sent.result, sent.refused
            if result is None or (at.after and isinstance(result, NotAccepted) and not result.conflict):
                at.after = last  # nobody of this page, perhaps somebody of the next
                return Progress(None, refused=refused)
        if isinstance(result, NotAccepted):
            return result
        at.after = await self._last_of(result, request.customer_id) if result.repeated else last
        at.number += 1
        return _progress(result, refused)

    async def _last_of(self, submitted: Submitted, customer_id: int) -> int:
        async with self._store.statements() as tx:
            message = await tx.messages.message(submitted.message_id, customer_id)
        assert message is not None and message.extras is not None  # written by an earlier run of this
        return int(message.extras[_LAST])


def _progress(submitted: Submitted, refused: tuple[Refused, ...]) -> Progress:
    recipients = submitted.recipients
    opted_out = sum(recipient.failure == Failure.OPTED_OUT for recipient in recipients)
    return Progress(
        message_id=submitted.message_id,
        accepted=len(recipients) - opted_out,
        opted_out=opted_out,
        parts=submitted.parts,
        refused=refused,
        repeated=submitted.repeated,
    )
