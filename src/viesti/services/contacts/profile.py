"""Shows a person everything that a customer knows of a contact.

Rule: only contacts of customers that the person works for can be found; every other is as one that does not
exist.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from viesti.domain.estate import Customer, User
from viesti.domain.message import HeldReason
from viesti.domain.status import Status
from viesti.services.contacts.seen import ContactSeen, find, see
from viesti.services.contacts.tags import TagOfContact
from viesti.services.estate import EstateCache
from viesti.services.record_consent import ConsentSeen, see_consent
from viesti.services.sms.read import ReadSms
from viesti.services.sms.seen import SmsFilter, SmsSeen
from viesti.storage.store import Store

MESSAGES_SHOWN = 30  # the newest, either way
LEDGER_SHOWN = 30  # the newest lines


class Profile(msgspec.Struct, frozen=True):
    """A contact. `consent` None: it has no number; `messages`: the newest first; `held`: why those are that
    are frozen."""

    customer: Customer
    seen: ContactSeen
    tags: list[TagOfContact]
    consent: ConsentSeen | None
    messages: list[SmsSeen]
    held: Mapping[int, HeldReason]


class ShowProfile:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache, sms: ReadSms) -> None:
        self._store = store
        self._estate = estate
        self._sms = sms

    async def __call__(self, user: User, contact_id: int) -> Profile | None:
        """The contact of this id, if a customer of the person's has it."""
        customers = self._estate.current.estate.customers
        own = [identifier for identifier in user.customers if customers[identifier].enabled]
        async with self._store.statements() as tx:
            owner = await tx.contacts.owner(own, contact_id)
            customer = customers[owner] if owner is not None else None
            contact = await find(tx, customer, contact_id) if customer else None
            if customer is None or contact is None:
                return None
            [seen] = await see(tx, customer, [contact])
            tags = [TagOfContact(*row) for row in await tx.lists.tags_of(customer.id, contact_id)]
        if contact.phone is None:
            return Profile(customer, seen, tags, None, [], {})
        consent = await see_consent(self._store, customer, contact.phone, LEDGER_SHOWN)
        messages = await self._sms.page(customer.id, SmsFilter(number=contact.phone, limit=MESSAGES_SHOWN))
        frozen = [sms.id for sms in messages if sms.status is Status.FROZEN]
        held: Mapping[int, HeldReason] = {}
        if frozen:
            async with self._store.statements() as tx:
                held = await tx.held.reasons(frozen)
        return Profile(customer, seen, tags, consent, messages, held)
