"""What is told of messages, in the words of the answers; and what a list is narrowed by.

Rule: nothing is decided here but what a request means; what can't be read is an error that names its field.
"""

from __future__ import annotations

import re
from datetime import datetime

from viesti.api.answer import FieldError, Refusal
from viesti.api.contract.reading import refused
from viesti.api.native.members import PROTOCOLS
from viesti.api.native.messages import shapes
from viesti.api.native.messages.shapes import InboundAsked, ListAsked
from viesti.domain.address import AddressProblem, whatsapp_address
from viesti.domain.estate import Customer
from viesti.domain.failure import Failure
from viesti.domain.keywords import chain_text, keyword_words
from viesti.domain.message import HeldReason, Protocol
from viesti.domain.sender import SenderProblem, parse_sender
from viesti.domain.status import Status
from viesti.services.estate import Snapshot
from viesti.services.search_messages import FoundMessage, InboundFilter, MessageFilter, Place
from viesti.services.sms.between import MAX_ID
from viesti.services.standing import status_text, summary
from viesti.services.timeline import Step
from viesti.services.timeline_text import step_text
from viesti.services.views import MessageView, RecentInbound, RecipientView

MAX_WORDS = 10
_CURSOR = re.compile(r"([0-9]{1,16})\.([0-9]{1,16})", re.ASCII)
_STATUSES = {status.word: status for status in Status}


def message_shown(view: MessageView) -> shapes.MessageShown:
    """GetMessage's answer."""
    return shapes.MessageShown(
        id=view.id,
        summary=summary(view.counts),
        finished=finished(view),
        counts=tuple(
            shapes.CountShown(status=status.word, recipients=view.counts[status])
            for status in sorted(view.counts, reverse=True)
        ),
        protocol=PROTOCOLS[Protocol(view.protocol)],
        sender=view.sender,
        text=view.text,
        content_type=view.content["type"] if view.content else None,
        fallback=shapes.FallbackShown(**view.fallback) if view.fallback else None,
        created_at=view.created_at,
        send_at=view.send_at,
        service=view.service,
        application=view.application,
        user=view.user,
        interface=view.interface,
        lane=view.lane,
        request_id=view.request_id,
        customer_data=view.customer_data,
        parent_id=view.parent_id,
        thread_id=view.thread_id,
        campaign_id=view.campaign_id,
        recipient_count=view.recipient_count,
        part_count=view.part_count,
        currency=view.currency,
        cost=view.cost,
        cost_gbp=view.cost_gbp,
        recipients=tuple(map(_recipient, view.recipients)),
    )


def finished(view: MessageView) -> bool:
    """Whether no more is expected of any recipient."""
    return all(status.final for status in view.counts)


def _recipient(view: RecipientView) -> shapes.RecipientShown:
    status = _STATUSES[view.status]
    failure = Failure(view.failure) if view.failure else None
    held_for = HeldReason(view.frozen) if view.frozen else None
    read = view.read_at is not None
    return shapes.RecipientShown(
        id=view.id,
        address=view.address,
        status=view.status,
        status_text=status_text(status, failure, held_for, tried=view.attempt > 0, read=read),
        finished=status.final,
        failure=view.failure,
        failure_text=view.failure_sentence,
        carrier_error=view.carrier_error,
        held_for=view.frozen,
        flagged_at=view.flagged_at,
        flagged_why=view.flagged_why,
        attempts=view.attempt,
        possible_duplicate=view.possible_duplicate,
        fell_back=view.fell_back,
        channel=view.channel,
        route=view.route,
        coding=view.coding,
        part_count=view.part_count,
        cost=view.cost,
        cost_gbp=view.cost_gbp,
        text=view.text,
        warnings=view.warnings,
        created_at=view.created_at,
        sent_at=view.sent_at,
        carrier_time=view.carrier_time,
        finished_at=view.finished_at,
        read_at=view.read_at,
        parts=tuple(
            shapes.PartShown(
                number=part.number,
                of=part.of,
                attempt=part.attempt,
                channel=part.channel,
                reference=part.reference,
                sent_at=part.sent_at,
                state=part.state,
                carrier_error=part.error or None,
                carrier_time=part.carrier_time,
            )
            for part in view.parts
        ),
        links=tuple(
            shapes.LinkShown(
                url=link.url,
                short_url=link.short_url,
                clicks=link.clicks,
                persons=link.persons,
                machines=link.machines,
                first_at=link.first_at,
                last_at=link.last_at,
            )
            for link in view.links
        ),
        callbacks=tuple(
            shapes.CallbackShown(
                id=call.id,
                kind=call.kind,
                url=call.url,
                attempts=call.attempts,
                due_at=call.due_at,
                parked_at=call.parked_at,
                last_error=call.last_error or None,
            )
            for call in view.callbacks
        ),
    )


def step_shown(step: Step) -> shapes.StepShown:
    """A step of GetMessageTimeline's answer."""
    return shapes.StepShown(
        at=step.at,
        kind=step.kind,
        text=step_text(step.kind, step.detail),
        recipient_id=step.recipient_id,
        details={name: value for name, value in step.detail.items() if value not in (None, "")},
    )


