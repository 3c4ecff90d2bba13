"""Takes delivery receipts: finds the parts they speak of, moves recipients on, owes their callbacks.

Rule: a receipt that finds no part is kept and matched when its reference arrives; none is dropped. What a
batch stores it stores in one transaction, and only then may the carrier be answered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from viesti.domain.channel import CarrierReceipt
from viesti.domain.estate import WHATSAPP
from viesti.services.estate import EstateCache
from viesti.services.publish import Publish
from viesti.services.receipt_effects import Match, effects, of_several_parts, read_times
from viesti.services.receipt_hints import learn_attempts, names, told_attempts
from viesti.services.receipt_ways import both_ways
from viesti.services.wake import CALLBACKS, OUTBOX, Waker
from viesti.storage.store import FoundPart, Store, Transaction

SWEEP_ROWS = 1000
SWEEP_AGE = timedelta(hours=1)  # older ones met their reference long ago, if it ever came


class TakeReceipts:
    """The receipts service. `oldest_id`: parts of recipients below it are too old to be meant by a
    reference; `publish`: what owes delivery reports here, for those who match receipts as they settle."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        publish: Publish,
        waker: Waker,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._estate = estate
        self.publish = publish
        self._waker = waker
        self._now = now
        self.oldest_id = 0

    async def __call__(self, receipts: Sequence[CarrierReceipt]) -> int:
        """Store receipts as they came from one or more channels; gives how many found their part.

        Raises `StoreUnavailable`, and then none of them is stored.
        """
        matched = 0

        async def work(tx: Transaction) -> None:
            nonlocal matched
            matched = await self.within(tx, receipts)

        await self._store.run(work)
        return matched

    async def match_waiting(self) -> int:
        """Match receipts of late whose part was being written when they came; gives how many."""
        matched = 0

        async def work(tx: Transaction) -> None:
            nonlocal matched
            since = self._now() - SWEEP_AGE
            waiting = await tx.receipts.findable_waiting(SWEEP_ROWS, since, self.oldest_id)
            waiting += await tx.receipts.findable_hinted(SWEEP_ROWS)
            matched = await self.within(tx, waiting) if waiting else 0

        await self._store.run(work)
        return matched

    async def match_references(self, tx: Transaction, references: Sequence[str], channel_id: int) -> None:
        """Inside a settlement: match the receipts that came before these references were known."""
        waiting = await tx.receipts.take_waiting(references, channel_id) if references else []
        if waiting:
            await self._apply(tx, channel_id, waiting)

    async def within(self, tx: Transaction, receipts: Sequence[CarrierReceipt]) -> int:
        """Store receipts in a transaction; gives how many found their part."""
        by_channel: dict[int, list[CarrierReceipt]] = {}
        for receipt in receipts:
            by_channel.setdefault(receipt.channel_id, []).append(receipt)
        return sum([await self._apply(tx, channel_id, group) for channel_id, group in by_channel.items()])

    async def _apply(self, tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]) -> int:
        matched, unmatched = await self._find(tx, channel_id, receipts)
        if any(receipt.recipient_id is not None for receipt in unmatched):
            found, unmatched = await self._by_attempt(tx, channel_id, unmatched)
            matched += found
        if unmatched:
            bucket = self._estate.current.channel_bucket(channel_id)
            ids = await self._store.ids.take([bucket] * len(unmatched))
            await tx.receipts.keep_waiting([(i, bucket, r) for i, r in zip(ids, unmatched, strict=True)])
        if matched:
            several = of_several_parts(matched)
            # Who learns of another part of the same message waits here, and then sees what this writes.
            await tx.receipts.lock_recipients(several)
            known = await tx.receipts.part_states(several) if several else []
            rows = effects(matched, known)
            channel = self._estate.current.estate.channels.get(channel_id)
            if channel and channel.kind == WHATSAPP:
                rows, queues = await both_ways(tx, self._estate.current, rows, channel_id, self._now())
                for other in queues:
                    tx.after_commit(partial(self._waker.wake, OUTBOX, other))
            moved = await tx.receipts.apply(rows, channel_id)
            read = read_times(matched)
            if read:
                await tx.receipts.mark_read(read, channel_id)
            if await self.publish(tx, self._estate.current, moved, self._now()):
                tx.after_commit(lambda: self._waker.wake(CALLBACKS))
        return len(matched)

    async def _by_attempt(
        self, tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]
    ) -> tuple[list[Match], list[CarrierReceipt]]:
        """Match receipts by the attempts they name: what is told of was sent, though nobody answered."""
        snapshot = self._estate.current
        known, waiting = await told_attempts(tx, snapshot, channel_id, receipts, self.oldest_id)
        if not known:
            return [], waiting
        moved = await learn_attempts(tx, channel_id, known)
        if await self.publish(tx, snapshot, moved, self._now()):
            tx.after_commit(lambda: self._waker.wake(CALLBACKS))
        matched, unmatched = await self._find(tx, channel_id, known)
        # One that leads to no part has had its chance: it waits for its reference alone.
        return matched, waiting + [one._replace(recipient_id=None, attempt=None) for one in unmatched]

    async def _find(
        self, tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]
    ) -> tuple[list[Match], list[CarrierReceipt]]:
        references = list({reference for receipt in receipts for reference in receipt.references})
        found: dict[str, list[FoundPart]] = {}
        for part in await tx.receipts.find_parts(references, channel_id, self.oldest_id):
            found.setdefault(part.reference, []).append(part)
        named = [_candidates(receipt, found) for receipt in receipts]
        each = list(zip(receipts, named, strict=True))
        doubtful = [parts for receipt, parts in each if _doubtful(receipt, parts)]
        addresses = await _addresses(tx, doubtful) if doubtful else {}
        matched, unmatched = [], []
        for receipt, parts in each:
            chosen = _chosen(receipt, parts, addresses)
            if chosen:
                matched.append((chosen, receipt))
            else:
                unmatched.append(receipt)
        return matched, unmatched


def _candidates(receipt: CarrierReceipt, found: Mapping[str, Sequence[FoundPart]]) -> list[FoundPart]:
    """The parts a receipt may mean, likeliest first: of a reference that was used again, the newest."""
    parts: list[FoundPart] = []
    for reference in receipt.references:
        parts += sorted(found.get(reference, ()), key=lambda part: part.recipient_id, reverse=True)
    return parts


def _doubtful(receipt: CarrierReceipt, parts: Sequence[FoundPart]) -> bool:
    """Whether it takes more than the reference to tell the part: there are several, or only the less likely
    reading of the reference (hexadecimal instead of decimal, say) leads to one."""
    return bool(parts) and (len(parts) > 1 or parts[0].reference != receipt.references[0])


def _chosen(
    receipt: CarrierReceipt, parts: Sequence[FoundPart], addresses: Mapping[int, str]
) -> FoundPart | None:
    """The part whose recipient the receipt names. None when only a less likely reading led to a part, and
    that is somebody else's: the right one may still be on its way into the store."""
    if not _doubtful(receipt, parts):
        return parts[0] if parts else None
    for part in parts:
        if names(receipt, addresses.get(part.recipient_id, "")):
            return part
    return parts[0] if parts[0].reference == receipt.references[0] else None


async def _addresses(tx: Transaction, doubtful: Sequence[Sequence[FoundPart]]) -> dict[int, str]:
    ids = {part.recipient_id for parts in doubtful for part in parts}
    return {one.id: one.address for one in await tx.messages.load_recipients(list(ids))}
