"""Claims recipients for a channel and settles what became of them.

Rule: what is claimed is settled exactly once, as `judge` decides, or given back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import structlog

from viesti.domain.channel import AddressKind, LateAnswer, Outgoing, SendReport
from viesti.domain.lane import Lane
from viesti.domain.message import Protocol
from viesti.domain.retry import RetryPolicy
from viesti.domain.routing import Route
from viesti.services.by_sms import as_sent
from viesti.services.estate import EstateCache, Snapshot
from viesti.services.judge import InHand, judge
from viesti.services.late_answers import write_late
from viesti.services.receipts import TakeReceipts
from viesti.services.settlement import Decided, Hold, SettledSent, Settlement
from viesti.services.short_links import ShortLinks
from viesti.services.wake import CALLBACKS, DUE, OUTBOX, Waker
from viesti.storage.store import Claimed, Store, Transaction

__all__ = ["Dispatch", "Hold"]

_log = structlog.get_logger()
_KINDS = {kind.value: kind for kind in AddressKind}  # a call of an enumeration costs ten look-ups


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
        short_links: ShortLinks,
    ) -> None:
        self._store = store
        self._estate = estate
        self._receipts = receipts
        self._waker = waker
        self._now = now
        self._random = random
        self._policy = policy
        self._short_links = short_links
        self._in_hand: dict[int, InHand] = {}
        self._unsure: set[int] = set()  # tokens of claims that failed: they may hold what we don't know of

    async def claim(self, hold: Hold, limit: int) -> list[Outgoing]:
        """Claim up to `limit` ready recipients, urgent and fair first. The claim is committed on return."""
        try:
            in_hand = await self._take(hold, limit)
        except BaseException:
            self._unsure.add(hold.token)
            raise
        self._in_hand.update((one.recipient.id, one) for one in in_hand)
        return [one.outgoing for one in in_hand]

    async def _take(self, hold: Hold, limit: int) -> list[InHand]:
        async with self._store.statements() as each:
            if hold.token in self._unsure:
                await each.outbox.unclaim_all_but(list(self._in_hand), hold.token)
                self._unsure.discard(hold.token)
            claimed = await each.outbox.claim(hold.channel_id, hold.lease, limit, hold.token, self._now())
            if not claimed:
                return []
            in_hand = await _load(each, claimed, self._short_links)
            if len(in_hand) < len(claimed):
                loaded = {one.recipient.id for one in in_hand}
                await _drop(each, hold, [one.id for one in claimed if one.id not in loaded])
        return in_hand

    async def settle(self, hold: Hold, reports: Sequence[SendReport]) -> None:
        """Write what became of claimed recipients: what was simply sent in one statement, which is nearly
        all of it, and the rest in one transaction. Safe to call again with the same reports."""
        snapshot, now = self._estate.current, self._now()
        decided = [
            self._decide(hold, self._in_hand[report.recipient_id], report, snapshot, now)
            for report in reports
            if report.recipient_id in self._in_hand
        ]
        sent = SettledSent(hold, snapshot, decided)
        await sent.write(self._store)
        self.forget(sent.ids)
        rest = [one for one in decided if one.id not in sent.ids]
        settlement = Settlement(hold, snapshot, now, rest)

        async def work(tx: Transaction) -> None:
            await settlement.write(tx, self._receipts)
            await self._receipts.match_references(tx, sent.awaited, hold.channel_id)

        if rest or sent.awaited:
            await self._store.run(work)
        self.forget([one.id for one in rest])
        if settlement.callbacks:
            self._waker.wake(CALLBACKS)
        for channel_id in settlement.channels_with_work:
            self._waker.wake(OUTBOX, channel_id)
        if settlement.due_soon:
            self._waker.wake(DUE)

    async def settle_late(self, hold: Hold, answers: Sequence[LateAnswer]) -> None:
        """Write what the carrier said too late, in one transaction. Safe to call again."""
        owed = 0

        async def work(tx: Transaction) -> None:
            nonlocal owed
            now, snapshot = self._now(), self._estate.current
            owed = await write_late(tx, snapshot, self._receipts, hold, answers, now)

        await self._store.run(work)
        if owed:
            self._waker.wake(CALLBACKS)

    def _decide(
        self, hold: Hold, in_hand: InHand, report: SendReport, snapshot: Snapshot, now: datetime
    ) -> Decided:
        service = snapshot.estate.services.get(in_hand.message.service_id or 0)

        def elsewhere(one: InHand) -> Route | None:
            return _other_route(snapshot, hold.channel_id, one)

        return Decided(
            in_hand,
            report,
            judge(in_hand, report, service, elsewhere, now, self._random(), self._policy),
        )

    async def give_back(self, hold: Hold, recipient_ids: Sequence[int]) -> None:
        """Return claimed recipients that were never handed to the channel."""
        if recipient_ids:
            async with self._store.transaction() as tx:
                await tx.outbox.unclaim(recipient_ids, hold.token)
            self.forget(recipient_ids)

    def forget(self, recipient_ids: Collection[int]) -> None:
        """Forget recipients that this process will not settle any more (its lease is gone)."""
        for recipient_id in recipient_ids:
            self._in_hand.pop(recipient_id, None)


def _other_route(snapshot: Snapshot, channel_id: int, in_hand: InHand) -> Route | None:
    """The best route to a channel that has not refused it yet."""
    message = in_hand.message
    if message.protocol == Protocol.WHATSAPP:  # a route leads to SMS
        return None
    return snapshot.routes.choose(
        in_hand.recipient.address,
        message.sender,
        message.service_id,
        message.customer_id,
        frozenset((channel_id, *in_hand.tried)),
    )


async def _drop(tx: Transaction, hold: Hold, missing: Sequence[int]) -> None:
    """Recipients that retention dropped while they waited: they must not hold up the others."""
    _log.error("recipients in the outbox are no longer stored", channel=hold.channel_id, ids=missing)
    await tx.outbox.settle(missing, hold.token)


async def _load(tx: Transaction, claimed: Sequence[Claimed], short_links: ShortLinks) -> list[InHand]:
    """What the channel and the settlement need, in the order claimed."""
    repeated = [one.recipient for one in claimed if one.attempt > 1 and one.recipient]
    done = await tx.messages.parts_done(repeated) if repeated else {}
    loaded = []
    for identifier, lane, attempt, tried, released_at, recipient, message in claimed:
        if recipient is None or message is None:
            continue
        if recipient.fell_back_after is not None:
            recipient, message = as_sent(recipient, message)
        text = recipient.text if recipient.text is not None else message.text
        if message.link_base is not None:
            text = short_links.sent_text(identifier, text, message.link_base, message.link_rule)
        outgoing = Outgoing(
            recipient_id=identifier,
            attempt=attempt,
            destination=recipient.address,
            destination_kind=_KINDS[recipient.address_kind],
            sender=message.sender,
            sender_kind=_KINDS[message.sender_kind],
            text=text,
            languages=tuple(message.shift_tables),
            parts_done=frozenset(done.get(identifier, ())),
            validity_seconds=message.validity_seconds,
            urgent=lane == Lane.TRANSACTIONAL,
            content=message.content.encode() if message.content else None,
        )
        by_this_way = attempt - (recipient.fell_back_after or 0)
        loaded.append(InHand(recipient, message, by_this_way, outgoing, tried, released_at))
    return loaded
