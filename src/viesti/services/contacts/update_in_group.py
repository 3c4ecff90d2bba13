"""Changes what is known of a contact in a group, and whether the group's messages go to him.

Rule: what is left out stays as it is; the contact is the same in all groups, `active` is the group's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from viesti.domain.estate import Customer, Service
from viesti.services.contacts.fields import ContactFields, check, over, too_many_properties
from viesti.services.contacts.numbers import read_number
from viesti.services.refusals import Invalid
from viesti.storage.store import Store, Transaction


class UpdateInGroup:
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
        active: bool | None,
    ) -> bool | Invalid:
        """Whether he is in the group. `active` None: as it is."""
        digits = read_number(customer, phone, regions)
        problems = check(fields)
        if isinstance(digits, list):
            return Invalid((*digits, *problems))
        if problems:
            return Invalid(tuple(problems))
        number = digits
        now = self._now()
        outcome: list[bool | Invalid] = []

        async def work(tx: Transaction) -> None:
            outcome.append(await self._change(tx, customer, service, number, fields, active, now))

        await self._store.run(work)
        return outcome[-1]

    @staticmethod
    async def _change(
        tx: Transaction,
        customer: Customer,
        service: Service,
        digits: str,
        fields: ContactFields,
        active: bool | None,
        now: datetime,
    ) -> bool | Invalid:
        list_id = await tx.lists.of_service(service.id)
        known = await tx.contacts.lock_phone(customer.id, digits) if list_id else None
        if list_id is None or known is None or await tx.lists.member(list_id, known.id) is None:
            return False
        if fields.given():
            changed = over(known, fields, now)
            if objection := too_many_properties(changed):
                return Invalid((objection,))
            await tx.contacts.write([changed])
        if active is not None:
            await tx.lists.set_active(list_id, [known.id], active)
        return True
