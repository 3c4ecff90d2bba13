"""What a request with an id that was used before is answered: what the first one with it led to.

Rule: the answer is read from the rows that the first request wrote, so it is the same from every process and
after every restart.
"""

from __future__ import annotations

from viesti.services.requests import (
    FieldProblem,
    NotAccepted,
    SubmitRequest,
    SubmitResult,
    Submitted,
    SubmittedRecipient,
)
from viesti.storage.store import Transaction

REPEAT_LIMIT = 100_000  # recipients shown of a repeated request


def request_key(request: SubmitRequest) -> tuple[int, str] | None:
    """The request id as the store knows it: the application's own, or the customer's own without one (an id
    names only one thing)."""
    owner = request.application_id or request.customer_id
    return (owner, request.request_id) if request.request_id else None


async def first_result(tx: Transaction, request: SubmitRequest) -> SubmitResult | None:
    """The first result; a conflict when the body was another; None when the id was not used."""
    key = request_key(request)
    if key is None:
        return None
    found = (await tx.messages.known_requests([key[0]], [key[1]])).get(key)
    if found is None:
        return None
    body_hash, message_id = found
    if body_hash != request.body_hash:
        problem = FieldProblem("request_id", "This request id was used with another body.")
        return NotAccepted((problem,), conflict=True)
    message = await tx.messages.message(message_id, request.customer_id)
    assert message is not None  # written in the transaction that wrote the request id
    recipients = await tx.messages.recipients_of(message_id, REPEAT_LIMIT)
    return Submitted(
        message_id=message_id,
        sender=message.sender,
        text=message.text,
        created_at=message.created_at,
        send_at=message.send_at,
        currency=message.currency,
        recipients=tuple(
            SubmittedRecipient(
                r.id, r.address, r.status, r.failure, r.parts, r.cost, r.cost_gbp, r.warnings or ()
            )
            for r in recipients
        ),
        repeated=True,
    )
