"""Claims recipients for a channel and settles what became of them.

Rule: what is claimed is settled exactly once: sent, failed, put off, sent another way, or in doubt.
Everything a settlement decides is decided by `judge`, from facts that were read with the claim.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from viesti.domain.channel import AddressKind, Outgoing, SendReport
from viesti.domain.estate import Service
from viesti.domain.failure import Failure
from viesti.domain.message import Claimed, Event, PartRow, StatusChange
from viesti.domain.outcome import Accepted, Deferred, Refused, Unknown
from viesti.domain.retry import GiveUp, RetryPolicy, next_attempt
from viesti.domain.routing import Route
from viesti.domain.status import Status
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.publish import publish
from viesti.services.receipts import TakeReceipts
from viesti.services.wake import CALLBACKS, OUTBOX, Waker
from viesti.storage.store import MessageToSend, Moved, Store, ToSend, Transaction, bucket_of


@dataclass(frozen=True, slots=True)
class Hold:
    """The right to serve a channel: its lease and fencing token."""

    channel_id: int
    lease: str
    token: int


@dataclass(frozen=True, slots=True)
class InHand:
    """A claimed recipient with what its settlement needs to know."""

    recipient: ToSend
    message: MessageToSend
    attempt: int
    outgoing: Outgoing

    @property
    def first_at(self) -> datetime:
        """When it was first due."""
        return self.message.send_at or self.recipient.created_at


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier took it whole."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not be sent."""

    reason: Failure
    detail: str


@dataclass(frozen=True, slots=True)
class Again:
    """Another attempt, `at` a time (None: now), perhaps another way."""

    at: datetime | None
    reason: Failure
    detail: str
    route: Route | None = None


@dataclass(frozen=True, slots=True)
class InDoubt:
    """No answer: sent once more, marked, or held for the operator."""

    held: bool
    detail: str


Decision = Sent | Failed | Again | InDoubt


def judge(
    in_hand: InHand,
    report: SendReport,
    service: Service | None,
    elsewhere: Callable[[InHand], Route | None],
    now: datetime,
    jitter: float,
    policy: RetryPolicy,
) -> Decision:
    """What follows from an attempt. The gravest part decides: refused, in doubt, deferred, taken."""
    outcomes = [part.outcome for part in report.parts]
    refused = next((o for o in outcomes if isinstance(o, Refused)), None)
    if refused:
        route = elsewhere(in_hand) if refused.elsewhere and not in_hand.outgoing.parts_done else None
        if route and not any(isinstance(o, Accepted | Unknown) for o in outcomes):
            return Again(None, refused.reason, refused.detail, route)
        return Failed(refused.reason, refused.detail)
    doubt = next((o for o in outcomes if isinstance(o, Unknown)), None)
    if doubt:
        resend = (service is None or service.on_unknown == "resend") and in_hand.recipient.doubts == 0
        return InDoubt(held=not resend, detail=doubt.detail)
    deferred = next((o for o in outcomes if isinstance(o, Deferred)), None)
    if deferred:
        due = next_attempt(
            in_hand.attempt,
            deferred,
            now,
            jitter,
            in_hand.first_at,
            policy,
            in_hand.message.validity_seconds,
        )
        if isinstance(due, GiveUp):
            return Failed(due.reason, deferred.detail or deferred.reason.value)
        return Again(due, deferred.reason, deferred.detail)
    return Sent()


