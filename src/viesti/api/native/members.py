"""What declarations of several slices share.

Rule: a member is here when several operations have it and mean the same by it.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, DynamicValues, From, Text, Whole
from viesti.api.native.who import FIELD
from viesti.api.paging import DEFAULT_LIMIT, MAX_ID, MAX_LIMIT
from viesti.domain.channel import AddressKind
from viesti.domain.message import Protocol

TEXT = Text()
KINDS = ("OneWay", "TwoWay", "Group")  # of services
# What a message goes by, and what a sender is -> in this API's words.
PROTOCOLS = {Protocol.SMS: "SMS", Protocol.WHATSAPP: "WhatsApp"}
KIND_OF_SENDER = {
    AddressKind.ALPHANUMERIC: "name",
    AddressKind.INTERNATIONAL: "number",
    AddressKind.SHORT_CODE: "shortCode",
}
ID = Whole(format="int64", least=1, most=MAX_ID)
CUSTOMERS = DynamicValues(operation="ListCustomers", value="key", title="name", collection="customers")
CUSTOMER = Parameter(
    FIELD,
    "header",
    "customer",
    TEXT,
    about=About(
        "Customer",
        "The customer to act for, by its key or id; it may be left out by who works for one only.",
        "important",
        CUSTOMERS,
    ),
)
OF_CUSTOMER = {FIELD: From(FIELD)}  # what an operation is given that lists things of the same customer
SERVICES = DynamicValues(
    operation="ListServices", value="key", title="name", collection="services", parameters=OF_CUSTOMER
)
GROUPS = DynamicValues(
    operation="ListGroups", value="key", title="name", collection="groups", parameters=OF_CUSTOMER
)
TAGS = DynamicValues(
    operation="ListTags",
    value="name",
    title="name",
    collection="tags",
    parameters={**OF_CUSTOMER, "limit": MAX_LIMIT},
)
SENDERS = DynamicValues(
    operation="ListSenders", value="sender", title="sender", collection="senders", parameters=OF_CUSTOMER
)
LIMIT = Parameter(
    "limit",
    "query",
    "limit",
    Whole(least=1, most=MAX_LIMIT),
    about=About("Limit", f"How many to give at most, 1 to {MAX_LIMIT}; {DEFAULT_LIMIT} when left out."),
)
