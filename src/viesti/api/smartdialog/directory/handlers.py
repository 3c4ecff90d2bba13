"""GET /customers and /services: what a person may send with.

Rule: both are answered from the snapshot; nobody is told of a customer he does not work for.
"""

from __future__ import annotations

from viesti.api.answer import Answer, FieldError, Refusal, answer_json
from viesti.api.smartdialog.directory.shapes import (
    CustomerShown,
    CustomersShown,
    Nothing,
    ServicesAsked,
    ServiceShown,
)
from viesti.api.smartdialog.slice import Common
from viesti.services.guids import GuidKind
from viesti.services.list_customers import customers_of
from viesti.services.list_services import services_of
from viesti.services.principal import Principal

KINDS = {kind.lower(): kind for kind in ("OneWay", "TwoWay", "Group")}
_UNKNOWN_KIND = "It must be OneWay, TwoWay or Group."


class Directory:
    """The handlers."""

    def __init__(self, common: Common) -> None:
        self._estate = common.estate
        self._guids = common.guids
        self._who = common.who

    async def customers(self, caller: Principal, _asked: Nothing) -> Answer:
        """GetUserCustomers."""
        found = customers_of(self._estate.current, caller.user)
        shown = (CustomerShown(self._guids.of(GuidKind.CUSTOMER, each.id), each.name) for each in found)
        return answer_json(CustomersShown(tuple(shown)))

    async def services(self, caller: Principal, asked: ServicesAsked) -> Answer | Refusal:
        """GetCustomerServices."""
        kind = KINDS.get(asked.kind.lower())
        if kind is None:
            return Refusal(400, f"ServiceType: {_UNKNOWN_KIND}", (FieldError("ServiceType", _UNKNOWN_KIND),))
        customer = self._who.customer(caller, asked.customer_id)
        if isinstance(customer, Refusal):
            return customer
        found = services_of(self._estate.current, customer.id, kind, replying=asked.replying)
        return answer_json([ServiceShown(self._guids.of(GuidKind.SERVICE, s.id), s.name) for s in found])
