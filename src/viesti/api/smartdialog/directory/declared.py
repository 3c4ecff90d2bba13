"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Text, Thing, Truth
from viesti.api.smartdialog.directory.shapes import (
    CustomerShown,
    CustomersShown,
    Nothing,
    ServicesAsked,
    ServiceShown,
)
from viesti.services.principal import Scope

_TEXT = Text()

CUSTOMERS = Operation(
    "GetUserCustomers",
    "GET",
    "/customers",
    About("Get User Customers", "Lists the customers that the signed-in person works for.", "internal"),
    Nothing,
    (
        Reply(
            200,
            Thing(
                (
                    Member(
                        "customerUsers",
                        "customers",
                        Listed(
                            Thing(
                                (
                                    Member(
                                        "customerId", "id", _TEXT, about=About("Id", "The customer's id.")
                                    ),
                                    Member("customerName", "name", _TEXT, about=About("Name", "Its name.")),
                                ),
                                CustomerShown,
                            )
                        ),
                        about=About("Customers", "The customers, by name."),
                    ),
                ),
                CustomersShown,
            ),
            "The customers.",
        ),
    ),
    Scope.USER_CUSTOMERS,
)
SERVICES = Operation(
    "GetCustomerServices",
    "GET",
    "/services/{Customer-Id}",
    About("Get Customer Services", "Lists the services of a customer.", "internal"),
    ServicesAsked,
    (
        Reply(
            200,
            Listed(
                Thing(
                    (
                        Member("id", "id", _TEXT, about=About("Id", "The service's id.")),
                        Member("name", "name", _TEXT, about=About("Name", "Its name.")),
                    ),
                    ServiceShown,
                )
            ),
            "The services, by name.",
        ),
    ),
    Scope.CUSTOMER_SERVICES,
    parameters=(
        Parameter(
            "Customer-Id",
            "path",
            "customer_id",
            _TEXT,
            True,
            About("Customer", "The customer whose services they are."),
            encoding="single",
        ),
        Parameter(
            "ServiceType",
            "header",
            "kind",
            Text(default="OneWay"),
            True,
            About("Service Type", "The kind of services: OneWay, TwoWay or Group.", "internal"),
        ),
        Parameter(
            "AllowReplyMessage",
            "header",
            "replying",
            Truth(),
            about=About("Allow Reply Message", "With true, only services that may send replies.", "internal"),
        ),
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (CUSTOMERS, SERVICES)
