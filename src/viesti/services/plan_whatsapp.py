"""Plans a WhatsApp message before it is stored: parties, identity and channel, text, price, the SMS instead.

Rule: as for SMS: no store and no clock, one problem refuses the whole request. Nothing is cut into parts or
made short; what Meta allows in a message is checked by who makes its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from viesti.domain.address import AddressProblem, shown, whatsapp_address
from viesti.domain.channel import AddressKind
from viesti.domain.estate import ChannelRow, Customer, Service
from viesti.domain.sender import Sender, parse_sender
from viesti.domain.text import CharacterPolicy
from viesti.services.check_request import Limits, check_fields
from viesti.services.estate import Snapshot
from viesti.services.message_text import MessageText
from viesti.services.plan import Planned, PlannedRecipient, begins_at, lane_of, plan, service_of
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest

CODING = "utf8"
_NUL = re.compile(rb"(?<!\\)(\\\\)*\\u0000")  # in JSON; behind an odd backslash it is only text
DEFAULT_FALLBACK_MINUTES = 10  # of a message without a service


def plan_whatsapp(
    request: SubmitRequest, snapshot: Snapshot, limits: Limits, now: datetime, random: Callable[[], float]
) -> Planned | NotAccepted:
    """The plan, or everything that is wrong with the request."""
    customer = snapshot.estate.customers[request.customer_id]
    send_at = begins_at(request, now)
    problems = check_fields(request, send_at, limits, now)
    if request.content and _NUL.search(request.content):
        problems.append(FieldProblem("content", "A NUL character can't be stored or sent."))
    service = service_of(request, snapshot, problems)
    sender = _sender(request, service, customer, problems)
    channel = snapshot.whatsapp.get(sender.text) if sender else None
    if sender and not channel:
        problems.append(
            FieldProblem("sender", f"No enabled WhatsApp channel has the number {shown(sender.text)}.")
        )
    if problems or sender is None or channel is None:
        return NotAccepted(tuple(problems))
    planner = _Planner(request, snapshot, customer, service, sender, channel, limits)
    found = [planner.recipient(index, wanted) for index, wanted in enumerate(request.recipients)]
    recipients = tuple(recipient for recipient in found if recipient)
    if planner.problems:
        return NotAccepted(tuple(planner.problems))
    instead = _instead(request, recipients, snapshot, limits, now, random) if request.fallback else None
    if isinstance(instead, NotAccepted):
        return instead
    advertisement = request.advertisement
    if advertisement is None:
        advertisement = bool(service and service.advertisement)
    minutes = service.fallback_minutes if service else DEFAULT_FALLBACK_MINUTES
    return Planned(
        request=request,
        customer=customer,
        service=service,
        sender=sender,
        text=planner.text.stored if request.text else "",
        advertisement=advertisement,
        lane=lane_of(advertisement or request.campaign_id is not None, len(recipients), service, limits),
        send_at=send_at,
        currency=planner.currency,
        recipients=recipients,
        created_at=now,
        fallback=_kept(instead, advertisement) if instead else None,
        fallback_at=(send_at or now) + timedelta(minutes=minutes) if instead else None,
    )


def _sender(
    request: SubmitRequest, service: Service | None, customer: Customer, problems: list[FieldProblem]
) -> Sender | None:
    wanted = request.sender or (service.whatsapp_sender if service else "")
    if not wanted:
        if not any(problem.field == "service" for problem in problems):  # which would have one
            problems.append(
                FieldProblem("sender", "There is no sender, and the service has no WhatsApp sender.")
            )
        return None
    sender = parse_sender(wanted, (customer.default_region,))
    if not isinstance(sender, Sender):
        problems.append(FieldProblem("sender", sender.sentence))
        return None
    if sender.kind is not AddressKind.INTERNATIONAL:
        problems.append(FieldProblem("sender", f"A WhatsApp sender is a phone number, not '{sender.text}'."))
        return None
    return sender


def _instead(
    request: SubmitRequest,
    recipients: tuple[PlannedRecipient, ...],
    snapshot: Snapshot,
    limits: Limits,
    now: datetime,
    random: Callable[[], float],
) -> Planned | NotAccepted | None:
    """The SMS that goes out instead, to those who have a number; None when nobody has."""
    assert request.fallback is not None
    numbers = [
        (index, recipient.address.digits)
        for index, recipient in enumerate(recipients)
        if recipient.address.kind is AddressKind.INTERNATIONAL
    ]
    if not numbers:
        return None
    sms = SubmitRequest(
        dialect=request.dialect,
        customer_id=request.customer_id,
        application_id=request.application_id,
        service_id=request.service_id,
        sender=request.fallback.sender,
        text=request.fallback.text,
        recipients=tuple(RecipientRequest(f"+{digits}") for _, digits in numbers),
        track_links=False,
    )
    planned = plan(sms, snapshot, limits, now, random)
    if isinstance(planned, Planned):
        return planned
    return NotAccepted(
        tuple(
            FieldProblem(
                "fallback",
                f"As SMS: {problem.sentence}",
                None if problem.index is None else numbers[problem.index][0],
            )
            for problem in planned.problems
        )
    )


def _kept(instead: Planned, advertisement: bool) -> dict[str, str]:
    """What is stored of the SMS with the message."""
    kept = {"text": instead.text, "sender": instead.sender.text, "kind": instead.sender.kind.value}
    return {**kept, "advertisement": "yes"} if advertisement else kept


class _Planner:
    """Plans the recipients of one request."""

    def __init__(
        self,
        request: SubmitRequest,
        snapshot: Snapshot,
        customer: Customer,
        service: Service | None,
        sender: Sender,
        channel: ChannelRow,
        limits: Limits,
    ) -> None:
        self._snapshot = snapshot
        self._customer = customer
        self._sender = sender
        self._channel = channel
        self._fallback = request.fallback is not None
        self._normaliser = snapshot.normaliser(customer.default_region)
        # Characters that make an SMS longer are as good as any here.
        self.text = MessageText(replace(request, character_policy=CharacterPolicy.NONE), service, limits)
        self.currency: str | None = None
        self.problems: dict[FieldProblem, None] = {}  # what all recipients share is said once
        if self.text.fault:
            self._problem("text", self.text.fault, None)

    def recipient(self, index: int, wanted: RecipientRequest) -> PlannedRecipient | None:
        """The plan of one recipient; None, with the problem noted, when there can be none."""
        address = whatsapp_address(wanted.address, self._normaliser)
        if isinstance(address, AddressProblem):
            return self._problem("recipients", address.sentence, index)
        customer, channel_id = self._customer, self._channel.id
        verdict = self._snapshot.sender_verdict(customer.id, self._sender, address.region)
        if not verdict.allowed:
            return self._problem("sender", verdict.sentence, None)
        own = self.text.of(wanted)
        if isinstance(own, str):
            return self._problem("recipients", own, index)
        prefixed = address.digits if address.kind is AddressKind.INTERNATIONAL else ""
        cost = self._snapshot.cost(customer, channel_id, prefixed, 1)
        if cost:
            self.currency = cost.currency
        warnings = (*address.warnings, own.warning(address.digits)) if own.missing else address.warnings
        if self._fallback and not prefixed:
            warnings = (*warnings, f"{address.digits} is no phone number: there is no SMS instead.")
        return PlannedRecipient(
            address=address,
            text=own.text,
            coding=CODING,
            parts=1,
            channel_id=channel_id,
            route_id=None,
            cost=cost.amount if cost else None,
            cost_gbp=cost.gbp if cost else None,
            warnings=warnings,
        )

    def _problem(self, field: str, sentence: str, index: int | None) -> PlannedRecipient | None:
        self.problems[FieldProblem(field, sentence, index)] = None
        return None