class Dispatch:
    """The dispatch service of one engine process."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        receipts: TakeReceipts,
        waker: Waker,
        now: Callable[[], datetime],
        random: Callable[[], float],
        policy: RetryPolicy,
    ) -> None:
        self._store = store
        self._estate = estate
        self._receipts = receipts
        self._waker = waker
        self._now = now
        self._random = random
        self._policy = policy
        self._in_hand: dict[int, InHand] = {}

    async def claim(self, hold: Hold, limit: int) -> list[Outgoing]:
        """Claim up to `limit` ready recipients, urgent and fair first. The claim is committed on return."""
        now = self._now()
        async with self._store.transaction() as tx:
            claimed = await tx.outbox.claim(hold.channel_id, hold.lease, limit, hold.token, now)
            if not claimed:
                return []
            for lane in {one.lane for one in claimed}:
                tag = max(one.tag for one in claimed if one.lane == lane)
                await tx.outbox.set_clock(hold.channel_id, lane, tag)
            in_hand = await _load(tx, claimed)
        self._in_hand.update((one.recipient.id, one) for one in in_hand)
        return [one.outgoing for one in in_hand]

    async def settle(self, hold: Hold, reports: Sequence[SendReport]) -> None:
        """Write what became of claimed recipients, in one transaction. Safe to call again with the same
        reports."""
        reports = [report for report in reports if report.recipient_id in self._in_hand]
        settlement = _Settlement(hold, self._estate.current, self._now())
        for report in reports:
            in_hand = self._in_hand[report.recipient_id]
            service = settlement.snapshot.estate.services.get(in_hand.message.service_id or 0)
            decision = judge(
                in_hand,
                report,
                service,
                settlement.other_route,
                settlement.now,
                self._random(),
                self._policy,
            )
            settlement.add(in_hand, report, decision)

        async def work(tx: Transaction) -> None:
            await settlement.write(tx, self._store, self._receipts)

        await self._store.run(work)
        for report in reports:
            self._in_hand.pop(report.recipient_id, None)
        if settlement.callbacks:
            self._waker.wake(CALLBACKS)
        for channel_id in settlement.channels_with_work:
            self._waker.wake(OUTBOX, channel_id)

    async def give_back(self, hold: Hold, recipient_ids: Sequence[int]) -> None:
        """Return claimed recipients that were never handed to the channel."""
        if recipient_ids:
            async with self._store.transaction() as tx:
                await tx.outbox.unclaim(recipient_ids, hold.token)
            for recipient_id in recipient_ids:
                self._in_hand.pop(recipient_id, None)

    def forget(self, recipient_ids: Sequence[int]) -> None:
        """Forget recipients that this process will not settle any more (its lease is gone)."""
        for recipient_id in recipient_ids:
            self._in_hand.pop(recipient_id, None)


async def _load(tx: Transaction, claimed: Sequence[Claimed]) -> list[InHand]:
    """What the channel and the settlement need, in the order claimed."""
    recipients = {r.id: r for r in await tx.messages.load_recipients([one.id for one in claimed])}
    messages = await tx.messages.load_messages(list({r.message_id for r in recipients.values()}))
    repeated = [one.id for one in claimed if one.attempt > 1]
    done = await tx.messages.parts_done(repeated) if repeated else {}
    loaded = []
    for one in claimed:
        recipient = recipients[one.id]
        message = messages[recipient.message_id]
        outgoing = Outgoing(
            recipient_id=recipient.id,
            attempt=one.attempt,
            destination=recipient.address,
            destination_kind=AddressKind(recipient.address_kind),
            sender=message.sender,
            sender_kind=AddressKind(message.sender_kind),
            text=recipient.text if recipient.text is not None else message.text,
            languages=tuple(message.shift_tables),
            parts_done=frozenset(done.get(one.id, ())),
            validity_seconds=message.validity_seconds,
        )
        loaded.append(InHand(recipient, message, one.attempt, outgoing))
    return loaded


class _Settlement:
    """The rows of one settlement."""

    def __init__(self, hold: Hold, snapshot: Snapshot, now: datetime) -> None:
        self.hold = hold
        self.snapshot = snapshot
        self.now = now
        self.callbacks = 0
        self.channels_with_work: set[int] = set()
        self._parts: list[PartRow] = []
        self._sent: list[tuple[int, datetime, int, int]] = []
        self._told_sent: list[Moved] = []
        self._failed: list[StatusChange] = []
        self._doubts: list[tuple[int, int, bool]] = []
        self._again: list[tuple[int, datetime | None, int]] = []
        self._routes: list[tuple[int, int, int]] = []
        self._gone: list[int] = []
        self._events: list[Event] = []

    def other_route(self, in_hand: InHand) -> Route | None:
        """The route after this channel's, if there is one. Only one other way is tried for each recipient."""
        if in_hand.attempt > 1:
            return None
        message = in_hand.message
        return self.snapshot.routes.choose(
            in_hand.recipient.address,
            message.sender,
            message.service_id,
            message.customer_id,
            frozenset((self.hold.channel_id,)),
        )

    def add(self, in_hand: InHand, report: SendReport, decision: Decision) -> None:
        """Note the rows of one decision."""
        recipient_id = report.recipient_id
        self._add_parts(report)
        match decision:
            case Sent():
                at = max((part.at for part in report.parts), default=self.now)
                self._sent.append((recipient_id, at, report.attempt, in_hand.recipient.doubts))
                self._gone.append(recipient_id)
                if in_hand.message.report_all:
                    self._told_sent.append(_sent_move(in_hand))
            case Failed(reason, detail):
                self._failed.append(
                    StatusChange(recipient_id, Status.FAILED, reason.value, detail or None, None, self.now)
                )
                self._gone.append(recipient_id)
            case InDoubt(held, detail):
                self._doubts.append((recipient_id, report.attempt, held))
                self._event(recipient_id, "in_doubt", {"held": held, "detail": detail})
                if held:
                    self._gone.append(recipient_id)
                else:
                    self._again.append((recipient_id, None, self.hold.channel_id))
                    self.channels_with_work.add(self.hold.channel_id)
            case Again(due, reason, detail, route):
                channel_id = route.channel_id if route else self.hold.channel_id
                self._again.append((recipient_id, due, channel_id))
                if route:
                    self._routes.append((recipient_id, route.channel_id, route.id))
                if due is None:
                    self.channels_with_work.add(channel_id)
                self._event(
                    recipient_id, "rerouted" if route else "deferred", {"reason": reason, "detail": detail}
                )

    def _add_parts(self, report: SendReport) -> None:
        for part in report.parts:
            if isinstance(part.outcome, Accepted):
                self._parts.append(
                    PartRow(
                        recipient_id=report.recipient_id,
                        bucket=bucket_of(report.recipient_id),
                        attempt=report.attempt,
                        number=part.number,
                        total=report.parts_total,
                        channel_id=self.hold.channel_id,
                        reference=part.outcome.reference,
                        sent_at=part.at,
                    )
                )

    def _event(self, recipient_id: int, kind: str, detail: dict[str, object]) -> None:
        self._events.append(Event(recipient_id, self.now, kind, {"channel": self.hold.channel_id, **detail}))

    async def write(self, tx: Transaction, store: Store, receipts: TakeReceipts) -> None:
        """Write it all."""
        if self._parts:
            await tx.messages.add_parts(self._parts)
        if self._sent:
            await tx.messages.mark_sent(self._sent, self.hold.channel_id)
        await tx.messages.mark_doubt(self._doubts)
        await tx.messages.mark_route(self._routes)
        await tx.outbox.defer(self._again, self.hold.token)
        if self._gone:
            await tx.outbox.settle(self._gone, self.hold.token)
        await tx.messages.add_events(self._events)
        moved = await tx.messages.advance(self._failed)
        self.callbacks = await publish(tx, store, self.snapshot, [*self._told_sent, *moved], self.now)
        references = [part.reference for part in self._parts if part.reference]
        if references:
            await receipts.match_references(tx, references, self.hold.channel_id)


def _sent_move(in_hand: InHand) -> Moved:
    recipient, message = in_hand.recipient, in_hand.message
    return Moved(
        id=recipient.id,
        bucket=bucket_of(recipient.id),
        message_id=message.id,
        customer_id=message.customer_id,
        address=recipient.address,
        status=int(Status.SENT),
        failure=None,
        carrier_error=None,
        reports=True,
    )
