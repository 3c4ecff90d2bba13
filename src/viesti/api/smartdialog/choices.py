"""Where designers find the values to choose from: customers, and the services of a customer.

Rule: these are the same for every slice; a slice only says which of its parameters names the customer.
"""

from __future__ import annotations

from typing import Any

from viesti.api.contract.values import DynamicValues, From

CUSTOMERS = DynamicValues(
    operation="GetUserCustomers", value="customerId", title="customerName", collection="customerUsers"
)


def services(kind: str, replies: bool | None = None, customer: str = "Customer-Id") -> DynamicValues:
    """Services of a kind. `replies`: what AllowReplyMessage is given; `customer`: our parameter that names
    the customer."""
    parameters: dict[str, Any] = {"Customer-Id": From(customer), "ServiceType": kind}
    if replies is not None:
        parameters["AllowReplyMessage"] = replies
    return DynamicValues(operation="GetCustomerServices", value="id", title="name", parameters=parameters)
