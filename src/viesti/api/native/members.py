"""What declarations of several slices share.

Rule: a member is here when several operations have it and mean the same by it.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, DynamicValues, Text
from viesti.api.native.who import FIELD

TEXT = Text()
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
