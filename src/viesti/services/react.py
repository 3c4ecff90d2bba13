"""What a service does with an inbound message: consent, automatic answers, callbacks, lists.

Rule: all of it is written in the transaction that writes the message, so that it happens once or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from viesti.domain.channel import AddressKind
from viesti.domain.consent import ConsentAction
from viesti.domain.estate import Customer, Service
from viesti.domain.fair import FairClock
from viesti.domain.lane import Lane
from viesti.domain.message import Callback, Inbound
from viesti.services.accept_rows import AcceptRows
from viesti.services.contacts.hold import known_sender, list_named
from viesti.services.estate import Snapshot
from viesti.services.plan import Limits, plan
from viesti.services.publish import inbound_callback
from viesti.services.requests import NotAccepted, RecipientRequest, SubmitRequest
from viesti.storage.store import Store, Transaction

ANSWERS = 10  # automatic answers of one service to one address ...
ANSWERS_IN = timedelta(hours=1)  # ... in so long

_log = structlog.get_logger()


class Reactions:
    """What one run writes besides the messages themselves."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.rows = AcceptRows()
        self.callbacks: list[Callback] = []


class React:
    """The actions of services, for one engine process."""

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
        self, tx: Transaction, work: Reactions, inbound: Inbound, service: Service, customer: Customer
    ) -> None:
        """Do what the service does with this message, its consent first."""
        if service.webhook_url:
            await self._owe(work, inbound, service, service.webhook_url, "inbound")
        match inbound.consent:
            case ConsentAction.STOP:
                await self._opt_out(tx, inbound, customer)
                await self._answer(tx, work, inbound, service, customer, service.stop_reply)
            case ConsentAction.START:
                await self._opt_in(tx, inbound, customer)
                await self._answer(tx, work, inbound, service, customer, service.start_reply)
            case ConsentAction.HELP:
                await self._answer(tx, work, inbound, service, customer, service.help_reply)
        for action in work.snapshot.actions.get(service.id, ()):
            match action.kind:
                case "http_request":
                    await self._owe(work, inbound, service, str(action.options["url"]), "http_request")
                case "auto_reply" if inbound.consent is None:
                    await self._answer(tx, work, inbound, service, customer, str(action.options["text"]))
                case "add_to_list" if inbound.consent != ConsentAction.STOP:
                    await self._add_to_list(tx, inbound, customer, str(action.options["list"]))
                case "opt_out":
                    await self._opt_out(tx, inbound, customer)

    async def stop_everywhere(self, tx: Transaction, work: Reactions, inbound: Inbound) -> None:
        """A STOP that no keyword matched counts for everyone who listens at its address."""
        for customer in work.snapshot.listeners.get(inbound.destination, ()):
            await self._opt_out(tx, inbound, customer)

    async def _owe(self, work: Reactions, inbound: Inbound, service: Service, url: str, kind: str) -> None:
        identifier = await self._store.ids.one(inbound.bucket)
        work.callbacks.append(inbound_callback(identifier, inbound, url, kind, service.key))

    async def _opt_out(self, tx: Transaction, inbound: Inbound, customer: Customer) -> None:
        at = inbound.received_at
        await tx.consents.opt_out([(customer.id, customer.bucket, inbound.source, "all", at)])
        await self._consent(tx, inbound, customer, "stop")

    async def _opt_in(self, tx: Transaction, inbound: Inbound, customer: Customer) -> None:
        await tx.consents.opt_in([(customer.id, inbound.source, "all")])
        await self._consent(tx, inbound, customer, "start")

    async def _consent(self, tx: Transaction, inbound: Inbound, customer: Customer, action: str) -> None:
        identifier = await self._store.ids.one(customer.bucket)
        evidence = f"inbound message {inbound.id}"
        await tx.consents.add_consents(
            [
                (
                    identifier,
                    customer.bucket,
                    customer.id,
                    inbound.source,
                    action,
                    "all",
                    inbound.received_at,
                    "sms",
                    evidence,
                )
            ]
        )

    async def _add_to_list(self, tx: Transaction, inbound: Inbound, customer: Customer, name: str) -> None:
        contact_id = await known_sender(tx, self._store, inbound, customer)
        list_id = await list_named(tx, self._store, customer, name)
        await tx.lists.add(list_id, customer.bucket, [contact_id], True, inbound.received_at)
        await tx.lists.set_active(list_id, [contact_id], True)

    async def _answer(
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
        if not text or inbound.source_kind != AddressKind.INTERNATIONAL:
            return
        since = work.now - ANSWERS_IN
        given = await tx.inbound.count_answer(service.id, inbound.bucket, inbound.source, work.now, since)
        if given > ANSWERS:
            _log.warning("automatic answer withheld", message=inbound.id, service=service.key, given=ANSWERS)
            return
        request = SubmitRequest(
            dialect="auto_reply",
            customer_id=customer.id,
            application_id=None,
            service_id=service.id,
            sender=inbound.destination,
            text=text,
            recipients=(RecipientRequest("+" + inbound.source),),
            parent_id=inbound.id,
            quiet=True,
        )
        planned = plan(request, work.snapshot, self._limits, work.now, self._random)
        if isinstance(planned, NotAccepted):
            sentences = [problem.sentence for problem in planned.problems]
            _log.warning("automatic answer not sent", message=inbound.id, service=service.key, why=sentences)
            return
        message_id, recipient_id = await self._store.ids.take([customer.bucket] * 2)
        # A consent confirmation goes out although the person has just opted out: the law asks for it.
        work.rows.add(planned, message_id, [recipient_id], {}, self._fair)
