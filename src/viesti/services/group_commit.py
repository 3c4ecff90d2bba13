"""Group commit: requests that arrive together share one transaction.

Rule: nobody is answered before the commit of the transaction that holds his message. A request id is written
in that same transaction, so a repeat - parallel, later, or in another process - is answered with the first
result.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from viesti.domain.contact import KnownContact
from viesti.domain.fair import FairClock
from viesti.domain.lane import Lane
from viesti.domain.message import Protocol
from viesti.domain.purse import Purse
from viesti.services.accept_rows import AcceptRows
from viesti.services.announce import Announce
from viesti.services.estate import EstateCache
from viesti.services.loop_guard import LoopGuard
from viesti.services.plan import Planned
from viesti.services.publish import Publish
from viesti.services.repeats import answer_again, first_results, request_key
from viesti.services.requests import SubmitRequest, SubmitResult, Submitted
from viesti.services.wake import CALLBACKS, DUE, OUTBOX, Waker, soon
from viesti.storage.store import Known, OverTheCap, RequestKey, Store, StoreUnavailable, Transaction

CLOCK_SECONDS = 0.25  # how old the virtual times of fair queueing may be
FEW = 100  # recipients; who more of them are is asked before they are stored
_NOBODY = Known()


@dataclass(slots=True)
class _Entry:
    planned: Planned
    answer: asyncio.Future[SubmitResult]
    message_id: int = 0
    recipient_ids: list[int] = field(default_factory=list)

    def key(self) -> tuple[int, str] | None:
        return request_key(self.planned.request)


class GroupCommit:
    """Stores planned messages, many to a transaction."""

    def __init__(
        self,
        store: Store,
        estate: EstateCache,
        publish: Publish,
        announce: Announce,
        waker: Waker,
        monotonic: Callable[[], float],
        *,
        rows: int = 500,
        wait_seconds: float = 0.002,
        writers: int = 2,
    ) -> None:
        self._store = store
        self._estate = estate
        self._publish = publish
        self._announce = announce
        self._waker = waker
        self._monotonic = monotonic
        self._rows = rows
        self._wait = wait_seconds
        self._writers = writers
        self._queue: deque[_Entry] = deque()
        self._arrived = asyncio.Event()
        self._fair = FairClock()
        self._guard = LoopGuard()
        self._clock_read_at: float | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._short: set[int] = set()  # customers whose balance did not cover everything of late
        self._subscribed: set[int] = set()  # customers whose flows wanted to know of what is sent, of late
        self._writing = 0  # writers in a transaction
        self._stopping = False

    def start(self) -> None:
        """Begin writing."""
        self._tasks = [
            asyncio.create_task(self._write(), name=f"group commit {n}") for n in range(self._writers)
        ]

    async def stop(self) -> None:
        """Write what has been taken on, then end."""
        self._stopping = True
        self._arrived.set()
        await asyncio.gather(*self._tasks)

    async def add(self, planned: Planned) -> SubmitResult:
        """Store a message. Returns after the commit; raises `StoreUnavailable` when it was not stored."""
        answer: asyncio.Future[SubmitResult] = asyncio.get_running_loop().create_future()
        self._queue.append(_Entry(planned, answer))
        self._arrived.set()
        return await answer

    async def repeated(self, request: SubmitRequest) -> SubmitResult | None:
        """What the first request with this one's id led to; None when there was none."""
        async with self._store.statements() as tx:
            firsts = await first_results(tx, [request])
        return answer_again(request, firsts) if firsts else None

    async def _write(self) -> None:
        while self._queue or not self._stopping:
            await self._arrived.wait()
            # Alone, a message is stored at once. While another transaction runs, what comes shares the next.
            await asyncio.sleep(self._wait if self._writing else 0)
            batch = self._take()
            if batch:
                self._writing += 1
                try:
                    await self._commit(batch)
                finally:
                    self._writing -= 1

    def _take(self) -> list[_Entry]:
        batch: list[_Entry] = []
        rows = 0
        while self._queue and (not batch or rows + len(self._queue[0].planned.recipients) <= self._rows):
            entry = self._queue.popleft()
            rows += len(entry.planned.recipients)
            if not entry.answer.cancelled():
                batch.append(entry)
        if not self._queue and not self._stopping:
            self._arrived.clear()
        return batch

    async def _commit(self, batch: list[_Entry]) -> None:
        try:
            await self._store_batch(batch)
        except StoreUnavailable as error:
            self._fail(batch, error)
        except Exception as error:
            if len(batch) == 1:
                self._fail(batch, error)
                return
            for entry in batch:
                if not entry.answer.done():
                    await self._commit([entry])

    @staticmethod
    def _fail(batch: list[_Entry], error: Exception) -> None:
        for entry in batch:
            if not entry.answer.done():
                entry.answer.set_exception(error)

    async def _store_batch(self, batch: list[_Entry]) -> None:
        await self._give_ids(batch)
        customers = {entry.planned.customer.id for entry in batch}
        if self._short.isdisjoint(customers):
            try:
                await self._write_batch(batch, ())
                return
            except OverTheCap:
                pass  # nothing is stored
        await self._write_batch(batch, customers)

    async def _write_batch(self, batch: list[_Entry], capped: Collection[int]) -> None:
        """Write a batch. `capped`: customers whose balances are locked first; of theirs what fits is taken,
        in order, and the rest is frozen."""
        rows, purse = AcceptRows(asked=False), Purse({})
        owed = 0
        # Without request ids all that is written is one statement, which needs no `begin` and `commit`.
        with_ids = any(entry.planned.request.request_id for entry in batch)
        async with self._store.transaction() if with_ids or capped else self._store.statements() as tx:
            await self._read_clock(tx)
            fresh, repeats = await _tell_apart(tx, batch)
            frozen = await self._guard(tx, [(entry.planned, entry.recipient_ids) for entry in fresh])
            answers = None if capped or frozen else await self._write_at_once(tx, fresh, rows)
            if fresh and answers is None:
                rows = AcceptRows()
                known = await _known(tx, fresh)
                asked = {entry.planned.customer.id for entry in fresh}
                self._subscribed = self._subscribed.difference(asked).union(known.subscribed)
                if capped:
                    purse = Purse(await tx.money.lock_left(capped))
                    rows = AcceptRows(purse)
                answers = [
                    rows.add(entry.planned, entry.message_id, entry.recipient_ids, known, self._fair, frozen)
                    for entry in fresh
                ]
                owed = await self._write_rows(tx, rows, known)
        self._short = self._short.difference(capped) | purse.short
        for entry, answer in zip(fresh, answers or (), strict=True):
            if not entry.answer.done():
                entry.answer.set_result(answer)
        for channel_id in {queued.channel_id for queued in rows.queued if queued.due_at is None}:
            self._waker.wake(OUTBOX, channel_id)
        if any(soon(entry.planned.send_at, entry.planned.created_at) for entry in fresh):
            self._waker.wake(DUE)
        if owed:
            self._waker.wake(CALLBACKS)
        if repeats:
            await self._answer_again(repeats)

    async def _write_at_once(
        self, tx: Transaction, batch: Sequence[_Entry], rows: AcceptRows
    ) -> list[Submitted] | None:
        """Write a few messages without asking first who they are for: that is found as they are stored, which
        saves a round trip. None, and nothing is stored, when that must be known before."""
        planned = [entry.planned for entry in batch]
        if (
            not 0 < sum([len(one.recipients) for one in planned]) <= FEW
            or not self._subscribed.isdisjoint([one.customer.id for one in planned])
            or any(one.request.protocol != Protocol.SMS for one in planned)
        ):
            return None
        answers = [
            rows.add(entry.planned, entry.message_id, entry.recipient_ids, _NOBODY, self._fair)
            for entry in batch
        ]
        contacts = await rows.write_unless_known(tx)
        return None if contacts is None else [_with_contacts(one, contacts) for one in answers]

    async def _answer_again(self, repeats: Sequence[_Entry]) -> None:
        """Answer those whose request id was taken; who took it has committed."""
        async with self._store.statements() as tx:
            firsts = await first_results(tx, (entry.planned.request for entry in repeats))
        for entry in repeats:
            if not entry.answer.done():
                entry.answer.set_result(answer_again(entry.planned.request, firsts))

    async def _write_rows(self, tx: Transaction, rows: AcceptRows, known: Known) -> int:
        """Write the rows, and with them the reports owed for recipients that nothing is sent to and the calls
        to flows that want to know of the others; gives how many those are."""
        telling = self._announce.wanted(rows, known)
        if not rows.skipped and not telling:
            await rows.write(tx)
            return 0
        async with tx.savepoint():  # begins a transaction where there is none
            owed = await self._announce(tx, rows, known) if telling else 0
            await rows.write(tx)
            return owed + await self._publish(
                tx, self._estate.current, rows.skipped, rows.messages[0].created_at
            )

    async def _give_ids(self, batch: Sequence[_Entry]) -> None:
        buckets: list[int] = []
        for entry in batch:
            buckets += [entry.planned.customer.bucket] * (1 + len(entry.planned.recipients))
        ids = iter(await self._store.ids.take(buckets))
        for entry in batch:
            entry.message_id = next(ids)  # lower than its recipients', which the look-up by message relies on
            entry.recipient_ids = [next(ids) for _ in entry.planned.recipients]

    async def _read_clock(self, tx: Transaction) -> None:
        now = self._monotonic()
        if self._clock_read_at is None or now - self._clock_read_at > CLOCK_SECONDS:
            for channel_id, lane, tag in await tx.outbox.clocks():
                self._fair.advance(channel_id, Lane(lane), tag)
            self._clock_read_at = now


