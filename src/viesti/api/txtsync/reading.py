"""Reads the body of POST /sms/send into our request.

Rule: property names in any case (makers type them by hand), unknown ones ignored, null as if left out;
every field that is wrong is named as TxtSync names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec

from viesti.api.answer import FieldError, Refusal, sentences
from viesti.services.authenticate import Caller
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest

DIALECT = "txtsync"

# Lower case -> the contract's name. DlrUrl, CustomerData and RequestId are ours.
TEXT_FIELDS = {
    name.lower(): name
    for name in (
        "From",
        "Message",
        "RegardingReference",
        "RegardingSchema",
        "ScheduledDate",
        "Custom01",
        "Custom02",
        "Custom03",
        "DlrUrl",
        "CustomerData",
        "RequestId",
    )
}
KEPT = ("RegardingReference", "RegardingSchema", "Custom01", "Custom02", "Custom03")
MAX_KEPT = 1000  # characters of each of them

# Our name of a field -> TxtSync's.
FIELD_NAMES = {
    "sender": "From",
    "text": "Message",
    "recipients": "To",
    "send_at": "ScheduledDate",
    "dlr_url": "DlrUrl",
    "customer_data": "CustomerData",
    "request_id": "RequestId",
}


class SendHeaders(msgspec.Struct, frozen=True):
    """The headers of a call that matter to it."""

    quiet: bool  # x-zapier: outbound triggers are not called for this message
    idempotency_key: str

    @classmethod
    def of(cls, headers: Mapping[bytes, bytes]) -> SendHeaders:
        """Read them."""
        quiet = headers.get(b"x-zapier", b"").strip().lower() == b"true"
        return cls(quiet, headers.get(b"idempotency-key", b"").decode("latin-1").strip())


def read_send(
    members: Mapping[str, Any], body: bytes, headers: SendHeaders, caller: Caller
) -> SubmitRequest | Refusal:
    """The request, or everything about its form that is wrong. `body`: the octets that `members` were read
    from."""
    errors: list[FieldError] = []
    texts: dict[str, str] = {}
    recipients: tuple[RecipientRequest, ...] = ()
    for written, value in members.items():
        lower = written.lower()
        if lower == "to":
            recipients = _recipients(value, errors)
        elif lower in TEXT_FIELDS and value is not None:
            _text(TEXT_FIELDS[lower], value, texts, errors)
    if not recipients and not errors:
        errors.append(FieldError("To", "There is no recipient."))
    if "Message" not in texts and not errors:
        errors.append(FieldError("Message", "The text is empty."))
    send_at = _date(texts.get("ScheduledDate", ""), errors)
    request_id = texts.get("RequestId") or headers.idempotency_key
    if headers.idempotency_key and request_id != headers.idempotency_key:
        errors.append(FieldError("RequestId", "It differs from the header Idempotency-Key."))
    if errors:
        return Refusal(400, sentences(errors), tuple(errors))
    extras = {name: texts[name] for name in KEPT if texts.get(name)}
    return SubmitRequest(
        dialect=DIALECT,
        customer_id=caller.customer.id,
        application_id=caller.application.id,
        service_id=caller.application.service_id,
        sender=texts.get("From", ""),
        text=texts["Message"],
        recipients=recipients,
        send_at=send_at,
        dlr_url=texts.get("DlrUrl") or None,
        customer_data=texts.get("CustomerData") or None,
        request_id=request_id or None,
        body_hash=blake2b(body, digest_size=16).digest() if request_id else b"",
        quiet=headers.quiet,
        extras=extras or None,
    )


def not_accepted(result: NotAccepted) -> Refusal:
    """A refusal by the service, in TxtSync's words."""
    errors = tuple(
        FieldError(FIELD_NAMES.get(problem.field, problem.field), _sentence(problem, len(result.problems)))
        for problem in result.problems
    )
    return Refusal(409 if result.conflict else 400, sentences(errors), errors)


def _sentence(problem: FieldProblem, problems: int) -> str:
    if problem.index is None or (problem.index == 0 and problems == 1):
        return problem.sentence
    return f"Number {problem.index + 1}: {problem.sentence}"


def _text(name: str, value: Any, texts: dict[str, str], errors: list[FieldError]) -> None:
    if not isinstance(value, str):
        errors.append(FieldError(name, "It must be a text."))
    elif name in KEPT and len(value) > MAX_KEPT:
        errors.append(FieldError(name, f"It is longer than {MAX_KEPT} characters."))
    elif name in KEPT and "\0" in value:
        errors.append(FieldError(name, "A NUL character can't be stored."))
    else:
        texts[name] = value


def _recipients(value: Any, errors: list[FieldError]) -> tuple[RecipientRequest, ...]:
    """One number as the contract has it; a list of numbers is taken too."""
    if isinstance(value, str):
        return (RecipientRequest(value),) if value else ()
    if value is None:
        return ()
    if isinstance(value, list) and all(isinstance(number, str) for number in value):
        return tuple(RecipientRequest(number) for number in value)
    errors.append(FieldError("To", "It must be a number as text, or a list of them."))
    return ()


def _date(written: str, errors: list[FieldError]) -> datetime | None:
    """A date without an offset is UTC. '' is at once."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        errors.append(FieldError("ScheduledDate", "It is not a date and time such as 2026-03-01T09:30:00Z."))
        return None
