"""Makes a contact in a group.

Rule: somebody is in a group once. Who is in the customer's book already is added, with what is newly said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from viesti.domain.contact import GROUP, Contact
from viesti.domain.estate import Customer, Service
from viesti.services.contacts.fields import ContactFields, check, over, too_many_properties
from viesti.services.contacts.hold import hold_contact, list_of_group
from viesti.services.contacts.numbers import read_number
from viesti.services.refusals import Invalid, Taken
from viesti.storage.store import Store, Transaction


class CreateInGroup:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def __call__(
        self,
        customer: Customer,
        service: Service,
        phone: str,
        regions: Sequence[str],
        fields: ContactFields,
        active: bool,
    ) -> int | Taken | Invalid:
        """The contact's id. `regions`: two-letter codes that the number may be of, in order."""
        digits = read_number(customer, phone, regions)
        problems = check(fields)
        if isinstance(digits, list):
            return Invalid((*digits, *problems))
        if problems:
            return Invalid(tuple(problems))
        now = self._now()
        identifier = await self._store.ids.one(customer.bucket)
        blank = Contact(
            id=identifier,
            bucket=customer.bucket,
            customer_id=customer.id,
            phone=digits,
            source=GROUP,
            created_at=now,
        )
        made = over(blank, fields, None)
        outcome: list[int | Taken | Invalid] = []

        async def work(tx: Transaction) -> None:
            list_id = await list_of_group(tx, self._store, customer, service)
            outcome.append(await self._join(tx, made, fields, list_id, active, now))

        await self._store.run(work)
        return outcome[-1]

    @staticmethod
    async def _join(
        tx: Transaction, made: Contact, fields: ContactFields, list_id: int, active: bool, now: datetime
    ) -> int | Taken | Invalid:
        found = await hold_contact(tx, made)
        if found != made.id:
            if await tx.lists.member(list_id, found):
                return Taken("phone", f"+{made.phone} is in this group already.")
            known = await tx.contacts.lock_phone(made.customer_id, made.phone or "")
            assert known is not None  # held by the statement before
            changed = over(known, fields, now)
            if objection := too_many_properties(changed):
                return Invalid((objection,))
            await tx.contacts.write([changed])
        await tx.lists.add(list_id, made.bucket, [found], active, now)
        return found
