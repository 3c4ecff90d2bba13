"""The rows that an accepted message becomes, and the answer its caller gets.

Rule: a recipient is in the outbox exactly when its status waits to be sent (`queued`, `scheduled`), and held
exactly when it is `frozen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from viesti.domain.address import shown
from viesti.domain.contact import ContactCount, KnownContact
from viesti.domain.failure import Failure
from viesti.domain.fair import FairClock
from viesti.domain.message import FallbackDue, Held, HeldReason, Message, Protocol, Queued, Recipient
from viesti.domain.purse import Purse
from viesti.domain.status import Status
from viesti.services.plan import Planned, PlannedRecipient
from viesti.services.requests import Submitted, SubmittedRecipient
from viesti.storage.store import SILENT, Known, Moved, Transaction


class Freeze(NamedTuple):
    """Why a recipient is held back; `why`: a sentence that flags it, '' for none."""

    reason: HeldReason
    why: str = ""


class Unwanted(NamedTuple):
    """Why nothing is sent to a person."""

    failure: Failure
    sentence: str


def objection(planned: Planned, digits: str, known: Known) -> Unwanted | None:
    """What a person said against being sent a message; None: nothing."""
    customer_id = planned.customer.id
    scope = known.opted_out.get((customer_id, digits)) if known.opted_out else None
    invited = True
    if planned.request.protocol == Protocol.WHATSAPP:
        scope, opted_in = known.on_whatsapp.get((customer_id, planned.sender.text, digits), SILENT)
        invited = opted_in or not planned.request.opt_in_needed
    if scope == "all" or (scope == "marketing" and planned.advertisement):
        return Unwanted(Failure.OPTED_OUT, _barred(digits, scope))
    return None if invited else Unwanted(Failure.NOT_OPTED_IN, _uninvited(digits, planned))


class AcceptRows:
    """Gathers the rows of one transaction. `purse`: what customers may still spend, their balances locked;
    without one, the store refuses the whole where a cap does not cover it. `asked`: whether it is known who
    the people are; if not, everybody is counted, and the store counts its contacts alone."""

    def __init__(self, purse: Purse | None = None, *, asked: bool = True) -> None:
        self._purse = purse
        self._asked = asked
        self.messages: list[Message] = []
        self.recipients: list[Recipient] = []
        self.queued: list[Queued] = []
        self.held: list[Held] = []
        self.counts: list[ContactCount] = []
        self.fallbacks: list[FallbackDue] = []
        self.skipped: list[Moved] = []  # nothing is sent to them, and somebody is told

    async def write(self, tx: Transaction) -> None:
        """Store them. Raises `OverTheCap`."""
        await tx.accept.add(
            self.messages, self.recipients, self.queued, self.held, self.counts, self.fallbacks
        )

    async def write_unless_known(self, tx: Transaction) -> dict[int, KnownContact] | None:
        """Store what was gathered without knowing the people, as `Accept.add_unless_known`."""
        return await tx.accept.add_unless_known(self.messages, self.recipients, self.queued, self.counts)

    def add(
        self,
        planned: Planned,
        message_id: int,
        recipient_ids: Sequence[int],
        known: Known,
        fair: FairClock,
        frozen: Mapping[int, Freeze] = MappingProxyType({}),
    ) -> Submitted:
        """Add a message; gives the answer for its caller. `frozen`: recipients that are held back, by id."""
        self.messages.append(_message(planned, message_id))
        customer_id = planned.customer.id
        waiting = Status.SCHEDULED if planned.send_at else Status.QUEUED
        answers = []
        for recipient_id, wanted in zip(recipient_ids, planned.recipients, strict=True):
            digits = wanted.address.digits
            contact = known.contacts.get((customer_id, digits))
            freeze = failure = None
            if unwanted := objection(planned, digits, known):
                status, failure = Status.FAILED, unwanted.failure
                wanted = replace(wanted, warnings=(*wanted.warnings, unwanted.sentence))
            elif freeze := frozen.get(recipient_id) or self._unaffordable(customer_id, wanted):
                status = Status.FROZEN
                self.held.append(_hold(planned, recipient_id, wanted, freeze))
                if freeze.why:
                    wanted = replace(wanted, warnings=(*wanted.warnings, freeze.why))
            else:
                status = waiting
                self.queued.append(self._queue(planned, recipient_id, wanted, fair))
            recipient = _recipient(planned, message_id, recipient_id, wanted, status, freeze, failure)
            self.recipients.append(recipient)
            if planned.fallback_at and status is not Status.FAILED and digits.isdecimal():
                self.fallbacks.append(FallbackDue(recipient_id, recipient.bucket, planned.fallback_at))
            if status is Status.FAILED:
                if recipient.reports or customer_id in known.reported:
                    self.skipped.append(_moved(recipient, told=customer_id in known.reported))
            elif contact or not self._asked:
                self.counts.append(_count(recipient, wanted.links))
            answers.append(
                SubmittedRecipient(
                    recipient_id,
                    digits,
                    status,
                    recipient.failure,
                    wanted.parts,
                    recipient.cost,
                    recipient.cost_gbp,
                    _told(wanted, freeze),
                    contact,
                    freeze.reason if freeze else None,
                    recipient.flagged_why or "",
                )
            )
        return Submitted(
            message_id=message_id,
            sender=planned.sender.text,
            text=planned.text,
            created_at=planned.created_at,
            send_at=planned.send_at,
            currency=planned.currency,
            recipients=tuple(answers),
            link_base=planned.link_base,
            link_rule=planned.link_rule,
        )

    def _unaffordable(self, customer_id: int, wanted: PlannedRecipient) -> Freeze | None:
        if self._purse is None or self._purse.take(customer_id, wanted.cost):
            return None
        return Freeze(HeldReason.BALANCE)

    @staticmethod
    def _queue(planned: Planned, recipient_id: int, wanted: PlannedRecipient, fair: FairClock) -> Queued:
        customer = planned.customer
        return Queued(
            id=recipient_id,
            bucket=customer.bucket,
            channel_id=wanted.channel_id,
            lane=int(planned.lane),
            tag=fair.tag(wanted.channel_id, planned.lane, customer.id, wanted.parts, customer.weight),
            parts=wanted.parts,
            due_at=planned.send_at,
            campaign_id=planned.request.campaign_id,
        )


def _hold(planned: Planned, recipient_id: int, wanted: PlannedRecipient, freeze: Freeze) -> Held:
    return Held(
        id=recipient_id,
        bucket=planned.customer.bucket,
        customer_id=planned.customer.id,
        reason=freeze.reason,
        channel_id=wanted.channel_id,
        lane=int(planned.lane),
        parts=wanted.parts,
        cost=wanted.cost,
        due_at=planned.send_at,
        since=planned.created_at,
        campaign_id=planned.request.campaign_id,
    )


def _count(recipient: Recipient, links: int) -> ContactCount:
    """A count has its recipient's id: it is written once, with it."""
    return ContactCount(
        recipient.id,
        recipient.bucket,
        recipient.customer_id,
        recipient.address,
        "outbound",
        1,
        recipient.created_at,
        links,
    )


