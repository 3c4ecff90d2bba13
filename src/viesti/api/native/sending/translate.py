"""Between this API's words and ours: what is asked becomes a request, what was accepted an answer.

Rule: no store and no clock here; every field that is wrong is named as the request has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import digest, refused
from viesti.api.native.members import PROTOCOLS
from viesti.api.native.sending.shapes import (
    PassedShown,
    PreviewAsked,
    PreviewedToShown,
    PreviewShown,
    SendAsked,
    SentShown,
    SentToShown,
    ShorterShown,
)
from viesti.api.native.slice import DIALECT
from viesti.api.native.who import NativeCaller
from viesti.api.request_id import one_request_id
from viesti.domain.estate import Customer, Service
from viesti.domain.failure import UNWANTED
from viesti.domain.message import Protocol
from viesti.services.preview_message import DUPLICATE, NAMED_TWICE, MessagePreview, Passed
from viesti.services.requests import RecipientRequest, SubmitRequest, Submitted
from viesti.services.text_size import Shorter

# Our name of a field -> the request's.
NAMES = {
    "recipients": "to{}",
    "send_at": "sendAt",
    "dlr_url": "dlrUrl",
    "customer_data": "customerData",
    "request_id": "requestId",
    "content": "text",
}
_PROTOCOLS = {word: protocol for protocol, word in PROTOCOLS.items()}


def preview_request(
    asked: PreviewAsked, caller: NativeCaller, customer: Customer, service: Service | None
) -> SubmitRequest:
    """The message that is asked about."""
    return SubmitRequest(
        dialect=DIALECT,
        customer_id=customer.id,
        application_id=caller.application.id if caller.application else None,
        service_id=service.id if service else None,
        sender=asked.sender,
        text=asked.text,
        recipients=tuple([RecipientRequest(address) for address in asked.to]),
        send_at=asked.send_at,
        advertisement=asked.advertisement,
        user_id=caller.user.id if caller.user else None,
        track_links=asked.track_links,
        protocol=_PROTOCOLS.get(asked.protocol, Protocol.SMS),
    )


def send_request(
    asked: SendAsked, caller: NativeCaller, customer: Customer, service: Service | None
) -> SubmitRequest | Refusal:
    """The request, or what is wrong with what only this API knows."""
    problems: list[FieldError] = []
    request_id = one_request_id(asked.request_id, asked.idempotency_key, problems, "requestId")
    if problems:
        return refused(problems)
    plain = replace(asked, request_id=request_id, idempotency_key="")
    return replace(
        preview_request(asked, caller, customer, service),
        dlr_url=asked.dlr_url or None,
        customer_data=asked.customer_data or None,
        request_id=request_id or None,
        body_hash=digest(plain) if request_id else b"",
        validity_seconds=asked.validity_minutes * 60 if asked.validity_minutes else None,
    )


def sent(submitted: Submitted, repeats: Sequence[int], to: Sequence[str]) -> SentShown:
    """The answer to a message. `repeats`: places of `to` that were named before."""
    costs = [each.cost for each in submitted.recipients if each.cost is not None]
    return SentShown(
        id=submitted.message_id,
        part_count=submitted.parts,
        cost=sum(costs, Decimal(0)) if costs else None,
        currency=submitted.currency,
        send_at=submitted.send_at,
        recipients=tuple(
            SentToShown(
                id=each.id,
                address=each.address,
                status=each.status.word,
                failure=each.failure,
                part_count=0 if each.failure in UNWANTED else each.parts,
                cost=each.cost,
                warnings=each.warnings,
            )
            for each in submitted.recipients
        ),
        skipped=_passed((Passed(place, DUPLICATE, NAMED_TWICE) for place in repeats), to),
    )


def preview_shown(preview: MessagePreview, to: Sequence[str]) -> PreviewShown:
    """The answer to a preview."""
    size = preview.size
    return PreviewShown(
        text=size.text,
        coding=size.coding,
        characters=size.characters,
        parts_each=size.parts,
        acceptable=preview.acceptable,
        recipient_count=len(preview.recipients),
        part_count=preview.parts,
        cost=preview.cost,
        currency=preview.currency,
        covered=preview.covered,
        left=preview.left,
        send_at=preview.send_at,
        one_part=_shorter(size.shorter) if size.shorter else None,
        recipients=tuple(
            PreviewedToShown(
                place=place,
                address=one.address.digits,
                part_count=one.parts,
                cost=one.cost,
                warnings=one.warnings,
            )
            for place, one in preview.recipients
        ),
        skipped=_passed(preview.passed, to),
    )


def _shorter(shorter: Shorter) -> ShorterShown:
    if not shorter.text:
        return ShorterShown(excess=shorter.excess)
    return ShorterShown(
        excess=shorter.excess,
        text=shorter.text,
        text_parts=shorter.parts,
        text_excess=shorter.text_excess,
    )


def _passed(passed: Iterable[Passed], to: Sequence[str]) -> tuple[PassedShown, ...]:
    return tuple(
        [
            PassedShown(place=each.place, written=to[each.place], why=each.why, reason=each.sentence)
            for each in passed
        ]
    )
