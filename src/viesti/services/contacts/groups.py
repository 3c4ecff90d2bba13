"""The groups of a customer: its services of that kind, and how many are in each.

Rule: what is switched off is not shown.
"""

from __future__ import annotations

from typing import NamedTuple

from viesti.domain.estate import Customer, Service
from viesti.services.estate import EstateCache
from viesti.services.list_services import services_of
from viesti.storage.store import Store

GROUP = "Group"  # the kind of service


class GroupSeen(NamedTuple):
    """A group, how many contacts it has, and how many of them are written to by way of it."""

    service: Service
    contacts: int
    active: int


class ListGroups:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    async def __call__(self, customer: Customer) -> list[GroupSeen]:
        """The customer's groups, by name."""
        services = services_of(self._estate.current, customer.id, GROUP)
        async with self._store.statements() as tx:
            sizes = await tx.lists.sizes_of_services([service.id for service in services])
        return [GroupSeen(service, *sizes.get(service.id, (0, 0))) for service in services]