def row_shown(found: FoundMessage) -> shapes.RowShown:
    """A line of ListMessages' answer."""
    read = found.read_at is not None
    return shapes.RowShown(
        id=found.id,
        message_id=found.message_id,
        protocol=PROTOCOLS[Protocol(found.protocol)],
        sender=found.sender,
        address=found.address,
        text=found.text,
        status=found.status.word,
        status_text=status_text(
            found.status, found.failure, found.held_for, tried=found.attempts > 0, read=read
        ),
        finished=found.status.final,
        failure=found.failure.value if found.failure else None,
        held_for=found.held_for.value if found.held_for else None,
        flagged_why=found.flagged_why,
        part_count=found.parts,
        cost=found.cost,
        currency=found.currency,
        campaign_id=found.campaign_id,
        request_id=found.request_id,
        customer_data=found.customer_data,
        created_at=found.created_at,
        sent_at=found.sent_at,
        finished_at=found.finished_at,
    )


def inbound_shown(row: RecentInbound) -> shapes.InboundShown:
    """A line of ListInboundMessages' answer."""
    return shapes.InboundShown(
        id=row.id,
        protocol=PROTOCOLS[Protocol(row.protocol)],
        kind=row.kind,
        sender=row.sender,
        recipient=row.recipient,
        text=row.text,
        service=row.service,
        keyword=row.keyword,
        consent=row.consent,
        thread_id=row.thread_id,
        part_count=row.parts,
        parts_missing=row.parts_missing,
        received_at=row.received_at,
        attachments=tuple(
            shapes.FileShown(name=each.name, mime_type=each.mime_type) for each in row.attachments
        ),
    )


def cursor_of(place: Place | None) -> str | None:
    """Where the next page begins, as it is written; None at the end."""
    return None if place is None else f"{place.id}.{place.message_id}"


def message_filter(asked: ListAsked, customer: Customer, snapshot: Snapshot) -> MessageFilter | Refusal:
    """What ListMessages is asked for, or everything that is wrong with it."""
    problems: list[FieldError] = []
    after = _after(asked.cursor, problems)
    number = _party("recipient", asked.recipient, customer, snapshot, problems)
    sender: str | None = None
    if asked.sender:
        read = parse_sender(asked.sender, (customer.default_region,))
        if isinstance(read, SenderProblem):
            problems.append(FieldError("sender", read.sentence))
        else:
            sender = read.text
    words = asked.text.split()
    if len(words) > MAX_WORDS:
        problems.append(FieldError("text", f"There are more than {MAX_WORDS} words."))
    _order(asked.since, asked.until, problems)
    if problems:
        return refused(problems)
    return MessageFilter(
        statuses=(_STATUSES[asked.status],) if asked.status else None,
        number=number,
        sender=sender,
        words=words,
        tag=asked.tag or None,
        campaign_id=asked.campaign_id,
        request_id=asked.request_id or None,
        customer_data=asked.customer_data or None,
        since=asked.since,
        until=asked.until,
        after=after,
        limit=asked.limit,
    )


def inbound_filter(asked: InboundAsked, customer: Customer, snapshot: Snapshot) -> InboundFilter | Refusal:
    """What ListInboundMessages is asked for, or everything that is wrong with it."""
    problems: list[FieldError] = []
    after = _after(asked.cursor, problems)
    sender = _party("sender", asked.sender, customer, snapshot, problems)
    service_id = _service(asked.service, customer, snapshot, problems)
    _order(asked.since, asked.until, problems)
    if problems:
        return refused(problems)
    return InboundFilter(
        service_id=service_id,
        sender=sender,
        keyword=chain_text(keyword_words(asked.keyword)) or None,
        since=asked.since,
        until=asked.until,
        after=after,
        limit=asked.limit,
    )


def _after(cursor: str, problems: list[FieldError]) -> Place | None:
    if not cursor:
        return None
    fits = _CURSOR.fullmatch(cursor)
    place = Place(int(fits[1]), int(fits[2])) if fits else None
    if place is None or max(place) > MAX_ID:
        problems.append(FieldError("cursor", "It must be what 'next' of the page before was."))
    return place


def _party(
    field: str, written: str, customer: Customer, snapshot: Snapshot, problems: list[FieldError]
) -> str | None:
    """The digits of a number in any writing, or a user id of WhatsApp's."""
    if not written:
        return None
    party = whatsapp_address(written, snapshot.normaliser(customer.default_region))
    if isinstance(party, AddressProblem):
        problems.append(FieldError(field, party.sentence))
        return None
    return party.digits


def _service(written: str, customer: Customer, snapshot: Snapshot, problems: list[FieldError]) -> int | None:
    if not written:
        return None
    for service in snapshot.estate.services.values():
        if service.customer_id == customer.id and written in (service.key, str(service.id)):
            return service.id
    problems.append(FieldError("service", "There is no service of yours with this key or id."))
    return None


def _order(since: datetime | None, until: datetime | None, problems: list[FieldError]) -> None:
    if since is not None and until is not None and until <= since:
        problems.append(FieldError("until", "It must be after 'from'."))
