"""Whose customer and service a caller means.

Rule: what is another's, unknown, disabled or no id at all is answered alike, so that nothing can be learned
by guessing.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from viesti.api.answer import FieldError, Refusal
from viesti.domain.estate import Customer, Service
from viesti.services.estate import EstateCache
from viesti.services.guids import GuidKind, Guids
from viesti.services.principal import Principal

LONGEST = 64  # characters of what can be an id
REMEMBERED = 4096  # ids: a flow sends the same two with every message


class Who:
    """Finds what GUIDs in requests stand for, as far as the caller may see it."""

    def __init__(self, estate: EstateCache, guids: Guids) -> None:
        self._estate = estate
        self._read = lru_cache(maxsize=REMEMBERED)(guids.read)

    def customer(self, caller: Principal, written: str, field: str = "Customer-Id") -> Customer | Refusal:
        """A customer that the caller works for."""
        identifier = self._id(GuidKind.CUSTOMER, written)
        customer = self._estate.current.estate.customers.get(identifier) if identifier is not None else None
        if customer is None or not customer.enabled or customer.id not in caller.user.customers:
            return _missing(field, f"There is no customer of yours with this {field}.")
        return customer

    def service(
        self, customer: Customer, written: str, kinds: Collection[str], field: str = "Service-Id"
    ) -> Service | Refusal:
        """A service of the customer; one of another kind is named as such."""
        identifier = self._id(GuidKind.SERVICE, written)
        service = self._estate.current.estate.services.get(identifier) if identifier is not None else None
        if service is None or not service.enabled or service.customer_id != customer.id:
            return _missing(field, f"There is no service of yours with this {field}.")
        if service.kind not in kinds:
            sentence = f"It is a {service.kind} service; this needs a {' or '.join(sorted(kinds))} one."
            return Refusal(400, f"{field}: {sentence}", (FieldError(field, sentence),))
        return service

    def both(
        self,
        caller: Principal,
        customer_written: str,
        service_written: str,
        kinds: Collection[str],
        *,
        customer_field: str = "Customer-Id",
        service_field: str = "Service-Id",
    ) -> tuple[Customer, Service] | Refusal:
        """A customer that the caller works for, and one of its services."""
        customer = self.customer(caller, customer_written, customer_field)
        if isinstance(customer, Refusal):
            return customer
        service = self.service(customer, service_written, kinds, service_field)
        return service if isinstance(service, Refusal) else (customer, service)

    def _id(self, kind: GuidKind, written: str) -> int | None:
        return self._read(kind, written) if len(written) <= LONGEST else None


def _missing(field: str, sentence: str) -> Refusal:
    return Refusal(404, sentence, (FieldError(field, sentence),))
