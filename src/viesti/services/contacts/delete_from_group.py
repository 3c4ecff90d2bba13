"""Takes a contact out of a group.

Rule: what a group made goes when no list holds it any more; what is known otherwise stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from viesti.domain.estate import Customer, Service
from viesti.services.contacts.hold import leave_list
from viesti.services.contacts.numbers import read_number
from viesti.services.refusals import Invalid
from viesti.storage.store import Store, Transaction


class DeleteFromGroup:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self, customer: Customer, service: Service, phone: str, regions: Sequence[str] = ()
    ) -> bool | Invalid:
        """Whether he was in the group."""
        digits = read_number(customer, phone, regions)
        if isinstance(digits, list):
            return Invalid(tuple(digits))
        number = digits
        outcome: list[bool] = []

        async def work(tx: Transaction) -> None:
            list_id = await tx.lists.of_service(service.id)
            outcome.append(list_id is not None and await leave_list(tx, customer.id, list_id, number))

        await self._store.run(work)
        return outcome[-1]
