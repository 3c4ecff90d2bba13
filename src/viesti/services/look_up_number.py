"""Looks a number up: its forms, what it is, who has it, whether it may be written to, what that costs.

Rule: what was written is read as it would be for a message; what is no number is an answer, and no error.
Nothing is asked of anybody else, and nothing is stored.
"""

from __future__ import annotations

from typing import NamedTuple

from viesti.domain.address import Address, AddressProblem, normalise
from viesti.domain.contact import KnownContact
from viesti.domain.estate import Customer, Service
from viesti.domain.numbering import Forms, forms
from viesti.domain.pricing import Cost
from viesti.domain.sender import Sender, parse_sender
from viesti.services.estate import EstateCache
from viesti.storage.store import Store


class NumberSeen(NamedTuple):
    """A number. `opted_out`: of what (all, marketing), or None; `routed`: a route leads to it; `per_part`:
    the price of one part on it, None when nobody says."""

    address: Address
    forms: Forms
    opted_out: str | None
    contact: KnownContact | None
    routed: bool
    per_part: Cost | None


class LookUpNumber:
    """Raises `StoreUnavailable`."""

    def __init__(self, store: Store, estate: EstateCache) -> None:
        self._store = store
        self._estate = estate

    async def __call__(
        self, customer: Customer, service: Service | None, written: str, region: str
    ) -> NumberSeen | AddressProblem:
        """What there is to know. `service`: what would be sent with; `region`: of a national number ('': the
        customer's own), which must be one of `REGIONS`."""
        address = normalise(written, (region or customer.default_region,))
        if isinstance(address, AddressProblem):
            return address
        whom = (customer.id, address.digits)
        async with self._store.statements() as tx:
            known = await tx.people.known([whom])
        channel_id = self._channel(customer, service, address.digits)
        return NumberSeen(
            address,
            forms(address.digits),
            known.opted_out.get(whom),
            known.contacts.get(whom),
            channel_id is not None,
            None
            if channel_id is None
            else self._estate.current.cost(customer, channel_id, address.digits, 1),
        )

    def _channel(self, customer: Customer, service: Service | None, digits: str) -> int | None:
        sender = parse_sender(service.default_sender) if service else None
        text = sender.text if isinstance(sender, Sender) else ""
        route = self._estate.current.routes.choose(digits, text, service.id if service else None, customer.id)
        return route.channel_id if route else None
