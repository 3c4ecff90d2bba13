"""The request id of a call, which may stand in its body or in the header Idempotency-Key.

Rule: it may be said in both places, but not differently.
"""

from __future__ import annotations

from viesti.api.answer import FieldError
from viesti.api.contract.operation import Parameter
from viesti.api.contract.values import About, Text
from viesti.services.check_request import MAX_REQUEST_ID

IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    "idempotency_key",
    Text(max_length=MAX_REQUEST_ID),
    about=About("Idempotency Key", "The same as RequestId, for clients that send it as a header."),
    extension=True,
)


def one_request_id(in_body: str, in_header: str, problems: list[FieldError], field: str = "RequestId") -> str:
    """The id, '' when there is none. When the two differ that is added to the problems, under the body's
    name of it."""
    if in_header and in_body and in_body != in_header:
        problems.append(FieldError(field, "It differs from the header Idempotency-Key."))
    return in_body or in_header
