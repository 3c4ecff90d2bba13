"""Takes messages from handsets: stores parts, joins them, finds the service, acts, owes callbacks.

Rule: a part is stored before it is acknowledged, and a message, its consent, its automatic answers and its
callbacks are written in the transaction that takes its parts away: all of it happens, once, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from viesti.domain.channel import InboundPart
from viesti.domain.consent import ALL_LANGUAGES, ConsentAction, consent_word
from viesti.domain.estate import Customer, Service
from viesti.domain.inbound_kind import rule_of
from viesti.domain.keywords import chain_text
from viesti.domain.message import Inbound
from viesti.domain.purse import Purse
from viesti.domain.text import join_parts
from viesti.services.contacts.senders import meet
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.notify import Notify
from viesti.services.notify_txtsync import DIALECT as TXTSYNC
from viesti.services.plan import Limits
from viesti.services.react import OPENS_THREAD, React
from viesti.services.reactions import Reactions
from viesti.services.wake import CALLBACKS, MEDIA, OUTBOX, Waker
from viesti.storage.store import (
    OpenThread,
    OverTheCap,
    Store,
    StoredPart,
    StoreUnavailable,
    Subscription,
    Transaction,
)

JOIN_SECONDS = 3600  # how long a part waits for its siblings before what there is is delivered

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Received:
    """A whole message with what it was found to be for."""

    inbound: Inbound
    customer: Customer | None
    service: Service | None


class Receive:
    """The inbound service of one engine process."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        waker: Waker,
        limits: Limits,
        now: Callable[[], datetime],
        random: Callable[[], float],
        notify: Notify,
    ) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._now = now
        self._react = React(store, limits, random, notify)

    async def store(self, parts: Sequence[InboundPart]) -> None:
        """Store parts as they came. Raises `StoreUnavailable`, and then none is stored."""
        snapshot = self._estate.current
        buckets = [snapshot.channel_bucket(part.channel_id) for part in parts]
        ids = await self._store.ids.take(buckets)
        async with self._store.transaction() as tx:
            await tx.inbound.add_parts(list(zip(ids, buckets, parts, strict=True)))

    async def process(self, limit: int) -> int:
        """Process up to `limit` stored messages that are whole; gives how many parts were taken.

        One whose processing fails is stored without it, so that it holds up no other.
        """
        try:
            return await self._process(limit)
        except StoreUnavailable:
            raise
        except Exception:
            if limit > 1:
                return await self.process(1)
            _log.exception("inbound message stored without its service's actions")
            return await self._process(1, act=False)

    async def _process(self, limit: int, *, act: bool = True) -> int:
        taken = 0
        capped: set[int] = set()  # customers whose balance does not cover their answers
        work = Reactions(self._estate.current, self._now())

        async def once(tx: Transaction) -> None:
            nonlocal taken, work
            purse = Purse(await tx.money.lock_left(capped)) if capped else None
            work = Reactions(self._estate.current, self._now(), purse)
            stored = await tx.inbound.take_parts(limit, work.now - timedelta(seconds=JOIN_SECONDS))
            taken = len(stored)
            if stored:
                await self._react.read_clock(tx)
                await self._write(tx, work, _grouped(stored), act)

        while True:
            try:
                await self._store.run(once)
                break
            except OverTheCap:
                answering = {message.customer_id for message in work.rows.messages}
                if answering <= capped:
                    raise
                capped |= answering
        if work.callbacks or work.owed:
            self._waker.wake(CALLBACKS)
        for queued in work.rows.queued:
            self._waker.wake(OUTBOX, queued.channel_id)
        return taken

    async def _write(
        self, tx: Transaction, work: Reactions, groups: Sequence[Sequence[StoredPart]], act: bool
    ) -> None:
        received = [await self._received(work.snapshot, group) for group in groups]
        received = await self._with_threads(tx, work.snapshot, received)
        await tx.inbound.add([one.inbound for one in received])
        with_files = [one.inbound for one in received if one.inbound.attachments]
        if with_files:
            await tx.inbound_media.await_files(with_files, work.now)
            tx.after_commit(lambda: self._waker.wake(MEDIA))
        if act:
            ours = [
                (one.inbound, one.customer)
                for one in received
                if one.service and one.customer and rule_of(one.inbound.kind).told
            ]
            work.contacts = await meet(tx, self._store, ours)
            work.subscriptions = await _subscriptions(tx, received)
            work.last = await tx.sent_to.last(_told_of_the_last(work, received))
        for one in received if act else ():
            if one.service and one.customer:
                await self._react(tx, work, one.inbound, one.service, one.customer)
            elif one.inbound.consent:
                await self._react.stop_everywhere(tx, work, one.inbound)
        if work.rows.messages:
            await work.rows.write(tx)
        if work.callbacks:
            await tx.callbacks.add(work.callbacks)
        await tx.messages.add_events(work.events)

    async def _received(self, snapshot: Snapshot, parts: Sequence[StoredPart]) -> _Received:
        first = parts[0]
        joined = join_parts([(part.number or 1, part.text) for part in parts], first.total or 1)
        text = joined.text
        if text is None:  # what there is, in order; the missing numbers are kept beside it
            text = "".join(part.text for part in sorted(parts, key=lambda part: part.number or 1))
        match = snapshot.keywords.match(first.destination, text)
        service = snapshot.estate.services.get(match.service_id) if match else None
        customer = snapshot.estate.customers[service.customer_id] if service else None
        bucket = customer.bucket if customer else snapshot.channel_bucket(first.channel_id)
        consent = None
        if rule_of(first.kind).consents:
            consent = _consent(text, service, customer, by_keyword=bool(match and match.chain))
        inbound = Inbound(
            id=await self._store.ids.one(bucket),
            bucket=bucket,
            customer_id=customer.id if customer else None,
            service_id=service.id if service else None,
            channel_id=first.channel_id,
            source=first.source,
            source_kind=first.source_kind,
            destination=first.destination,
            text=text,
            payload=_payload(parts),
            parts=first.total or 1,
            parts_missing=len(joined.missing),
            keyword=chain_text(match.chain) if match else "",
            consent=consent.value if consent else None,
            thread_id=None,
            received_at=min(part.received_at for part in parts),
            protocol=first.protocol,
            reference=first.message_reference,
            kind=first.kind,
            attachments=first.attachments,
            details=first.details,
        )
        if service is None:
            _log.warning("inbound message for no service", message=inbound.id, destination=first.destination)
        return _Received(inbound, customer, service)

    async def _with_threads(
        self, tx: Transaction, snapshot: Snapshot, received: list[_Received]
    ) -> list[_Received]:
        opening: dict[tuple[int, str], OpenThread] = {}
        for one in received:
            told = rule_of(one.inbound.kind).told
            if one.service and one.customer and told and _discusses(snapshot, one.service):
                identifier = await self._store.ids.one(one.customer.bucket)
                opening[one.service.id, one.inbound.source] = OpenThread(
                    id=identifier,
                    bucket=one.customer.bucket,
                    customer_id=one.customer.id,
                    service_id=one.service.id,
                    address=one.inbound.source,
                    destination=one.inbound.destination,
                    at=one.inbound.received_at,
                    protocol=one.inbound.protocol,
                )
        if not opening:
            return received
        threads = await tx.threads.open(list(opening.values()))
        return [
            replace(
                one,
                inbound=replace(
                    one.inbound,
                    thread_id=threads.get((one.service.id if one.service else 0, one.inbound.source)),
                ),
            )
            for one in received
        ]


