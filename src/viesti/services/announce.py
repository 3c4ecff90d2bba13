"""Owes the calls to flows that want to know of what is sent.

Rule: written in the transaction that queues the message, so that a flow is called for it exactly when it will
be sent; rendered once. Not for what a call marked as a flow's own (`quiet`), nor for what is no SMS, held or
never sent: what waited for the balance is told when it is released, what was held as a loop is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from viesti.domain.contact import KnownContact
from viesti.domain.message import Callback, Message, Protocol, Recipient
from viesti.domain.status import Status
from viesti.services.accept_rows import AcceptRows
from viesti.services.notify_txtsync import DIALECT as TXTSYNC
from viesti.services.notify_txtsync import OutboundSms, Person, outbound_body
from viesti.services.short_links import ShortLinks
from viesti.storage.store import Known, Store, Subscription, Transaction, Untold

_GOES_OUT = frozenset((Status.QUEUED, Status.SCHEDULED))
_BODIES = {TXTSYNC: outbound_body}


class Announce:
    """Owes these calls, for one process."""

    def __init__(self, store: Store, short_links: ShortLinks) -> None:
        self._store = store
        self._short_links = short_links

    @staticmethod
    def wanted(rows: AcceptRows, known: Known) -> bool:
        """Whether anybody may want to know of these rows."""
        return bool(known.subscribed) and any(
            message.customer_id in known.subscribed and not message.quiet for message in rows.messages
        )

    async def __call__(self, tx: Transaction, rows: AcceptRows, known: Known) -> int:
        """Owe them for what is accepted, in a transaction; gives how many are owed. No subscription ends
        meanwhile."""
        messages = {m.id: m for m in rows.messages if not m.quiet and m.protocol == Protocol.SMS}
        telling = [
            _untold(messages[recipient.message_id], recipient)
            for recipient in rows.recipients
            if recipient.status in _GOES_OUT
            and recipient.message_id in messages
            and recipient.customer_id in known.subscribed
        ]
        at = rows.messages[0].created_at
        return await self._owe(tx, telling, known.contacts, at) if telling else 0

    async def released(self, tx: Transaction, ids: Sequence[int], at: datetime) -> int:
        """Owe them for recipients that waited and are queued now; gives how many are owed."""
        telling = await tx.sent_to.untold(ids) if ids else []
        if not telling:
            return 0
        known = await tx.people.known({(one.customer_id, one.address) for one in telling})
        telling = [one for one in telling if one.customer_id in known.subscribed]
        return await self._owe(tx, telling, known.contacts, at) if telling else 0

    async def _owe(
        self,
        tx: Transaction,
        telling: Sequence[Untold],
        contacts: Mapping[tuple[int, str], KnownContact],
        at: datetime,
    ) -> int:
        subscriptions = await tx.subscriptions.of_services(
            sorted({one.customer_id for one in telling}),
            sorted({one.service_id for one in telling if one.service_id is not None}),
            "outbound",
        )
        owed = [(one, each) for one in telling for each in _subscribers(subscriptions, one)]
        ids = await self._store.ids.take([one.bucket for one, _ in owed])
        callbacks = []
        for identifier, (one, subscription) in zip(ids, owed, strict=True):
            person = Person.of(contacts.get((one.customer_id, one.address)))
            callbacks.append(self._callback(identifier, one, subscription, person, at))
        await tx.callbacks.add(callbacks)
        return len(callbacks)

    def _callback(
        self, identifier: int, one: Untold, subscription: Subscription, person: Person, at: datetime
    ) -> Callback:
        text = self._short_links.sent_text(one.id, one.text, one.link_base, one.link_rule)
        sms = OutboundSms(one.id, one.sender, one.address, text, one.created_at)
        return Callback(
            id=identifier,
            bucket=one.bucket,
            customer_id=one.customer_id,
            subject_id=one.id,
            kind="http_request",
            method="POST",
            url=subscription.url_sealed,
            body=_BODIES[subscription.dialect](sms, person),
            due_at=at,
            created_at=at,
            subscription_id=subscription.id,
            apart=True,
        )


def _untold(message: Message, recipient: Recipient) -> Untold:
    return Untold(
        id=recipient.id,
        bucket=recipient.bucket,
        customer_id=recipient.customer_id,
        service_id=message.service_id,
        sender=message.sender,
        address=recipient.address,
        text=message.text if recipient.text is None else recipient.text,
        link_base=message.link_base,
        link_rule=message.link_rule,
        created_at=message.created_at,
    )


def _subscribers(subscriptions: Sequence[Subscription], one: Untold) -> Iterator[Subscription]:
    for each in subscriptions:
        if each.customer_id == one.customer_id and each.service_id in (None, one.service_id):
            yield each
