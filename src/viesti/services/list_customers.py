"""The customers that somebody works for.

Rule: it is read from the snapshot, so who joins or leaves a customer sees it at once.
"""

from __future__ import annotations

from viesti.domain.estate import Customer, User
from viesti.services.estate import Snapshot


def customers_of(snapshot: Snapshot, user: User) -> list[Customer]:
    """Those that are enabled, by name."""
    customers = (snapshot.estate.customers.get(identifier) for identifier in user.customers)
    found = [customer for customer in customers if customer is not None and customer.enabled]
    return sorted(found, key=lambda customer: (customer.name.casefold(), customer.id))
