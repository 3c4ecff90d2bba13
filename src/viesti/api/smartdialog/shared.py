"""What the declarations of slices that send share: who sends, and what goes with any message.

Rule: a member is here when the original has it in several bodies and means the same by it.
"""

from __future__ import annotations

from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, Listed, Member, Text
from viesti.api.smartdialog.choices import CUSTOMERS, services
from viesti.services.check_request import MAX_CUSTOMER_DATA, MAX_REQUEST_ID

TEXT = Text()
CUSTOMER_DATA = Member(
    "CustomerData",
    "customer_data",
    Text(max_length=MAX_CUSTOMER_DATA),
    about=About("Customer Data", "A text of your own that comes back in reports."),
)
DLR_URL = Member(
    "DlrUrl",
    "dlr_url",
    TEXT,
    about=About("Delivery Report URL", "A URL that is called when the fate of a recipient is known."),
)
REQUEST_ID = Member(
    "RequestId",
    "request_id",
    Text(max_length=MAX_REQUEST_ID),
    about=About("Request Id", "A repeated request with the same id sends nothing twice."),
)


def warnings_as(name: str) -> Member:
    """The warnings of an answer, in the letter case of its other members."""
    return Member(
        name,
        "warnings",
        Listed(TEXT),
        about=About("Warnings", "What the sender may want to know; left out when there is nothing."),
        extension=True,
    )


def sender_of_it(*, replies: bool) -> tuple[Parameter, ...]:
    """The parameters that say who sends."""
    return (
        Parameter(
            "Customer-Id",
            "header",
            "customer_id",
            TEXT,
            True,
            About("Customer", "The customer to send for.", "important", CUSTOMERS),
        ),
        Parameter(
            "Service-Id",
            "header",
            "service_id",
            TEXT,
            True,
            About("Service", "The service to send with.", "important", services("OneWay", replies)),
        ),
    )
