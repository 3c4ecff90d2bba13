"""Between the contract's words and ours: what is asked becomes a request.

Rule: no store and no clock here; every field that is wrong is named as the contract names it.
"""

from __future__ import annotations

from msgspec.structs import replace

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import digest, refused
from viesti.api.request_id import one_request_id
from viesti.api.txtsync.members import is_quiet
from viesti.api.txtsync.sending.shapes import SendAsked
from viesti.api.txtsync.slice import DIALECT
from viesti.services.authenticate import Caller
from viesti.services.requests import RecipientRequest, SubmitRequest

# Our name of a field -> the contract's.
NAMES = {
    "sender": "From",
    "text": "Message",
    "recipients": "To{}",
    "send_at": "ScheduledDate",
    "dlr_url": "DlrUrl",
    "customer_data": "CustomerData",
    "request_id": "RequestId",
}
NO_RECIPIENT = "There is no recipient."
NO_CONTACT = "There is no contact of yours with this id, or he has no number."
BOTH = "Send either To or ToContactID, not both."


def submit_request(asked: SendAsked, caller: Caller, number: str | None = None) -> SubmitRequest | Refusal:
    """The request, or what is wrong with what only this dialect knows. `number`: of the contact asked for;
    None: there is no such contact, or he has none."""
    problems: list[FieldError] = []
    recipients = asked.recipients
    if asked.contact_id is not None:
        recipients = (number,) if number else ()
        if any(asked.recipients):
            problems.append(FieldError("ToContactID", BOTH))
        elif not number:
            problems.append(FieldError("ToContactID", NO_CONTACT))
    elif not any(recipients):
        problems.append(FieldError("To", NO_RECIPIENT))
    request_id = one_request_id(asked.request_id, asked.idempotency_key, problems)
    if problems:
        return refused(problems)
    return SubmitRequest(
        dialect=DIALECT,
        customer_id=caller.customer.id,
        application_id=caller.application.id,
        service_id=caller.application.service_id,
        sender=asked.sender,
        text=asked.text,
        recipients=tuple([RecipientRequest(address) for address in recipients]),
        send_at=asked.send_at,
        dlr_url=asked.dlr_url or None,
        customer_data=asked.customer_data or None,
        request_id=request_id or None,
        body_hash=_digest(asked, request_id),
        quiet=is_quiet(asked.x_zapier),
        extras=_kept(asked),
        track_links=asked.track_links,
    )


def _kept(asked: SendAsked) -> dict[str, str] | None:
    """What is stored with the message under the contract's names."""
    kept = {
        "RegardingReference": asked.regarding_reference,
        "RegardingSchema": asked.regarding_schema,
        "Custom01": asked.custom01,
        "Custom02": asked.custom02,
        "Custom03": asked.custom03,
    }
    return {name: text for name, text in kept.items() if text} or None


def _digest(asked: SendAsked, request_id: str) -> bytes:
    """What a repeat must have too: everything but where the request id stood. Empty without one."""
    return digest(replace(asked, request_id=request_id, idempotency_key="")) if request_id else b""
