"""Send anything by WhatsApp to whom wrote within a day, the customer-service window; all else is passed on.

Rule: outside of the window nothing is stored, and the sentence says that a template may be sent. A repeat is
answered as its first was, even when the window has closed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from viesti.domain.address import shown
from viesti.domain.message import Protocol
from viesti.domain.whatsapp_attachment import NO_TEXT, carries_text
from viesti.domain.whatsapp_content import Content, Media, Text, decode
from viesti.domain.whatsapp_limits import problems
from viesti.services.estate import EstateCache
from viesti.services.plan import Planned
from viesti.services.requests import FieldProblem, NotAccepted, SubmitRequest, SubmitResult, Submitted
from viesti.services.submit import Submit
from viesti.services.whatsapp.identity import number_to_send_from
from viesti.storage.store import Store

WINDOW = timedelta(hours=24)  # from the person's last message; what we send does not lengthen it

# What a member of the content is to who asked for it; any other is the text.
_FIELDS = {"media": "content", "media.link": "content", "filename": "content"}


class SendInWindow:
    """The free-text service. Raises `StoreUnavailable`."""

    def __init__(
        self, store: Store, estate: EstateCache, submit: Submit, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._estate = estate
        self._submit = submit
        self._now = now

    async def __call__(self, request: SubmitRequest) -> SubmitResult:
        """Accept or refuse one message; of another protocol than WhatsApp as `Submit` does."""
        if request.protocol != Protocol.WHATSAPP:
            return await self._submit(request)
        request = self._with_sender(request)
        planned = self._submit.trial(request)
        if isinstance(planned, NotAccepted):
            return await self._submit(request)  # which looks for a first, and says the same
        refused = _unfit(planned) or await self._outside(planned)
        if refused is None:
            return await self._submit(request)
        first = await self._submit.repeated(request) if request.request_id else None
        return first if isinstance(first, Submitted) else refused

    async def trial(self, request: SubmitRequest) -> Planned | NotAccepted:
        """What would be sent now, or why not; nothing is stored either way."""
        if request.protocol != Protocol.WHATSAPP:
            return self._submit.trial(request)
        planned = self._submit.trial(self._with_sender(request))
        if isinstance(planned, NotAccepted):
            return planned
        return _unfit(planned) or await self._outside(planned) or planned

    def _with_sender(self, request: SubmitRequest) -> SubmitRequest:
        """From the service's number, or the customer's only one, where the request names none."""
        snapshot = self._estate.current
        service = snapshot.estate.services.get(request.service_id or 0)
        if request.sender or service is None:
            return request
        number = number_to_send_from(snapshot, request.customer_id, service)
        return request if isinstance(number, NotAccepted) else replace(request, sender=number.identity)

    async def _outside(self, planned: Planned) -> NotAccepted | None:
        """The refusal for those who have not written in time, None when all have."""
        at = planned.send_at or self._now()
        identity = planned.sender.text
        addresses = [recipient.address.digits for recipient in planned.recipients]
        async with self._store.statements() as tx:
            wrote = await tx.windows.open_for(planned.customer.id, identity, addresses, at - WINDOW)
        closed = [
            FieldProblem("recipients", _sentence(recipient.address.digits, identity), index)
            for index, recipient in enumerate(planned.recipients)
            if recipient.address.digits not in wrote
        ]
        return NotAccepted(tuple(closed)) if closed else None


def _sentence(address: str, identity: str) -> str:
    return (
        f"{shown(address)} has not written to +{identity} within the 24 hours before this is sent, so"
        " WhatsApp takes no free text: send an approved template instead."
    )


def _unfit(planned: Planned) -> NotAccepted | None:
    """The refusal of what WhatsApp does not take, None when it takes it."""
    stored = planned.request.content
    content = decode(stored) if stored else Text("")
    found: dict[FieldProblem, None] = {}
    for index, recipient in enumerate(planned.recipients):
        own = recipient.text
        for field, sentence in _objections(content, planned.text if own is None else own):
            if own is None or field != "text":
                found[FieldProblem(field, sentence)] = None
            else:
                found[FieldProblem("recipients", f"Its text: {sentence}", index)] = None
    return NotAccepted(tuple(found)) if found else None


def _objections(content: Content, words: str) -> list[tuple[str, str]]:
    """What Meta would not take: the text or the file, and why."""
    match content:
        case Text():
            content = replace(content, body=words)
        case Media() if words and not carries_text(content):
            return [("text", NO_TEXT)]
        case Media():
            content = replace(content, caption=words)
    return [(_FIELDS.get(each.field, "text"), f"It {each.reason}.") for each in problems(content)]
