"""Plans a message before it is stored: addresses, sender, text and parts, route, lane and price.

Rule: no store and no clock here; the same request on the same snapshot gives the same plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec

from viesti.domain.address import Address, AddressProblem
from viesti.domain.estate import Customer, Service
from viesti.domain.lane import Lane
from viesti.domain.links import RULE, short_base
from viesti.domain.sender import Sender, SenderProblem, parse_sender
from viesti.services.check_request import Limits, check_fields
from viesti.services.estate import Snapshot
from viesti.services.message_text import MessageText
from viesti.services.requests import FieldProblem, NotAccepted, RecipientRequest, SubmitRequest

__all__ = ["Limits", "Planned", "PlannedRecipient", "begins_at", "lane_of", "plan", "service_of"]


REMEMBERED_SENDER = 32  # characters of a sender worth remembering how it is read


class PlannedRecipient(msgspec.Struct, frozen=True):
    """One recipient, ready to be stored."""

    address: Address
    text: str | None  # None: the message's
    coding: str
    parts: int
    channel_id: int
    route_id: int | None  # None: its channel was chosen by the sender
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]
    links: int = 0  # that are followed, in his text


class Planned(msgspec.Struct, frozen=True):
    """A message, ready to be stored."""

    request: SubmitRequest
    customer: Customer
    service: Service | None
    sender: Sender
    text: str  # with its placeholders, when it has any
    advertisement: bool
    lane: Lane
    send_at: datetime | None  # None: at once
    currency: str | None
    recipients: tuple[PlannedRecipient, ...]
    created_at: datetime
    link_base: str | None = None  # with the two below: as in `Message`
    links_until: datetime | None = None
    link_rule: int | None = None
    fallback: Mapping[str, str] | None = None  # as in `Message`
    fallback_at: datetime | None = None  # when it goes out, if nothing was delivered


def plan(
    request: SubmitRequest, snapshot: Snapshot, limits: Limits, now: datetime, random: Callable[[], float]
) -> Planned | NotAccepted:
    """The plan, or everything that is wrong with the request."""
    customer = snapshot.estate.customers[request.customer_id]
    send_at = begins_at(request, now)
    problems = check_fields(request, send_at, limits, now)
    service = service_of(request, snapshot, problems)
    sender = _sender(request, service, problems)
    if problems or sender is None:
        return NotAccepted(tuple(problems))
    planner = _Planner(request, snapshot, customer, service, sender, limits, random)
    recipients = [
        planner.recipient(index, wanted)
        for index, wanted in enumerate(() if planner.problems else request.recipients)
    ]
    if planner.problems:
        return NotAccepted(planner.problems)
    advertisement = request.advertisement
    if advertisement is None:
        advertisement = bool(service and service.advertisement)
    linked = planner.text.linked
    return Planned(
        request=request,
        customer=customer,
        service=service,
        sender=sender,
        text=planner.text.stored,
        advertisement=advertisement,
        lane=lane_of(advertisement or request.campaign_id is not None, len(recipients), service, limits),
        send_at=send_at,
        currency=planner.currency,
        recipients=tuple(recipient for recipient in recipients if recipient),
        created_at=now,
        link_base=planner.link_base if linked else None,
        links_until=(send_at or now) + timedelta(days=customer.link_days) if linked else None,
        link_rule=RULE if linked else None,
    )


def begins_at(request: SubmitRequest, now: datetime) -> datetime | None:
    """When it begins to be sent; None: at once."""
    wanted = max(request.send_at or now, now)
    if request.window:
        wanted = request.window.next(wanted)
    return wanted if wanted > now else None


def service_of(request: SubmitRequest, snapshot: Snapshot, problems: list[FieldProblem]) -> Service | None:
    """The service it is sent by; what is wrong with it is added to the problems."""
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


def lane_of(many: bool, recipients: int, service: Service | None, limits: Limits) -> Lane:
    """The lane it waits in. `many`: it is one of many by its kind, however few its recipients are."""
    wanted = service.lane if service else "auto"
    if wanted == "auto":
        bulk = many or recipients >= limits.bulk_threshold
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
        self._random = random
        self._normaliser = snapshot.normaliser(customer.default_region)
        tracked = request.track_links
        if tracked is None:
            tracked = bool(service and service.track_links)
        self.link_base = short_base(customer.link_domain, limits.base_url) if tracked else ""
        self.text = MessageText(request, service, limits, self.link_base)
        self.currency: str | None = None
        self._problems: dict[FieldProblem, None] = {}  # what all recipients share is said once
        if self.text.fault:
            self._problem("text", self.text.fault, None)

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """Everything wrong so far, in the order of the recipients."""
        return tuple(self._problems)

    def recipient(self, index: int, wanted: RecipientRequest) -> PlannedRecipient | None:
        """The plan of one recipient; None, with the problem noted, when there can be none."""
        address = self._normaliser.normalise(wanted.address)
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
        own = self.text.of(wanted)
        if isinstance(own, str):
            return self._problem("recipients", own, index)
        linked = self.text.plan(own, self._snapshot.concat[route.channel_id])
        if isinstance(linked, str):
            shared = own.text is None  # then it is said once
            return self._problem("text" if shared else "recipients", linked, None if shared else index)
        planned, links = linked
        cost = self._snapshot.cost(customer, route.channel_id, address.digits, planned.parts)
        if cost:
            self.currency = cost.currency
        return PlannedRecipient(
            address=address,
            text=None if own.text is None else planned.text,
            coding=planned.encoding.coding.value,
            parts=planned.parts,
            channel_id=route.channel_id,
            route_id=route.id,
            cost=cost.amount if cost else None,
            cost_gbp=cost.gbp if cost else None,
            warnings=(*address.warnings, own.warning(address.digits)) if own.missing else address.warnings,
            links=links,
        )

    def _problem(self, field: str, sentence: str, index: int | None) -> PlannedRecipient | None:
        self._problems[FieldProblem(field, sentence, index)] = None
        return None
