"""A small declaration that has every kind of value and every place of a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from viesti.api.contract.operation import USUAL, Operation, Parameter, Reply, Trigger
from viesti.api.contract.values import (
    About,
    DynamicValues,
    From,
    Listed,
    Member,
    Moment,
    Scalars,
    Text,
    Thing,
    Truth,
    Whole,
)
from viesti.services.principal import Scope


class Person(msgspec.Struct, frozen=True):
    address: str
    values: Mapping[str, str | None] | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    customer: str
    group: str
    content: str
    people: tuple[Person, ...]
    region: str = "FI"
    reply: bool | None = None
    limit: int = 10
    send_at: datetime | None = None
    protocol: str = "SMS"
    active: bool | msgspec.UnsetType = msgspec.UNSET
    birth_year: int | None = None
    note: str = ""


PERSON = Thing(
    (
        Member("Address", "address", Text(least=1), required=True),
        Member("Personalization", "values", Scalars()),
    ),
    Person,
)
BODY = Thing(
    (
        Member("Content", "content", Text(max_length=10), True, About("Text", "The text.", "important")),
        Member("Recipients", "people", Listed(PERSON, least=1), required=True),
        Member("SendDateTime", "send_at", Moment()),
        Member(
            "Protocol",
            "protocol",
            Text(choices=("SMS", "Test"), any_case=True, refused={"WhatsApp": "Not yet."}, default="SMS"),
        ),
        Member("active", "active", Truth(default=True, choices=(True, False))),
        Member("birthYear", "birth_year", Whole(least=1900, most=2200)),
        Member("note", "note", Text(), extension=True),
    )
)
SEND = Operation(
    "Send",
    "POST",
    "/things/{Customer}/{Group Service}",
    About("Send", "Sends.", "important"),
    Asked,
    (Reply(200, Text(format="uuid"), "Sent."),),
    Scope.GATEWAY_SEND,
    parameters=(
        Parameter(
            "Customer",
            "path",
            "customer",
            Text(),
            True,
            About(
                "Customer",
                dynamic=DynamicValues(operation="List", value="id", title="name", collection="all"),
            ),
            encoding="single",
        ),
        Parameter(
            "Group Service",
            "path",
            "group",
            Text(),
            True,
            About(
                dynamic=DynamicValues(
                    operation="Services",
                    value="id",
                    title="name",
                    parameters={"Customer-Id": From("Customer"), "ServiceType": "Group"},
                )
            ),
        ),
        Parameter("Region", "query", "region", Text(max_length=2)),
        Parameter("Allow-Reply", "header", "reply", Truth()),
        Parameter("Limit", "query", "limit", Whole(least=1), extension=True),
    ),
    body=BODY,
    errors=USUAL | {409},
)
REMOVE = Operation(
    "Remove",
    "DELETE",
    "/things/{Customer}/fixed",
    About(),
    msgspec.defstruct("Removed", [("customer", str)]),
    (Reply(204, None, "Gone."),),
    None,
    parameters=(Parameter("Customer", "path", "customer", Text(), True),),
    deprecated=True,
    trigger=Trigger(PERSON, "Write to us.", "What is sent."),
)
