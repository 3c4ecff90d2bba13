"""Shows a customer one of his messages with its history.

Rule: whatever is asked for is looked up together with the customer's id; what is another's does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

import msgspec

from viesti.domain.lane import Lane
from viesti.domain.message import Message, Recipient
from viesti.domain.status import Status
from viesti.services import views
from viesti.services.estate import EstateCache
from viesti.services.link_details import link_details
from viesti.services.short_links import ShortLinks
from viesti.services.timeline import timeline
from viesti.services.views import MessageView
from viesti.storage.store import Store, Transaction

RECIPIENTS_SHOWN = 1000
VISITS_SHOWN = 200

_T = TypeVar("_T")


class ShowMessages:
    """Reads messages for their customer. Every call raises `StoreUnavailable` when the store is away."""

    def __init__(self, store: Store, estate: EstateCache, short_links: ShortLinks) -> None:
        self._store = store
        self._estate = estate
        self._short_links = short_links

    async def one(self, identifier: int, customer_id: int) -> MessageView | None:
        """The message of this id, or the message of the recipient of this id with that recipient alone."""
        async with self._store.transaction() as tx:
            message = await tx.messages.message(identifier, customer_id)
            if message is not None:
                shown = await tx.messages.recipients_of(identifier, RECIPIENTS_SHOWN)
                counts = await tx.messages.standings(identifier)
                return await self._view(tx, message, shown, counts)
            recipient = await tx.messages.recipient(identifier, customer_id)
            if recipient is None:
                return None
            message = await tx.messages.message(recipient.message_id, customer_id)
            counts = {recipient.status: 1}
            return await self._view(tx, message, [recipient], counts) if message else None

    async def _view(
        self,
        tx: Transaction,
        message: Message,
        recipients: list[Recipient],
        counts: Mapping[Status, int],
    ) -> MessageView:
        ids = [recipient.id for recipient in recipients]
        parts = await tx.messages.parts_of(ids)
        receipts = await tx.messages.receipts_of(ids)
        events = await tx.messages.events_of([message.id, *ids])
        callbacks = await tx.callbacks.of_subjects(ids)
        links = await link_details(tx, self._short_links, ids) if message.link_base else {}
        visits = await tx.clicks.visits(ids, VISITS_SHOWN) if links else []
        held = await tx.held.reasons([r.id for r in recipients if r.status is Status.FROZEN])
        routes = await tx.messages.route_keys([r.route_id for r in recipients if r.route_id is not None])
        estate = self._estate.current.estate
        channels = {channel.id: channel.key for channel in estate.channels.values()}
        parts_by = _by((part.recipient_id, views.part_view(part, channels)) for part in parts)
        receipts_by = _by((r["recipient_id"], views.receipt_view(r, channels)) for r in receipts)
        callbacks_by = _by((c["subject_id"], views.callback_view(c)) for c in callbacks)
        service = estate.services.get(message.service_id) if message.service_id else None
        application = estate.applications.get(message.application_id) if message.application_id else None
        user = estate.users.get(message.user_id) if message.user_id else None
        return MessageView(
            id=message.id,
            protocol=message.protocol,
            sender=message.sender,
            text=message.text,
            content=msgspec.json.decode(message.content) if message.content else None,
            fallback=_shown_fallback(message.fallback),
            created_at=message.created_at,
            send_at=message.send_at,
            service=service.key if service else None,
            application=application.key if application else None,
            user=user.email if user else None,
            interface=message.dialect,
            lane=Lane(message.lane).name.lower(),
            request_id=message.request_id,
            customer_data=message.customer_data,
            quiet=message.quiet,
            parent_id=message.parent_id,
            thread_id=message.thread_id,
            campaign_id=message.campaign_id,
            recipient_count=message.recipient_count,
            part_count=message.part_count,
            counts=counts,
            currency=message.currency,
            cost=_sum(recipient.cost for recipient in recipients),
            cost_gbp=_sum(recipient.cost_gbp for recipient in recipients),
            recipients=tuple(
                views.recipient_view(
                    r,
                    channels,
                    routes,
                    parts_by[r.id],
                    receipts_by[r.id],
                    callbacks_by[r.id],
                    held.get(r.id),
                    self._sent_text(message, r),
                    links.get(r.id, ()),
                )
                for r in recipients
            ),
            timeline=timeline(message, recipients, parts, receipts, events, callbacks, visits, channels),
        )

    def _sent_text(self, message: Message, recipient: Recipient) -> str | None:
        """What went out to a recipient, None when it is the message's text."""
        if recipient.fell_back_after is not None and message.fallback:
            return message.fallback["text"]
        if message.link_base is None:
            return recipient.text
        text = message.text if recipient.text is None else recipient.text
        return self._short_links.sent_text(recipient.id, text, message.link_base, message.link_rule)


def _shown_fallback(fallback: Mapping[str, str] | None) -> Mapping[str, str] | None:
    return {name: fallback[name] for name in ("text", "sender")} if fallback else None


def _by(pairs: Iterable[tuple[int, _T]]) -> Mapping[int, tuple[_T, ...]]:
    found: dict[int, tuple[_T, ...]] = defaultdict(tuple)
    for key, value in pairs:
        found[key] += (value,)
    return found


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
