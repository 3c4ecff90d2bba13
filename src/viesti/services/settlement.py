"""Writes what became of a batch of claimed recipients.

Rule: who takes a recipient out of the outbox, or puts it back, under the token it was claimed with, writes
the rest of its settlement; nobody else does. So a settlement written twice, or after another process took
over, changes nothing - but for the references of parts, which are facts whoever learns of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from viesti.domain.channel import SendReport
from viesti.domain.failure import Failure
from viesti.domain.message import Event, PartRow, StatusChange
from viesti.domain.outcome import Accepted
from viesti.domain.status import Status
from viesti.services.balance.reprice import fare, reprice
from viesti.services.balance.settle import SentParts, as_planned, settle_failed, settle_sent
from viesti.services.estate import Snapshot
from viesti.services.fall_back import NOBODY, Stranded, fall_back, may_fall_back
from viesti.services.judge import Again, Decision, Failed, InDoubt, InHand, Sent
from viesti.services.publish import sent_move
from viesti.services.receipts import TakeReceipts
from viesti.services.wake import soon
from viesti.storage.store import Moved, SentPart, Store, Transaction, bucket_of


@dataclass(frozen=True, slots=True)
class Hold:
    """The right to serve a channel: its lease and fencing token."""

    channel_id: int
    lease: str
    token: int


class Decided(NamedTuple):
    """A recipient in hand, what was reported of it, and what follows."""

    in_hand: InHand
    report: SendReport
    decision: Decision

    @property
    def id(self) -> int:
        """The recipient's id."""
        return self.report.recipient_id


class SettledSent:
    """Those of a batch that the carrier took whole and as planned, and of whose sending nobody is told. After
    `write`: the ids of those that were ours to settle, and the references that receipts came for before."""

    def __init__(self, hold: Hold, snapshot: Snapshot, decided: Sequence[Decided]) -> None:
        self._hold = hold
        self._parts = [
            SentPart(
                report.recipient_id,
                report.attempt,
                part.number,
                report.parts_total,
                part.outcome.reference,
                part.at,
            )
            for in_hand, report, decision in decided
            if isinstance(decision, Sent)
            and not in_hand.message.report_all
            and as_planned(snapshot, hold.channel_id, SentParts(in_hand.recipient, report.parts_total))
            for part in report.parts
            if isinstance(part.outcome, Accepted)
        ]
        self._customers = {in_hand.message.customer_id for in_hand, _, _ in decided}
        self.ids: set[int] = set()
        self.awaited: list[str] = []

    async def write(self, store: Store) -> None:
        """Write it, which is a transaction of its own."""
        if not self._parts:
            return
        self.ids, awaited = await store.run_one(
            lambda tx: tx.outbox.settle_sent(
                self._parts, self._hold.channel_id, self._hold.token, self._customers
            )
        )
        self.awaited = [part.reference for part in self._parts if part.reference] if awaited else []


