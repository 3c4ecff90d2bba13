"""What declarations of several slices share.

Rule: a member is here when several operations have it and mean the same by it.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, DynamicValues, From, Text, Whole
from viesti.api.native.who import FIELD
from viesti.api.paging import MAX_ID
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
SENDERS = DynamicValues(
    operation="ListSenders", value="sender", title="sender", collection="senders", parameters=OF_CUSTOMER
)
