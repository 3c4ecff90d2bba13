"""Owes the calls to flows that want to know of what is sent.

Rule: written in the transaction that accepts the message, so that a flow is called for it exactly when it is
stored; rendered once. Not for what a call marked as a flow's own (`quiet`), nor for what is held or not sent.
"""

from __future__ import annotations

from collections.abc import Iterator

from viesti.domain.message import Callback, Message, Recipient
from viesti.domain.status import Status
from viesti.services.accept_rows import AcceptRows
from viesti.services.notify_txtsync import DIALECT as TXTSYNC
from viesti.services.notify_txtsync import OutboundSms, Person, outbound_body
from viesti.services.short_links import ShortLinks
from viesti.storage.store import Known, Store, Subscription, Transaction

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
        """Owe them, in a transaction; gives how many are owed. No subscription ends meanwhile."""
        messages = {message.id: message for message in rows.messages if not message.quiet}
        telling = [
            (messages[recipient.message_id], recipient)
            for recipient in rows.recipients
            if recipient.status in _GOES_OUT
            and recipient.message_id in messages
            and recipient.customer_id in known.subscribed
        ]
        if not telling:
            return 0
        subscriptions = await tx.subscriptions.of_services(
            sorted({message.customer_id for message, _ in telling}),
            sorted({message.service_id for message, _ in telling if message.service_id is not None}),
            "outbound",
        )
        owed = [
            (message, recipient, subscription)
            for message, recipient in telling
            for subscription in _subscribers(subscriptions, message)
        ]
        ids = await self._store.ids.take([recipient.bucket for _, recipient, _ in owed])
        await tx.callbacks.add(
            [
                self._callback(identifier, message, recipient, subscription, known)
                for identifier, (message, recipient, subscription) in zip(ids, owed, strict=True)
            ]
        )
        return len(owed)

    def _callback(
        self,
        identifier: int,
        message: Message,
        recipient: Recipient,
        subscription: Subscription,
        known: Known,
    ) -> Callback:
        stored = message.text if recipient.text is None else recipient.text
        sms = OutboundSms(
            id=recipient.id,
            sender=message.sender,
            address=recipient.address,
            text=self._short_links.sent_text(recipient.id, stored, message.link_base, message.link_rule),
            created_at=message.created_at,
        )
        person = Person.of(known.contacts.get((recipient.customer_id, recipient.address)))
        return Callback(
            id=identifier,
            bucket=recipient.bucket,
            customer_id=recipient.customer_id,
            subject_id=recipient.id,
            kind="http_request",
            method="POST",
            url=subscription.url_sealed,
            body=_BODIES[subscription.dialect](sms, person),
            due_at=message.created_at,
            created_at=message.created_at,
            subscription_id=subscription.id,
            apart=True,
        )


def _subscribers(subscriptions: list[Subscription], message: Message) -> Iterator[Subscription]:
    for subscription in subscriptions:
        if subscription.customer_id == message.customer_id and subscription.service_id in (
            None,
            message.service_id,
        ):
            yield subscription
