"""What one run of inbound messages writes besides the messages themselves.

Rule: what an action added is taken away again when it fails, so that nothing half done is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from viesti.domain.contact import Contact, KnownContact
from viesti.domain.estate import Service
from viesti.domain.message import Callback, Event, Inbound
from viesti.domain.purse import Purse
from viesti.services.accept_rows import AcceptRows
from viesti.services.estate import Snapshot
from viesti.services.notify import Writer
from viesti.storage.store import LastSent, Subscription


class Reactions:
    """Gathered for one transaction. `subscriptions`: who is called when a message comes in; `contacts` and
    `last`: who writes, and what was last sent to them, by customer and address; `purse`: what customers may
    still spend on automatic answers, where that is known."""

    def __init__(self, snapshot: Snapshot, now: datetime, purse: Purse | None = None) -> None:
        self.snapshot = snapshot
        self.now = now
        self.rows = AcceptRows(purse)
        self.callbacks: list[Callback] = []
        self.events: list[Event] = []
        self.subscriptions: Sequence[Subscription] = ()
        self.contacts: Mapping[tuple[int, str], Contact] = {}
        self.owed = 0  # calls that were written already
        self.last: Mapping[tuple[int, str], LastSent] = {}

    def contact(self, inbound: Inbound) -> Contact | None:
        """Who wrote, if he is a contact."""
        return self.contacts.get((inbound.customer_id or 0, inbound.source))

    def known(self, inbound: Inbound) -> Mapping[tuple[int, str], KnownContact]:
        """Who wrote, for what is sent to him."""
        contact = self.contact(inbound)
        return {(contact.customer_id, inbound.source): KnownContact.of(contact)} if contact else {}

    def writer(self, inbound: Inbound) -> Writer:
        """Who wrote, for those who are told."""
        return Writer(self.contact(inbound), self.last.get((inbound.customer_id or 0, inbound.source)))

    def subscribed(self, service: Service) -> Iterator[Subscription]:
        """The subscriptions to messages of this service."""
        for subscription in self.subscriptions:
            if subscription.customer_id == service.customer_id and (
                subscription.service_id is None or subscription.service_id == service.id
            ):
                yield subscription

    def lengths(self) -> tuple[int, ...]:
        """How much there is now, for `cut_back`."""
        return tuple(len(gathered) for gathered in self._all())

    def cut_back(self, lengths: Sequence[int]) -> None:
        """Take away what was added since."""
        for gathered, length in zip(self._all(), lengths, strict=True):
            del gathered[length:]

    def _all(self) -> tuple[list[Any], ...]:
        rows = self.rows
        of_messages = rows.messages, rows.recipients, rows.queued, rows.held, rows.counts
        return *of_messages, rows.skipped, rows.fallbacks, self.callbacks, self.events