def _told(wanted: PlannedRecipient, freeze: Freeze | None) -> tuple[str, ...]:
    """The warnings for the caller. That the balance is short passes, so it is not kept with the others."""
    if freeze is None or freeze.reason is not HeldReason.BALANCE:
        return wanted.warnings
    short = f"The balance does not cover {shown(wanted.address.digits)}: held back until it does."
    return (*wanted.warnings, short)


def _barred(digits: str, scope: str | None) -> str:
    what = "messages" if scope == "all" else "advertising"
    return f"{shown(digits)} has opted out of {what}: nothing is sent to it."


def _uninvited(digits: str, planned: Planned) -> str:
    number = shown(planned.sender.text)
    return f"{shown(digits)} has not opted in to WhatsApp messages from {number}: nothing is sent to it."


def _moved(recipient: Recipient, *, told: bool) -> Moved:
    return Moved(
        id=recipient.id,
        bucket=recipient.bucket,
        message_id=recipient.message_id,
        customer_id=recipient.customer_id,
        address=recipient.address,
        status=recipient.status,
        failure=recipient.failure,
        carrier_error=None,
        reports=recipient.reports,
        told=told,
    )


def _message(planned: Planned, message_id: int) -> Message:
    request, service = planned.request, planned.service
    return Message(
        id=message_id,
        bucket=planned.customer.bucket,
        customer_id=planned.customer.id,
        application_id=request.application_id,
        service_id=service.id if service else None,
        dialect=request.dialect,
        sender=planned.sender.text,
        sender_kind=planned.sender.kind.value,
        text=planned.text,
        lane=int(planned.lane),
        shift_tables=service.shift_tables if service else (),
        validity_seconds=request.validity_seconds or (service.validity_seconds if service else None),
        send_at=planned.send_at,
        recipient_count=len(planned.recipients),
        part_count=sum(recipient.parts for recipient in planned.recipients),
        currency=planned.currency,
        dlr_url=request.dlr_url,
        report_all=bool(service and service.report_statuses == "all"),
        customer_data=request.customer_data,
        request_id=request.request_id,
        parent_id=request.parent_id,
        quiet=request.quiet,
        extras=request.extras,
        created_at=planned.created_at,
        user_id=request.user_id,
        thread_id=request.thread_id,
        campaign_id=request.campaign_id,
        link_base=planned.link_base,
        links_until=planned.links_until,
        link_rule=planned.link_rule,
        protocol=request.protocol,
        content=request.content,
        fallback=planned.fallback,
    )


def _recipient(
    planned: Planned,
    message_id: int,
    recipient_id: int,
    wanted: PlannedRecipient,
    status: Status,
    freeze: Freeze | None,
    unwanted: Failure | None,
) -> Recipient:
    failed = unwanted is not None
    return Recipient(
        id=recipient_id,
        bucket=planned.customer.bucket,
        message_id=message_id,
        customer_id=planned.customer.id,
        address=wanted.address.digits,
        address_kind=wanted.address.kind.value,
        text=wanted.text,
        coding=wanted.coding,
        parts=wanted.parts,
        status=status,
        failure=unwanted.value if unwanted else None,
        carrier_error=None,
        channel_id=wanted.channel_id,
        route_id=wanted.route_id,
        attempt=0,
        doubts=0,
        reports=planned.request.dlr_url is not None,
        cost=None if failed else wanted.cost,
        cost_gbp=None if failed else wanted.cost_gbp,
        warnings=wanted.warnings or None,
        created_at=planned.created_at,
        finished_at=planned.created_at if failed else None,
        flagged_at=planned.created_at if freeze and freeze.why else None,
        flagged_why=freeze.why or None if freeze else None,
    )