class Settlement:
    """One batch. After `write`: how many callbacks it owes, which channels have work from it, and whether
    something is due again soon."""

    def __init__(self, hold: Hold, snapshot: Snapshot, now: datetime, decided: Sequence[Decided]) -> None:
        self._hold = hold
        self._snapshot = snapshot
        self._now = now
        self._decided = decided
        self.callbacks = 0
        self.channels_with_work: set[int] = set()
        self.due_soon = False

    async def write(self, tx: Transaction, receipts: TakeReceipts) -> None:
        """Write it all; may be run again from the start."""
        settled = await self._release(tx)
        ours = await self._reprice(tx, [one for one in self._decided if one.id in settled])
        parts = await self._write_parts(tx, ours)
        ours = await self._fall_back(tx, ours)
        told = await self._write_sent(tx, ours)
        doubts = [
            (one.id, one.report.attempt, one.decision.held)
            for one in ours
            if isinstance(one.decision, InDoubt)
        ]
        await tx.messages.mark_doubt(doubts, self._now)
        await tx.messages.mark_route(
            [
                (one.id, one.decision.route.channel_id, one.decision.route.id)
                for one in ours
                if isinstance(one.decision, Again) and one.decision.route
            ]
        )
        await tx.messages.add_events([event for one in ours for event in self._events(one)])
        await settle_failed(
            tx, [(one.in_hand, one.report) for one in ours if isinstance(one.decision, Failed)]
        )
        failed = await tx.messages.advance(
            [self._failure(one, one.decision) for one in ours if isinstance(one.decision, Failed)]
        )
        self.callbacks = await receipts.publish(tx, self._snapshot, [*told, *failed], self._now)
        await receipts.match_references(tx, _references(parts), self._hold.channel_id)

    async def _release(self, tx: Transaction) -> set[int]:
        """Take what is settled out of the outbox and put back what is tried again; gives those that were
        still ours to settle."""
        gone: list[int] = []
        again: list[tuple[int, datetime | None, int]] = []
        for one in self._decided:
            match one.decision:
                case InDoubt(held=False, at=at):
                    again.append((one.id, at, self._hold.channel_id))
                case Again(at=at, route=route):
                    again.append((one.id, at, route.channel_id if route else self._hold.channel_id))
                case _:
                    gone.append(one.id)
        self.channels_with_work = {channel_id for _, due, channel_id in again if due is None}
        self.due_soon = any(soon(due, self._now) for _, due, _ in again)
        settled = await tx.outbox.settle(gone, self._hold.token)
        return settled | await tx.outbox.defer(again, self._hold.token)

    async def _reprice(self, tx: Transaction, ours: Sequence[Decided]) -> list[Decided]:
        """Those that go another way cost what that way costs; who can't pay it has failed."""
        fares = [
            fare(self._snapshot, one.in_hand.recipient, one.in_hand.message, one.decision.route.channel_id)
            for one in ours
            if isinstance(one.decision, Again) and one.decision.route
        ]
        poor = await reprice(tx, fares)
        if not poor:
            return list(ours)
        await tx.outbox.drop(list(poor))
        failed = Failed(Failure.NO_BALANCE, "another route costs more")
        return [one._replace(decision=failed) if one.id in poor else one for one in ours]

    async def _fall_back(self, tx: Transaction, ours: Sequence[Decided]) -> list[Decided]:
        """Those whom WhatsApp does not reach and who go on by SMS have not failed; gives the others."""
        stranded = [
            Stranded(
                one.in_hand.recipient,
                one.in_hand.message,
                one.report.attempt,
                one.decision.reason.value,
                one.decision.detail,
            )
            for one in ours
            if isinstance(one.decision, Failed) and may_fall_back(one.in_hand.message, one.decision.reason)
        ]
        fallen = await fall_back(tx, self._snapshot, stranded, self._now) if stranded else NOBODY
        self.channels_with_work.update(fallen.channels.values())
        return [one for one in ours if one.id not in fallen.channels]

    async def _write_parts(self, tx: Transaction, ours: Sequence[Decided]) -> list[PartRow]:
        parts = [part for one in ours for part in _parts(one, self._hold)]
        await tx.messages.add_parts(parts)
        if len(ours) == len(self._decided):
            return parts
        settled = {one.id for one in ours}
        others = [part for one in self._decided if one.id not in settled for part in _parts(one, self._hold)]
        await tx.messages.add_late_parts(others)
        return parts + others

    async def _write_sent(self, tx: Transaction, ours: Sequence[Decided]) -> list[Moved]:
        """Mark those the carrier took whole; gives those that are sent now."""
        sent = [one for one in ours if isinstance(one.decision, Sent)]
        moved = await tx.messages.mark_sent(
            [_sent_row(one, self._now) for one in sent], self._hold.channel_id
        )
        parts = [SentParts(one.in_hand.recipient, one.report.parts_total) for one in sent]
        await settle_sent(tx, self._snapshot, self._hold.channel_id, parts)
        return [sent_move(one.in_hand.recipient, one.in_hand.message) for one in sent if one.id in moved]

    def _failure(self, one: Decided, failed: Failed) -> StatusChange:
        return StatusChange(
            recipient_id=one.id,
            status=Status.FAILED,
            failure=failed.reason.value,
            carrier_error=failed.detail or None,
            carrier_at=None,
            at=self._now,
            attempt=one.report.attempt,
        )

    def _events(self, one: Decided) -> list[Event]:
        channel = {"channel": self._hold.channel_id}
        match one.decision:
            case InDoubt(held, detail):
                return [Event(one.id, self._now, "in_doubt", {**channel, "held": held, "detail": detail})]
            case Again(_, reason, detail, route):
                kind = "rerouted" if route else "deferred"
                return [Event(one.id, self._now, kind, {**channel, "reason": reason, "detail": detail})]
            case _:
                return []


def _sent_row(one: Decided, now: datetime) -> tuple[int, datetime, int]:
    """Id, time and attempt. No part was tried when the carrier had taken all of them before."""
    return one.id, max((part.at for part in one.report.parts), default=now), one.report.attempt


def _parts(one: Decided, hold: Hold) -> list[PartRow]:
    return [
        PartRow(
            recipient_id=one.id,
            bucket=bucket_of(one.id),
            attempt=one.report.attempt,
            number=part.number,
            total=one.report.parts_total,
            channel_id=hold.channel_id,
            reference=part.outcome.reference,
            sent_at=part.at,
        )
        for part in one.report.parts
        if isinstance(part.outcome, Accepted)
    ]


def _references(parts: Sequence[PartRow]) -> list[str]:
    return [part.reference for part in parts if part.reference]
