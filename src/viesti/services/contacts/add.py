"""Adds a contact.

Rule: a number and a reference are of one contact each. Somebody whom only an inbound message or a group
brought into the book is no obstacle: he is given what is newly said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from msgspec import UNSET, UnsetType

from viesti.domain.contact import API, GROUP, INBOUND, Contact
from viesti.domain.estate import Customer
from viesti.services.contacts.allowing import allow
from viesti.services.contacts.fields import ContactFields, check, over, too_many_properties
from viesti.services.contacts.numbers import read_number
from viesti.services.contacts.seen import ContactSeen, see
from viesti.services.contacts.tagging import held_tags, tag_problems
from viesti.services.refusals import Invalid, Taken
from viesti.storage.store import Store, Transaction

Added = ContactSeen | Taken | Invalid


class AddContact:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(
        self,
        customer: Customer,
        application_id: int,
        number: str,
        fields: ContactFields,
        tags: Sequence[str],
        allow_sms: bool | UnsetType,
    ) -> Added:
        """The contact. `application_id`: who says so; `tags`: names of tags that he gets, made when new."""
        digits = read_number(customer, number, ())
        problems = [*check(fields), *tag_problems(tags)]
        if isinstance(digits, list):
            return Invalid((*digits, *problems))
        if problems:
            return Invalid(tuple(problems))
        now = self._now()
        blank = Contact(
            id=await self._store.ids.one(customer.bucket),
            bucket=customer.bucket,
            customer_id=customer.id,
            phone=digits,
            source=API,
            created_at=now,
        )
        outcome: list[Added] = []

        async def work(tx: Transaction) -> None:
            made = await self._made(tx, customer, blank, fields, tags, now)
            if isinstance(made, Contact):
                if allow_sms is not UNSET:
                    evidence = f"application {application_id}, contact {made.id}"
                    await allow(tx, self._store, customer, {digits: allow_sms}, "txtsync", evidence, now)
                outcome.extend(await see(tx, customer, [made]))
            else:
                outcome.append(made)

        await self._store.run(work)
        return outcome[-1]

    async def _made(
        self,
        tx: Transaction,
        customer: Customer,
        blank: Contact,
        fields: ContactFields,
        tags: Sequence[str],
        now: datetime,
    ) -> Contact | Taken | Invalid:
        assert blank.phone
        known = await tx.contacts.lock_phone(customer.id, blank.phone)
        if known and await tx.contacts.delete_unlisted([known.id]):
            known = None  # an emptied group was all that kept him
        if known and (known.source not in (GROUP, INBOUND) or known.external_reference):
            return Taken("phone", f"+{blank.phone} is the number of contact {known.id} already.")
        contact = over(known or blank, fields, now if known else None)
        if reference := contact.external_reference:
            others = await tx.contacts.by_reference(customer.id, [reference])
            if others and others[0].id != contact.id:
                return Taken("external_reference", f"It is the reference of contact {others[0].id} already.")
        if objection := too_many_properties(contact):
            return Invalid((objection,))
        lists = await held_tags(tx, self._store, customer, tags) if tags else []
        if not isinstance(lists, list):
            return Invalid((lists,))
        return await self._written(tx, customer, contact, known, lists, now)

    @staticmethod
    async def _written(
        tx: Transaction,
        customer: Customer,
        contact: Contact,
        known: Contact | None,
        lists: Sequence[int],
        now: datetime,
    ) -> Contact | Taken:
        if known:
            contact = replace(contact, source=API)  # the customer's own now, whatever brought him
            await tx.contacts.write([contact])
        elif (await tx.contacts.put([contact]))[customer.id, contact.phone or ""] != contact.id:
            return Taken("phone", f"+{contact.phone} has just become a contact.")
        for list_id in lists:
            await tx.lists.add(list_id, customer.bucket, [contact.id], True, now)
        return contact
