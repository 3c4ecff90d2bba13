"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation, Operation, Reply
from viesti.api.contract.values import About, Listed, Member, Thing, Whole
from viesti.api.native.account.shapes import CustomerShown, CustomersShown, Nothing
from viesti.api.native.members import TEXT
from viesti.services.principal import Scope

_CUSTOMER = Thing(
    (
        Member("id", "id", Whole(format="int64"), True, About("Id", "The customer's id.")),
        Member("key", "key", TEXT, True, About("Key", "The customer's key, which the operator chose.")),
        Member("name", "name", TEXT, True, About("Name", "The customer's name.")),
        Member("currency", "currency", TEXT, True, About("Currency", "What its costs are in, as EUR.")),
    ),
    CustomerShown,
)
LIST_CUSTOMERS = Operation(
    "ListCustomers",
    "GET",
    "/customers",
    About("List Customers", "Lists the customers that the connection may act for.", "advanced"),
    Nothing,
    (
        Reply(
            200,
            Thing(
                (
                    Member(
                        "customers",
                        "customers",
                        Listed(_CUSTOMER),
                        True,
                        About("Customers", "The customers, by name."),
                    ),
                ),
                CustomersShown,
            ),
            "The customers.",
        ),
    ),
    Scope.USER_CUSTOMERS,
)

OPERATIONS: tuple[AnyOperation, ...] = (LIST_CUSTOMERS,)
