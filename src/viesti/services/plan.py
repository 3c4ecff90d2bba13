"""Plans a message before it is stored: addresses, sender, text and parts, route, lane and price.

Rule: no store and no clock here; the same request on the same snapshot gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec

from viesti.domain.address import Address, AddressProblem
from viesti.domain.delivery_report import unknown_placeholders
from viesti.domain.estate import Customer, Service
from viesti.domain.lane import Lane
from viesti.domain.sender import Sender, SenderProblem, parse_sender
from viesti.domain.text import MAX_PARTS, CharacterPolicy, ConcatMethod, TextPlan, inspect
from viesti.net.addresses import Network
from viesti.net.url import BadUrl, parse_url
from viesti.services.estate import Snapshot
from viesti.services.requests import FieldProblem, NotAccepted, SubmitRequest

MAX_CUSTOMER_DATA = 255
MAX_REQUEST_ID = 1000
MAX_TEXT = 40_000  # 255 parts of 153 septets, and a little
REMEMBERED_SENDER = 32  # characters of a sender worth remembering how it is read


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request."""

    bulk_threshold: int = 100
    max_recipients: int = 10_000
    max_parts: int = MAX_PARTS
    max_ahead: timedelta = timedelta(days=60)  # of a send time; within it nothing of the message is dropped
    allowed_networks: Sequence[Network] = ()  # private networks that callbacks may go to


class PlannedRecipient(msgspec.Struct, frozen=True):
    """One recipient, ready to be stored."""

    address: Address
    text: str | None  # None: the message's
    coding: str
    parts: int
    channel_id: int
    route_id: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]


class Planned(msgspec.Struct, frozen=True):
    """A message, ready to be stored."""

    request: SubmitRequest
    customer: Customer
    service: Service | None
    sender: Sender
    text: str
    lane: Lane
    send_at: datetime | None  # None: at once
    currency: str | None
    recipients: tuple[PlannedRecipient, ...]
    created_at: datetime


def plan(
    request: SubmitRequest, snapshot: Snapshot, limits: Limits, now: datetime, random: Callable[[], float]
) -> Planned | NotAccepted:
    """The plan, or everything that is wrong with the request."""
    customer = snapshot.estate.customers[request.customer_id]
    problems = _check_fields(request, limits, now)
    service = _service(request, snapshot, problems)
    sender = _sender(request, service, problems)
    if problems or sender is None:
        return NotAccepted(tuple(problems))
    planner = _Planner(request, snapshot, customer, service, sender, limits, random)
    recipients = [
        planner.recipient(index, wanted.address, wanted.text)
        for index, wanted in enumerate(request.recipients)
    ]
    if planner.problems:
        return NotAccepted(planner.problems)
    send_at = request.send_at if request.send_at and request.send_at > now else None
    return Planned(
        request=request,
        customer=customer,
        service=service,
        sender=sender,
        text=planner.text_plan(request.text, ConcatMethod.UDH8).text,
        lane=_lane(request, service, limits),
        send_at=send_at,
        currency=planner.currency,
        recipients=tuple(recipient for recipient in recipients if recipient),
        created_at=now,
    )


def _check_fields(request: SubmitRequest, limits: Limits, now: datetime) -> list[FieldProblem]:
    problems = []
    if not request.text:
        problems.append(FieldProblem("text", "The text is empty."))
    for field, value, longest in (
        ("text", request.text, MAX_TEXT),
        ("customer_data", request.customer_data, MAX_CUSTOMER_DATA),
        ("request_id", request.request_id, MAX_REQUEST_ID),
    ):
        sentence = _objection(value, longest)
        if sentence:
            problems.append(FieldProblem(field, sentence))
    if not request.recipients:
        problems.append(FieldProblem("recipients", "There is no recipient."))
    elif len(request.recipients) > limits.max_recipients:
        problems.append(
            FieldProblem(
                "recipients", f"{len(request.recipients)} recipients are more than {limits.max_recipients}."
            )
        )
    for index, wanted in enumerate(request.recipients):
        sentence = _objection(wanted.text, MAX_TEXT)
        if sentence:
            problems.append(FieldProblem("recipients", f"Its text: {sentence}", index))
    if request.send_at and request.send_at - now > limits.max_ahead:
        problems.append(
            FieldProblem(
                "send_at", f"It is more than {limits.max_ahead.days} days from now, which is the limit."
            )
        )
    if request.dlr_url:
        bad = parse_url(request.dlr_url, limits.allowed_networks)
        unknown = unknown_placeholders(request.dlr_url)
        if isinstance(bad, BadUrl):
            problems.append(FieldProblem("dlr_url", bad.reason))
        elif unknown:
            problems.append(
                FieldProblem("dlr_url", f"The placeholder {unknown[0]} stands for nothing we report.")
            )
    return problems


def _objection(value: str | None, longest: int) -> str | None:
    """What is wrong with a text as such: too long, or what neither PostgreSQL nor a handset takes."""
    if not value:
        return None
    if len(value) > longest:
        return f"It is longer than {longest} characters."
    if "\0" in value:
        return "A NUL character can't be stored or sent."
    if value.isascii():
        return None
    try:
        value.encode()
    except UnicodeEncodeError as error:
        return f"Character {error.start + 1} is half of a surrogate pair, which is no character."
    return None


