"""The operations of the slice, declared."""

from __future__ import annotations

from viesti.api.contract.operation import AnyOperation, Operation, Parameter, Reply
from viesti.api.contract.values import About, Listed, Member, Text, Thing
from viesti.api.native.account.members import BALANCE, CUSTOMER_SHOWN, NUMBER, SENDER, SERVICE
from viesti.api.native.account.shapes import (
    CustomersShown,
    Nothing,
    NumberAsked,
    OfCustomer,
    SendersShown,
    ServicesAsked,
    ServicesShown,
)
from viesti.api.native.members import CUSTOMER, KINDS, SERVICES, TEXT
from viesti.services.principal import Scope

MAX_WRITTEN = 1_000  # characters of what may be a number

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
                        Listed(CUSTOMER_SHOWN),
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
LIST_SERVICES = Operation(
    "ListServices",
    "GET",
    "/services",
    About("List Services", "Lists the services of a customer, all or those of a kind.", "advanced"),
    ServicesAsked,
    (
        Reply(
            200,
            Thing(
                (
                    Member(
                        "services",
                        "services",
                        Listed(SERVICE),
                        True,
                        About("Services", "The services, by name."),
                    ),
                ),
                ServicesShown,
            ),
            "The services.",
        ),
    ),
    Scope.CUSTOMER_SERVICES,
    parameters=(
        CUSTOMER,
        Parameter(
            "kind",
            "query",
            "kind",
            Text(choices=KINDS, any_case=True),
            about=About("Kind", "The kind of services to list; all of them when left out."),
        ),
    ),
)
LIST_SENDERS = Operation(
    "ListSenders",
    "GET",
    "/senders",
    About("List Senders", "Lists the senders that a customer may send under."),
    OfCustomer,
    (
        Reply(
            200,
            Thing(
                (
                    Member(
                        "senders",
                        "senders",
                        Listed(SENDER),
                        True,
                        About("Senders", "The senders: names first, then numbers, then short codes."),
                    ),
                ),
                SendersShown,
            ),
            "The senders.",
        ),
    ),
    Scope.MESSAGES_READ,
    parameters=(CUSTOMER,),
)
GET_BALANCE = Operation(
    "GetBalance",
    "GET",
    "/balance",
    About("Get Balance", "Gets what a customer has left to spend, and what is held back for lack of it."),
    OfCustomer,
    (Reply(200, BALANCE, "The balance as it is now."),),
    Scope.MESSAGES_READ,
    parameters=(CUSTOMER,),
)
LOOK_UP_NUMBER = Operation(
    "LookUpNumber",
    "GET",
    "/numbers/{number}",
    About(
        "Look Up Number",
        "Tells whether it is a phone number, and its forms, type, country, contact, opt-out and price.",
    ),
    NumberAsked,
    (Reply(200, NUMBER, "What there is to know; of what is no number, why."),),
    Scope.MESSAGES_READ,
    parameters=(
        Parameter(
            "number",
            "path",
            "number",
            Text(max_length=MAX_WRITTEN),
            True,
            About("Number", "The number in any writing, with or without its country code.", "important"),
            encoding="single",
            slashes=True,
        ),
        Parameter(
            "region",
            "query",
            "region",
            TEXT,
            about=About(
                "Region",
                "The two letters of the country that a number without a country code is of; the customer's"
                " own when left out.",
            ),
        ),
        Parameter(
            "service",
            "query",
            "service",
            TEXT,
            about=About(
                "Service",
                "The service whose price is told, by its key or id; the application's own when left out.",
                "advanced",
                SERVICES,
            ),
        ),
        CUSTOMER,
    ),
)

OPERATIONS: tuple[AnyOperation, ...] = (
    LIST_CUSTOMERS,
    LIST_SERVICES,
    LIST_SENDERS,
    GET_BALANCE,
    LOOK_UP_NUMBER,
)
