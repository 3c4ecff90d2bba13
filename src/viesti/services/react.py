"""What a service does with an inbound message: consent, automatic answers, callbacks, lists.

Rule: all of it is written in the transaction that writes the message, so that it happens once or not at all;
but an action that fails undoes only itself, and holds up neither the message nor the actions beside it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from viesti.domain.channel import AddressKind
from viesti.domain.consent import LONGEST, ConsentAction
from viesti.domain.estate import WHATSAPP, Customer, Service, ServiceAction
from viesti.domain.inbound_kind import rule_of
from viesti.domain.message import Event, Inbound, Protocol
from viesti.services.auto_reply import AutoReply
from viesti.services.contacts.hold import known_sender, leave_list, list_named
from viesti.services.notify import Notify
from viesti.services.plan import Limits
from viesti.services.reactions import Reactions
from viesti.services.tell.consents import How, Word, record_words
from viesti.storage.store import Store, Transaction

OPENS_THREAD = "open_thread"  # done as the message is stored, which carries its discussion

_log = structlog.get_logger()


class React:
    """The actions of services, for one engine process."""

    def __init__(self, store: Store, limits: Limits, random: Callable[[], float], notify: Notify) -> None:
        self._store = store
        self._notify = notify
        self._answer = AutoReply(store, limits, random)

    async def read_clock(self, tx: Transaction) -> None:
        """Learn the virtual time of the queues, so that answers take their fair place in them."""
        await self._answer.read_clock(tx)

    async def __call__(
        self, tx: Transaction, work: Reactions, inbound: Inbound, service: Service, customer: Customer
    ) -> None:
        """Do what the service does with this message, its consent first."""
        if service.webhook_url:
            await self._owe(work, inbound, service, service.webhook_url, "inbound")
        match inbound.consent:
            case ConsentAction.STOP:
                new = await self._opt_out(tx, work, inbound, customer)
                reply = service.stop_reply if new else ""  # who is out already was told so
            case ConsentAction.START:
                await self._opt_in(tx, work, inbound, customer)
                reply = service.start_reply
            case ConsentAction.HELP:
                reply = service.help_reply
            case _:
                reply = ""
        if reply:
            answer = partial(self._answer, tx, work, inbound, service, customer, reply)
            await _alone(tx, work, inbound, f"{inbound.consent}_reply", answer)
        if not rule_of(inbound.kind).told:
            return
        for action in work.snapshot.actions.get(service.id, ()):
            do = partial(self._act, tx, work, inbound, service, customer, action)
            await _alone(tx, work, inbound, action.kind, do)
        for subscription in work.subscribed(service):
            if not self._notify.concerns(inbound, subscription):
                continue
            identifier = await self._store.ids.one(inbound.bucket)
            writer = work.writer(inbound)
            told = self._notify.subscriber(identifier, inbound, service.key, subscription, writer)
            work.callbacks.append(told)

    async def _act(
        self,
        tx: Transaction,
        work: Reactions,
        inbound: Inbound,
        service: Service,
        customer: Customer,
        action: ServiceAction,
    ) -> None:
        """One action of the service's pipeline."""
        match action.kind:
            case "http_request":
                await self._owe(work, inbound, service, str(action.options["url"]), "http_request")
            case "auto_reply" if inbound.consent is None:
                await self._answer(tx, work, inbound, service, customer, str(action.options["text"]))
            case "add_to_list" if (
                inbound.consent != ConsentAction.STOP and inbound.source_kind != AddressKind.WHATSAPP_USER
            ):  # who is known by a user id alone is no contact
                await self._add_to_list(tx, inbound, customer, str(action.options["list"]))
            case "remove_from_list":
                list_id = await tx.lists.by_name(customer.id, str(action.options["list"]))
                if list_id is not None:
                    await leave_list(tx, customer.id, list_id, inbound.source)
            case "opt_out":
                await self._opt_out(tx, work, inbound, customer)

    async def stop_everywhere(self, tx: Transaction, work: Reactions, inbound: Inbound) -> None:
        """A STOP that no keyword matched counts for everyone who listens at its address."""
        for customer in work.snapshot.listeners.get(inbound.destination, ()):
            await self._opt_out(tx, work, inbound, customer)

    async def _owe(self, work: Reactions, inbound: Inbound, service: Service, url: str, kind: str) -> None:
        identifier = await self._store.ids.one(inbound.bucket)
        work.callbacks.append(self._notify.hook(identifier, inbound, service, url, kind))

    async def _opt_out(self, tx: Transaction, work: Reactions, inbound: Inbound, customer: Customer) -> bool:
        """Gives whether he was not out already."""
        at = inbound.received_at
        new = await tx.consents.opt_out([(customer.id, customer.bucket, inbound.source, "all", at)])
        await self._consent(tx, work, inbound, customer, opted_in=False, new=bool(new))
        return bool(new)

    async def _opt_in(self, tx: Transaction, work: Reactions, inbound: Inbound, customer: Customer) -> None:
        await tx.consents.opt_in([(customer.id, inbound.source, "all")])
        if inbound.protocol == Protocol.WHATSAPP:  # he lets this identity of ours write to him
            await tx.consents.set_channel(
                [
                    (
                        *(customer.id, customer.bucket, WHATSAPP, inbound.destination, inbound.source),
                        *(True, inbound.received_at),
                    )
                ]
            )
        await self._consent(tx, work, inbound, customer, opted_in=True, new=True)

    async def _consent(
        self,
        tx: Transaction,
        work: Reactions,
        inbound: Inbound,
        customer: Customer,
        *,
        opted_in: bool,
        new: bool,
    ) -> None:
        words = inbound.text[:LONGEST]
        word = Word(
            customer=customer,
            address=inbound.source,
            opted_in=opted_in,
            scope="all",
            at=inbound.received_at,
            source=inbound.protocol,
            evidence=f"inbound message {inbound.id}: {words}",
            how=How.MESSAGE,
            new=new,
            words=words,
            identity=inbound.destination,
            inbound_id=inbound.id,
        )
        work.owed += await record_words(tx, self._store, [word])

    async def _add_to_list(self, tx: Transaction, inbound: Inbound, customer: Customer, name: str) -> None:
        contact_id = await known_sender(tx, self._store, inbound, customer)
        list_id = await list_named(tx, self._store, customer, name)
        await tx.lists.add(list_id, customer.bucket, [contact_id], True, inbound.received_at)
        await tx.lists.set_active(list_id, [contact_id], True)


async def _alone(
    tx: Transaction, work: Reactions, inbound: Inbound, name: str, do: Callable[[], Awaitable[None]]
) -> None:
    """Do one thing; when it fails it is as if it had not been begun, and the message's history says so."""
    before = work.lengths()
    error = await tx.attempt(do)
    if error is not None:
        work.cut_back(before)
        work.events.append(Event(inbound.id, work.now, "action_failed", {"action": name}))
        _log.error("an action of a service failed", message=inbound.id, action=name, exc_info=error)
