"""Automatic answers of a service to who wrote to it.

Rule: an answer is queued in the transaction of the message it answers. Places such as `$(content)` are filled
with the message and what is known of its writer, and what is filled in is never read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import structlog

from viesti.domain.channel import AddressKind
from viesti.domain.contact import Contact
from viesti.domain.estate import Customer, Service
from viesti.domain.fair import FairClock
from viesti.domain.lane import Lane
from viesti.domain.message import Inbound
from viesti.domain.placeholders import parse
from viesti.services.plan import Limits
from viesti.services.plan_message import plan_message
from viesti.services.reactions import Reactions
from viesti.services.requests import NotAccepted, RecipientRequest, SubmitRequest
from viesti.storage.store import Known, Store, Transaction

ANSWERS = 10  # automatic answers of one service to one address ...
ANSWERS_IN = timedelta(hours=1)  # ... in so long

_WRITTEN_TO = frozenset((AddressKind.INTERNATIONAL, AddressKind.WHATSAPP_USER))

_log = structlog.get_logger()


class AutoReply:
    """Queues answers, for one engine process."""

    def __init__(self, store: Store, limits: Limits, random: Callable[[], float]) -> None:
        self._store = store
        self._limits = limits
        self._random = random
        self._fair = FairClock()

    async def read_clock(self, tx: Transaction) -> None:
        """Learn the virtual time of the queues, so that answers take their fair place in them."""
        for channel_id, lane, tag in await tx.outbox.clocks():
            self._fair.advance(channel_id, Lane(lane), tag)

    async def __call__(
        self,
        tx: Transaction,
        work: Reactions,
        inbound: Inbound,
        service: Service,
        customer: Customer,
        text: str,
    ) -> None:
        """Queue an automatic answer. Senders that can't be answered (names, short codes) get none, and nobody
        gets more than a few an hour, so that two machines don't answer each other for ever."""
        if not text or inbound.source_kind not in _WRITTEN_TO:
            return
        since = work.now - ANSWERS_IN
        given = await tx.inbound.count_answer(service.id, inbound.bucket, inbound.source, work.now, since)
        if given > ANSWERS:
            _log.warning("automatic answer withheld", message=inbound.id, service=service.key, given=ANSWERS)
            return
        values = None
        if parse(text).places:
            values = dict(_values(inbound, work.contact(inbound)))
        request = SubmitRequest(
            dialect="auto_reply",
            customer_id=customer.id,
            application_id=None,
            service_id=service.id,
            sender=inbound.destination,
            text=text,
            recipients=(RecipientRequest(_written_to(inbound), None, values),),
            parent_id=inbound.id,
            quiet=True,
            placeholders=True,
            thread_id=inbound.thread_id,
            protocol=inbound.protocol,
        )
        planned = plan_message(request, work.snapshot, self._limits, work.now, self._random)
        if isinstance(planned, NotAccepted):
            sentences = [problem.sentence for problem in planned.problems]
            _log.warning("automatic answer not sent", message=inbound.id, service=service.key, why=sentences)
            return
        message_id, recipient_id = await self._store.ids.take([customer.bucket] * 2)
        # A consent confirmation goes out although the person has just opted out: the law asks for it.
        known = Known(contacts=work.known(inbound))
        work.rows.add(planned, message_id, [recipient_id], known, self._fair)


def _written_to(inbound: Inbound) -> str:
    """Who wrote, as one who is written to."""
    by_number = inbound.source_kind == AddressKind.INTERNATIONAL
    return "+" + inbound.source if by_number else inbound.source


def _values(inbound: Inbound, contact: Contact | None) -> Iterator[tuple[str, str]]:
    """What places may stand for; the message's own names come last, so that no property takes their place."""
    if contact:
        yield from contact.properties
        known = {
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "company": contact.company,
            "email": contact.email,
            "city": contact.city,
        }
        yield from ((name, value) for name, value in known.items() if value)
    yield "sender", inbound.source
    yield "recipient", inbound.destination
    yield "content", inbound.text
    yield "keyword", inbound.keyword
