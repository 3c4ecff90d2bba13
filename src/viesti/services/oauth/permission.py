"""Who may be acted for by which program, judged by the estate as it is now.

Rule: signing in, exchanging, refreshing and every call ask here, so a change of the estate holds at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from viesti.domain.estate import Customer, OAuthClient, User
from viesti.services.estate import Snapshot


@dataclass(frozen=True, slots=True)
class NotPermitted:
    """A person that may not sign in for connectors. `allowed`: an administrator did allow it, but there is
    no customer that this program could see."""

    allowed: bool
    customers: tuple[Customer, ...]
    ask: tuple[User, ...]  # people who can change it


def customers_seen(snapshot: Snapshot, user: User, client: OAuthClient) -> tuple[Customer, ...]:
    """The customers a program would see through this person, by name. A customer's own program sees that
    customer alone."""
    customers = (snapshot.estate.customers[identifier] for identifier in user.customers)
    return _by_name(
        customer for customer in customers if customer.enabled and client.customer_id in (None, customer.id)
    )


def not_permitted(snapshot: Snapshot, user: User, client: OAuthClient) -> NotPermitted | None:
    """Why this person can't let this program act for him; None when he can."""
    seen = customers_seen(snapshot, user, client)
    if user.connector_sign_in and seen:
        return None
    own = _by_name(snapshot.estate.customers[identifier] for identifier in user.customers)
    return NotPermitted(user.connector_sign_in, own, _to_ask(snapshot, user))


def _to_ask(snapshot: Snapshot, user: User) -> tuple[User, ...]:
    """The managers of his customers, else the platform's administrators."""
    others = [other for other in snapshot.estate.users.values() if other.enabled and other.id != user.id]
    managers = [
        other
        for other in others
        if any(other.customers.get(customer) == "manager" for customer in user.customers)
    ]
    found = managers or [other for other in others if other.administrator]
    return tuple(sorted(found, key=lambda each: (each.name, each.email)))


def _by_name(customers: Iterable[Customer]) -> tuple[Customer, ...]:
    return tuple(sorted(customers, key=lambda each: (each.name, each.key)))