def _consent(
    text: str, service: Service | None, customer: Customer | None, *, by_keyword: bool
) -> ConsentAction | None:
    """What a text asks for, where it came in."""
    if service and customer and service.consent_words:
        said = consent_word(text, customer.languages or ALL_LANGUAGES)
        # INFO or START may be the service's own keyword; STOP stays STOP.
        return None if by_keyword and said is not ConsentAction.STOP else said
    if service is None and consent_word(text) is ConsentAction.STOP:
        return ConsentAction.STOP  # no keyword fits, but what is meant is plain
    return None


def _discusses(snapshot: Snapshot, service: Service) -> bool:
    """Whether what comes in for a service is part of a discussion."""
    return service.dialogue or any(
        action.kind == OPENS_THREAD for action in snapshot.actions.get(service.id, ())
    )


async def _subscriptions(tx: Transaction, received: Sequence[_Received]) -> Sequence[Subscription]:
    """Who is to be called for some of these messages."""
    services = {one.service.id: one.service.customer_id for one in received if one.service}
    if not services:
        return ()
    customers = sorted(set(services.values()))
    return await tx.subscriptions.of_services(customers, sorted(services), "inbound", "keyword")


def _told_of_the_last(work: Reactions, received: Sequence[_Received]) -> set[tuple[int, str]]:
    """Who wrote something that flows are told together with the last message to him: (customer, address)."""
    return {
        (one.customer.id, one.inbound.source)
        for one in received
        if one.customer
        and one.service
        and any(subscription.dialect == TXTSYNC for subscription in work.subscribed(one.service))
    }


def _payload(parts: Sequence[StoredPart]) -> bytes | None:
    """The octets of a message that is not text, its parts in order."""
    octets = [part.payload for part in sorted(parts, key=lambda part: part.number or 1) if part.payload]
    return b"".join(octets) if octets else parts[0].payload


def _grouped(stored: Sequence[StoredPart]) -> list[list[StoredPart]]:
    """Parts by message, in the order they came. The same part twice counts once; another text under the same
    number is of an earlier message that never became whole, because its reference was used again."""
    groups: dict[object, list[dict[int, StoredPart]]] = {}
    for part in reversed(stored):
        whole = part.total is None
        key: object = (
            part.id if whole else (part.channel_id, part.source, part.destination, part.reference, part.total)
        )
        number = part.number or 1
        messages = groups.setdefault(key, [])
        for message in messages:
            if message.setdefault(number, part).text == part.text:
                break
        else:
            messages.append({number: part})
    return [
        list(message.values()) for messages in reversed(groups.values()) for message in reversed(messages)
    ]