def _with_contacts(submitted: Submitted, contacts: Mapping[int, KnownContact]) -> Submitted:
    recipients = [
        structs.replace(one, contact=contacts[one.id]) if one.id in contacts else one
        for one in submitted.recipients
    ]
    return structs.replace(submitted, recipients=tuple(recipients))


async def _tell_apart(tx: Transaction, batch: Sequence[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Those that are new, their request ids now taken, and those whose request id was taken before."""
    firsts: dict[tuple[int, str], _Entry] = {}
    for entry in batch:
        key = entry.key()
        if key:
            firsts.setdefault(key, entry)
    if not firsts:
        return list(batch), []
    taken = await tx.messages.remember_requests(
        [
            RequestKey(
                key[0],
                entry.planned.customer.bucket,
                key[1],
                entry.planned.request.body_hash,
                entry.message_id,
                entry.planned.created_at,
            )
            for key, entry in sorted(
                firsts.items()
            )  # one order everywhere, so that two batches never deadlock
        ]
    )
    fresh: list[_Entry] = []
    repeats: list[_Entry] = []
    for entry in batch:
        key = entry.key()
        new = key is None or (firsts[key] is entry and key in taken)
        (fresh if new else repeats).append(entry)
    return fresh, repeats


async def _known(tx: Transaction, batch: Sequence[_Entry]) -> Known:
    known = await tx.people.known(
        {
            (entry.planned.customer.id, recipient.address.digits)
            for entry in batch
            for recipient in entry.planned.recipients
        }
    )
    parties = {
        (planned.customer.id, planned.sender.text, recipient.address.digits)
        for planned in (entry.planned for entry in batch)
        if planned.request.protocol == Protocol.WHATSAPP
        for recipient in planned.recipients
    }
    return replace(known, on_whatsapp=await tx.people.on_whatsapp(parties)) if parties else known
