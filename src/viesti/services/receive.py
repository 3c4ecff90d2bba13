"""Takes messages from handsets: stores parts, joins them, finds the service, acts, owes callbacks.

Rule: a part is stored before it is acknowledged, and a message, its consent, its automatic answers and its
callbacks are written in the transaction that takes its parts away: all of it happens, once, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from viesti.domain.channel import AddressKind, InboundPart
from viesti.domain.consent import ALL_LANGUAGES, ConsentAction, consent_word
from viesti.domain.estate import Customer, Service
from viesti.domain.fair import FairClock
from viesti.domain.lane import Lane
from viesti.domain.message import Callback, Inbound
from viesti.domain.text import join_parts
from viesti.services.accept_rows import AcceptRows
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.plan import Limits, plan
from viesti.services.publish import inbound_callback
from viesti.services.requests import NotAccepted, RecipientRequest, SubmitRequest
from viesti.services.wake import CALLBACKS, OUTBOX, Waker
from viesti.storage.store import Store, StoredPart, StoreUnavailable, Transaction

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
    ) -> None:
        self._store = store
        self._estate = estate
        self._waker = waker
        self._limits = limits
        self._now = now
        self._random = random
        self._fair = FairClock()

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
        work = _Work(self._estate.current, self._now())

        async def once(tx: Transaction) -> None:
            nonlocal taken, work
            work = _Work(self._estate.current, self._now())
            stored = await tx.inbound.take_parts(limit, work.now - timedelta(seconds=JOIN_SECONDS))
            taken = len(stored)
            if stored:
                for channel_id, lane, tag in await tx.outbox.clocks():
                    self._fair.advance(channel_id, Lane(lane), tag)
                await self._write(tx, work, _grouped(stored), act)

        await self._store.run(once)
        if work.callbacks:
            self._waker.wake(CALLBACKS)
        for queued in work.rows.queued:
            self._waker.wake(OUTBOX, queued.channel_id)
        return taken

    async def _write(
        self, tx: Transaction, work: _Work, groups: Sequence[Sequence[StoredPart]], act: bool
    ) -> None:
        received = [await self._received(work.snapshot, group) for group in groups]
        received = await self._with_threads(tx, received)
        await tx.inbound.add([one.inbound for one in received])
        for one in received if act else ():
            if one.service and one.customer:
                await self._act(tx, work, one.inbound, one.service, one.customer)
        if work.rows.messages:
            await tx.messages.add(work.rows.messages, work.rows.recipients)
            if work.rows.queued:
                await tx.outbox.add(work.rows.queued)
        if work.callbacks:
            await tx.callbacks.add(work.callbacks)

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
        if service and customer and service.consent_words:
            consent = consent_word(text, customer.languages or ALL_LANGUAGES)
            if match and match.chain and consent is not ConsentAction.STOP:
                consent = None  # INFO or START is the service's own keyword here; STOP stays STOP
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
            payload=first.payload,
            parts=first.total or 1,
            parts_missing=len(joined.missing),
            keyword=" ".join(match.chain).upper() if match else "",
            consent=consent.value if consent else None,
            thread_id=None,
            received_at=min(part.received_at for part in parts),
        )
        if service is None:
            _log.warning("inbound message for no service", message=inbound.id, destination=first.destination)
        return _Received(inbound, customer, service)

    async def _with_threads(self, tx: Transaction, received: list[_Received]) -> list[_Received]:
        opening: dict[tuple[int, str], tuple[int, int, int, int, str, datetime]] = {}
        for one in received:
            if one.service and one.customer and one.service.dialogue:
                identifier = await self._store.ids.one(one.customer.bucket)
                opening[one.service.id, one.inbound.source] = (
                    identifier,
                    one.customer.bucket,
                    one.customer.id,
                    one.service.id,
                    one.inbound.source,
                    one.inbound.received_at,
                )
        if not opening:
            return received
        threads = await tx.inbound.open_threads(list(opening.values()))
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

    async def _act(
        self, tx: Transaction, work: _Work, inbound: Inbound, service: Service, customer: Customer
    ) -> None:
        if service.webhook_url:
            await self._owe(work, inbound, service, service.webhook_url, "inbound")
        match inbound.consent:
            case ConsentAction.STOP:
                await self._opt_out(tx, inbound, customer)
                await self._answer(work, inbound, service, customer, service.stop_reply)
            case ConsentAction.START:
                await self._opt_in(tx, inbound, customer)
                await self._answer(work, inbound, service, customer, service.start_reply)
            case ConsentAction.HELP:
                await self._answer(work, inbound, service, customer, service.help_reply)
        for action in work.snapshot.actions.get(service.id, ()):
            match action.kind:
                case "http_request":
                    await self._owe(work, inbound, service, str(action.options["url"]), "http_request")
                case "auto_reply" if inbound.consent is None:
                    await self._answer(work, inbound, service, customer, str(action.options["text"]))
                case "add_to_list" if inbound.consent != ConsentAction.STOP:
                    await self._add_to_list(tx, inbound, customer, str(action.options["list"]))
                case "opt_out":
                    await self._opt_out(tx, inbound, customer)

    async def _owe(self, work: _Work, inbound: Inbound, service: Service, url: str, kind: str) -> None:
        identifier = await self._store.ids.one(inbound.bucket)
        work.callbacks.append(inbound_callback(identifier, inbound, url, kind, service.key))

    async def _opt_out(self, tx: Transaction, inbound: Inbound, customer: Customer) -> None:
        at = inbound.received_at
        await tx.inbound.opt_out([(customer.id, customer.bucket, inbound.source, "all", at)])
        await self._consent(tx, inbound, customer, "stop")

    async def _opt_in(self, tx: Transaction, inbound: Inbound, customer: Customer) -> None:
        await tx.inbound.opt_in([(customer.id, inbound.source)])
        await self._consent(tx, inbound, customer, "start")

    async def _consent(self, tx: Transaction, inbound: Inbound, customer: Customer, action: str) -> None:
        identifier = await self._store.ids.one(customer.bucket)
        evidence = f"inbound message {inbound.id}"
        await tx.inbound.add_consents(
            [
                (
                    identifier,
                    customer.bucket,
                    customer.id,
                    inbound.source,
                    action,
                    "all",
                    inbound.received_at,
                    "sms",
                    evidence,
                )
            ]
        )

    async def _add_to_list(self, tx: Transaction, inbound: Inbound, customer: Customer, name: str) -> None:
        contact_id, list_id = await self._store.ids.take([customer.bucket] * 2)
        contacts = await tx.inbound.add_contacts(
            [(contact_id, customer.bucket, customer.id, inbound.source, "inbound", inbound.received_at)]
        )
        await tx.inbound.add_to_list(
            list_id, customer.bucket, customer.id, name, contacts[customer.id, inbound.source]
        )

    async def _answer(
        self, work: _Work, inbound: Inbound, service: Service, customer: Customer, text: str
    ) -> None:
        """Queue an automatic answer. Senders that can't be answered (names, short codes) get none, which also
        keeps two machines from answering each other for ever."""
        if not text or inbound.source_kind != AddressKind.INTERNATIONAL:
            return
        request = SubmitRequest(
            dialect="auto_reply",
            customer_id=customer.id,
            application_id=None,
            service_id=service.id,
            sender=inbound.destination,
            text=text,
            recipients=(RecipientRequest("+" + inbound.source),),
            parent_id=inbound.id,
            quiet=True,
        )
        planned = plan(request, work.snapshot, self._limits, work.now, self._random)
        if isinstance(planned, NotAccepted):
            sentences = [problem.sentence for problem in planned.problems]
            _log.warning("automatic answer not sent", message=inbound.id, service=service.key, why=sentences)
            return
        message_id, recipient_id = await self._store.ids.take([customer.bucket] * 2)
        # A consent confirmation goes out although the person has just opted out: the law asks for it.
        work.rows.add(planned, message_id, [recipient_id], {}, self._fair)


class _Work:
    """What one run writes besides the messages themselves."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.rows = AcceptRows()
        self.callbacks: list[Callback] = []


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
