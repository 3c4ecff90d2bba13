"""What a request with an id that was used before is answered: what the first one with it led to.

Rule: the answer is read from the rows that the first request wrote, so it is the same from every process and
after every restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from viesti.services.requests import (
    FieldProblem,
    NotAccepted,
    SubmitRequest,
    SubmitResult,
    Submitted,
    SubmittedRecipient,
)
from viesti.storage.store import FirstMessage, FirstRecipient, Known, Transaction


def request_key(request: SubmitRequest) -> tuple[int, str] | None:
    """The request id as the store knows it: the application's own, or the customer's own without one (an id
    names only one thing)."""
    owner = request.application_id or request.customer_id
    return (owner, request.request_id) if request.request_id else None


# By request id: the digest of the body it was used with, and what was answered. None: that is no longer kept.
Firsts: TypeAlias = dict[tuple[int, str], tuple[bytes, Submitted | None]]


async def first_results(tx: Transaction, requests: Iterable[SubmitRequest]) -> Firsts:
    """What was answered first under the ids of these requests, as far as they were used."""
    customers = {key: request.customer_id for request in requests if (key := request_key(request))}
    keys = customers.keys()
    known = await tx.repeats.known(keys) if keys else {}
    # Several ids of several owners were asked for crosswise.
    known = {key: found for key, found in known.items() if key in keys}
    if not known:
        return {}
    ids = sorted(message_id for _, message_id in known.values())
    messages = await tx.repeats.messages(ids)
    recipients = await tx.repeats.recipients(ids)
    people = await _people(tx, ((customers[key], recipients[i]) for key, (_, i) in known.items()))
    return {
        key: (
            body_hash,
            _submitted(messages[message_id], recipients[message_id], customers[key], people)
            if message_id in messages
            else None,
        )
        for key, (body_hash, message_id) in known.items()
    }


async def _people(tx: Transaction, sent: Iterable[tuple[int, Iterable[FirstRecipient]]]) -> Known:
    people = {(customer_id, recipient.address) for customer_id, them in sent for recipient in them}
    return await tx.people.known(people) if people else Known()


def answer_again(request: SubmitRequest, firsts: Firsts) -> SubmitResult:
    """The answer to a repeat; a conflict when the first had another body, or can't be told any more."""
    key = request_key(request)
    body_hash, first = firsts.get(key, (request.body_hash, None)) if key else (b"", None)
    if body_hash != request.body_hash:
        return _conflict("This request id was used with another body.")
    return first or _conflict("This request id was used for a message that is no longer kept.")


def _conflict(sentence: str) -> NotAccepted:
    return NotAccepted((FieldProblem("request_id", sentence),), conflict=True)


def _submitted(
    message: FirstMessage, recipients: Iterable[FirstRecipient], customer_id: int, people: Known
) -> Submitted:
    return Submitted(
        message_id=message.id,
        sender=message.sender,
        text=message.text,
        created_at=message.created_at,
        send_at=message.send_at,
        currency=message.currency,
        recipients=tuple(
            SubmittedRecipient(
                *(r.id, r.address, r.status, r.failure, r.parts, r.cost, r.cost_gbp, r.warnings),
                contact=people.contacts.get((customer_id, r.address)),
            )
            for r in recipients
        ),
        repeated=True,
        link_base=message.link_base,
        link_rule=message.link_rule,
    )
