"""Takes delivery receipts: finds the parts they speak of, moves recipients on, owes their callbacks.

Rule: a receipt that finds no part is kept and matched when its reference arrives; none is dropped. What a
batch stores it stores in one transaction, and only then may the carrier be answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from viesti.domain.channel import CarrierReceipt
from viesti.domain.failure import Failure
from viesti.domain.message import StatusChange
from viesti.domain.status import VERDICTS, PartState, Status, recipient_status
from viesti.services.estate import EstateCache
from viesti.services.publish import publish
from viesti.services.wake import CALLBACKS, Waker
from viesti.storage.store import FoundPart, MatchedReceipt, Store, Transaction

SWEEP_ROWS = 1000
SWEEP_AGE = timedelta(hours=1)  # older ones met their reference long ago, if it ever came


class TakeReceipts:
    """The receipts service. `oldest_id`: parts of recipients below it are too old to be meant by a
    reference."""

    def __init__(self, store: Store, estate: EstateCache, waker: Waker, now: Callable[[], datetime]) -> None:
        self._store = store
        self._estate = estate
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
            matched = await self._apply_all(tx, receipts)

        await self._store.run(work)
        return matched

    async def match_waiting(self) -> int:
        """Match receipts of late whose part was being written when they came; gives how many."""
        matched = 0

        async def work(tx: Transaction) -> None:
            nonlocal matched
            waiting = await tx.receipts.findable_waiting(SWEEP_ROWS, self._now() - SWEEP_AGE, self.oldest_id)
            matched = await self._apply_all(tx, waiting) if waiting else 0

        await self._store.run(work)
        return matched

    async def match_references(self, tx: Transaction, references: Sequence[str], channel_id: int) -> None:
        """Inside a settlement: match the receipts that came before these references were known."""
        waiting = await tx.receipts.take_waiting(references, channel_id)
        if waiting:
            await self._apply(tx, channel_id, waiting)

    async def _apply_all(self, tx: Transaction, receipts: Sequence[CarrierReceipt]) -> int:
        by_channel: dict[int, list[CarrierReceipt]] = {}
        for receipt in receipts:
            by_channel.setdefault(receipt.channel_id, []).append(receipt)
        return sum([await self._apply(tx, channel_id, group) for channel_id, group in by_channel.items()])

    async def _apply(self, tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]) -> int:
        matched, unmatched = await self._find(tx, channel_id, receipts)
        if unmatched:
            bucket = self._estate.current.channel_bucket(channel_id)
            ids = await self._store.ids.take([bucket] * len(unmatched))
            await tx.receipts.keep_waiting([(i, bucket, r) for i, r in zip(ids, unmatched, strict=True)])
        if matched:
            await tx.receipts.add(matched)
            told = _latest(matched)
            if told:
                # Who learns of another part of the same message waits here, and then sees what this writes.
                await tx.receipts.lock_recipients(_of_several_parts(told))
                await tx.receipts.update_parts(
                    [
                        (part.recipient_id, part.attempt, part.number, int(r.state), r.error, r.done_at)
                        for part, r in told
                    ]
                )
                moved = await tx.messages.advance(await _changes(tx, told))
                if await publish(tx, self._store, self._estate.current, moved, self._now()):
                    tx.after_commit(lambda: self._waker.wake(CALLBACKS))
        return len(matched)

    async def _find(
        self, tx: Transaction, channel_id: int, receipts: Sequence[CarrierReceipt]
    ) -> tuple[list[MatchedReceipt], list[CarrierReceipt]]:
        references = list({reference for receipt in receipts for reference in receipt.references})
        found: dict[str, FoundPart] = {}
        for part in await tx.receipts.find_parts(references, channel_id, self.oldest_id):
            known = found.get(part.reference)
            if (
                known is None or known.recipient_id < part.recipient_id
            ):  # a reference used again means the newest
                found[part.reference] = part
        matched, unmatched = [], []
        for receipt in receipts:
            named = [found[reference] for reference in receipt.references if reference in found]
            if named:
                matched.append(MatchedReceipt(named[0], receipt))
            else:
                unmatched.append(receipt)
        return matched, unmatched


def _latest(matched: Sequence[MatchedReceipt]) -> list[tuple[FoundPart, CarrierReceipt]]:
    """The furthest receipt of each part, when it is further than what is known of the part."""
    furthest: dict[tuple[int, int, int], tuple[FoundPart, CarrierReceipt]] = {}
    for one in matched:
        part, receipt = one.part, one.receipt
        key = (part.recipient_id, part.attempt, part.number)
        known = furthest[key][1].state if key in furthest else part.state
        if known is None or _rank(receipt.state) > _rank(known):
            furthest[key] = (part, receipt)
    return list(furthest.values())


def _of_several_parts(told: Sequence[tuple[FoundPart, CarrierReceipt]]) -> list[int]:
    return sorted({part.recipient_id for part, _ in told if part.total > 1})


def _rank(state: int) -> Status:
    return VERDICTS[PartState(state)].status


async def _changes(tx: Transaction, told: Sequence[tuple[FoundPart, CarrierReceipt]]) -> list[StatusChange]:
    """What these receipts make of their recipients."""
    states: dict[int, dict[int, Status]] = {}
    several = _of_several_parts(told)
    if several:
        for row in await tx.receipts.part_states(several):
            numbers = states.setdefault(
                row["recipient_id"], dict.fromkeys(range(1, row["total"] + 1), Status.SENT)
            )
            if row["state"] is not None:
                numbers[row["number"]] = max(numbers[row["number"]], _rank(row["state"]))
    changes: dict[int, StatusChange] = {}
    for part, receipt in told:
        verdict = VERDICTS[receipt.state]
        status = (
            recipient_status(list(states[part.recipient_id].values())) if part.total > 1 else verdict.status
        )
        if not status.final:
            continue
        known = changes.get(part.recipient_id)
        decides = verdict.status is status  # else another part's failure does
        if known is None or (decides and known.status <= status):
            failure = verdict.failure if decides else Failure.UNSPECIFIED
            changes[part.recipient_id] = StatusChange(
                recipient_id=part.recipient_id,
                status=status,
                failure=failure.value if failure else None,
                carrier_error=receipt.error or None,
                carrier_at=receipt.done_at,
                at=receipt.received_at,
            )
    return list(changes.values())
