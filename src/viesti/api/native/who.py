"""Who calls the native API, and for which customer.

Rule: an application acts for its own customer; a person for the one he names, and needs to name none when he
works for one only. A customer that is not his, closed or unknown is answered alike.
"""

from __future__ import annotations

import msgspec

from viesti.api.answer import FieldError, Refusal
from viesti.domain.estate import Application, Customer, Service, User
from viesti.services.estate import Snapshot
from viesti.services.list_customers import customers_of

FIELD = "Customer"
_UNKNOWN = "There is no customer of yours with this key or id."
_NAME_ONE = "You work for several customers: name one, by its key or id."


class NativeCaller(msgspec.Struct, frozen=True):
    """An application, or a person through a connection; one of the two is there. `client`: the program, for
    logs and ledgers."""

    application: Application | None
    user: User | None
    own: Customer | None  # the application's customer
    client: str

    @property
    def by(self) -> str:
        """Who it is, for the history of what he changes."""
        if self.application is not None:
            return f"application {self.application.key}"
        return f"{self.user.email if self.user else ''} through {self.client}"

    def customers(self, snapshot: Snapshot) -> list[Customer]:
        """Whom he may act for, by name."""
        if self.own is not None:
            return [self.own]
        assert self.user is not None
        return customers_of(snapshot, self.user)

    def service(
        self, snapshot: Snapshot, customer: Customer, written: str, field: str = "service"
    ) -> Service | Refusal | None:
        """The customer's service that is meant by its key or id; '' for the application's own, if any."""
        services = snapshot.estate.services
        if not written:
            own = self.application.service_id if self.application else None
            return services.get(own or 0)
        found = named(snapshot, customer, written)
        return found or missing(field, "There is no service of yours with this key or id.")

    def customer(self, snapshot: Snapshot, written: str) -> Customer | Refusal:
        """The customer that is meant by the header `Customer`: its key or id, or '' for the only one."""
        customers = self.customers(snapshot)
        if not written:
            if len(customers) == 1:
                return customers[0]
            sentence = _NAME_ONE if customers else "You work for no customer."
            return Refusal(400, f"{FIELD}: {sentence}", (FieldError(FIELD, sentence),))
        for customer in customers:
            if written in (customer.key, str(customer.id)):
                return customer
        return missing(FIELD, _UNKNOWN)


def named(snapshot: Snapshot, customer: Customer, written: str) -> Service | None:
    """The service of the customer with this key or id, if it is switched on."""
    for service in snapshot.estate.services.values():
        theirs = service.customer_id == customer.id and service.enabled
        if theirs and written in (service.key, str(service.id)):
            return service
    return None


def missing(field: str, sentence: str) -> Refusal:
    """That there is no such thing of the caller's."""
    return Refusal(404, sentence, (FieldError(field, sentence),))