def _service(request: SubmitRequest, snapshot: Snapshot, problems: list[FieldProblem]) -> Service | None:
    if request.service_id is None:
        return None
    service = snapshot.estate.services.get(request.service_id)
    if service is None or service.customer_id != request.customer_id:
        problems.append(FieldProblem("service", "There is no such service."))
        return None
    if not service.enabled:
        problems.append(FieldProblem("service", f"The service '{service.name}' is switched off."))
    return service


def _sender(request: SubmitRequest, service: Service | None, problems: list[FieldProblem]) -> Sender | None:
    wanted = request.sender or (service.default_sender if service else "")
    if not wanted:
        if not any(problem.field == "service" for problem in problems):  # which would have one
            problems.append(
                FieldProblem("sender", "There is no sender, and the service has no default sender.")
            )
        return None
    sender = _read_sender(wanted) if len(wanted) <= REMEMBERED_SENDER else parse_sender(wanted)
    if isinstance(sender, SenderProblem):
        problems.append(FieldProblem("sender", sender.sentence))
        return None
    return sender


@lru_cache(maxsize=4096)
def _read_sender(wanted: str) -> Sender | SenderProblem:
    return parse_sender(wanted)


def _lane(request: SubmitRequest, service: Service | None, limits: Limits) -> Lane:
    wanted = service.lane if service else "auto"
    if wanted == "auto":
        bulk = request.advertisement or len(request.recipients) >= limits.bulk_threshold
        return Lane.BULK if bulk else Lane.TRANSACTIONAL
    return Lane.BULK if wanted == "bulk" else Lane.TRANSACTIONAL


class _Planner:
    """Plans the recipients of one request; what is the same for many is worked out once."""

    def __init__(
        self,
        request: SubmitRequest,
        snapshot: Snapshot,
        customer: Customer,
        service: Service | None,
        sender: Sender,
        limits: Limits,
        random: Callable[[], float],
    ) -> None:
        self._request = request
        self._snapshot = snapshot
        self._customer = customer
        self._service_id = service.id if service else None
        self._sender = sender
        self._limits = limits
        self._random = random
        self._normaliser = snapshot.normaliser(customer.default_region)
        self._policy = CharacterPolicy(service.character_policy) if service else CharacterPolicy.NONE
        self._languages = service.shift_tables if service else ()
        self._texts: dict[tuple[str, ConcatMethod], TextPlan] = {}
        self.currency: str | None = None
        self._problems: dict[FieldProblem, None] = {}  # what all recipients share is said once

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """Everything wrong so far, in the order of the recipients."""
        return tuple(self._problems)

    def text_plan(self, text: str, method: ConcatMethod) -> TextPlan:
        """Encoding and parts of a text on a channel of that method."""
        found = self._texts.get((text, method))
        if found is None:
            found = self._texts[text, method] = inspect(text, self._policy, self._languages, method)
        return found

    def recipient(self, index: int, written: str, text: str | None) -> PlannedRecipient | None:
        """The plan of one recipient; None, with the problem noted, when there can be none."""
        address = self._normaliser.normalise(written)
        if isinstance(address, AddressProblem):
            return self._problem("recipients", address.sentence, index)
        customer = self._customer
        verdict = self._snapshot.sender_verdict(customer.id, self._sender, address.region)
        if not verdict.allowed:
            return self._problem("sender", verdict.sentence, None)
        route = self._snapshot.routes.choose(
            address.digits, self._sender.text, self._service_id, customer.id, pick=self._random()
        )
        if route is None:
            return self._problem("recipients", f"No route leads to +{address.digits}.", index)
        planned = self.text_plan(text or self._request.text, self._snapshot.concat[route.channel_id])
        if planned.refused:
            listed = ", ".join(
                f"{character!r} (U+{ord(character[0]):04X})" for character in planned.refused[:5]
            )
            return self._problem(
                "text", f"The service allows only GSM characters; these are not: {listed}.", None
            )
        if planned.parts > self._limits.max_parts:
            return self._problem(
                "text",
                f"The text would be {planned.parts} parts; {self._limits.max_parts} is the limit.",
                None,
            )
        price = self._snapshot.prices.lookup(customer.id, route.channel_id, address.digits)
        cost = price.cost(planned.parts) if price else None
        if cost:
            self.currency = cost.currency
        return PlannedRecipient(
            address=address,
            text=planned.text if text and text != self._request.text else None,
            coding=planned.encoding.coding.value,
            parts=planned.parts,
            channel_id=route.channel_id,
            route_id=route.id,
            cost=cost.amount if cost else None,
            cost_gbp=cost.gbp if cost else None,
            warnings=address.warnings,
        )

    def _problem(self, field: str, sentence: str, index: int | None) -> PlannedRecipient | None:
        self._problems[FieldProblem(field, sentence, index)] = None
        return None
