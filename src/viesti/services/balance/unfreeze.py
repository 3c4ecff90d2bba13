"""Releases what was frozen for lack of balance, in its order, as soon as the balance covers it.

Rule: a balance is locked before anything is released from it, and what is released is taken from it in the
same transaction. What has waited too long is called back instead: nobody wants yesterday's code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from viesti.domain.failure import Failure
from viesti.domain.message import Event, Held, HeldReason
from viesti.domain.purse import Purse
from viesti.services.announce import Announce
from viesti.services.cancel_waiting import CancelWaiting
from viesti.services.release_held import ReleaseHeld
from viesti.storage.store import Store, Transaction

ROWS = 1000  # released or given up in one transaction
FOLD = 5000  # changes added to balances in one statement


@dataclass(frozen=True, slots=True)
class ByHand:
    """What became of frozen recipients that somebody released: queued, or waiting for the balance now."""

    queued: list[int]
    waiting: list[int]


class Unfreeze:
    """The duty of balances, and what an operator does with frozen recipients. `keep`: how long those are
    kept."""

    def __init__(
        self,
        store: Store,
        release: ReleaseHeld,
        cancel: CancelWaiting,
        announce: Announce,
        now: Callable[[], datetime],
        keep: timedelta,
    ) -> None:
        self._store = store
        self._release = release
        self._cancel = cancel
        self._announce = announce
        self._now = now
        self._keep = keep

    async def __call__(self) -> int:
        """One round: add to the balances what was given back, release what they cover, give up what is old;
        gives how much there was to do."""

        async def fold(tx: Transaction) -> int:
            return len(await tx.money.fold_changes(FOLD))

        done = await self._store.run_one(fold)
        async with self._store.statements() as each:
            customers = await each.money.releasable()
        for customer_id in customers:
            done += await self._release_some(customer_id)
        return done + await self._give_up_old()

    async def by_hand(self, ids: Sequence[int], actor: str) -> ByHand:
        """Release frozen recipients out of turn, which the audit has of `actor`. What the balance does not
        cover waits for it, whatever it was frozen for. Those of a paused campaign are left to it."""
        result = ByHand([], [])
        audit = await self._store.ids.one(0)

        async def work(tx: Transaction) -> None:
            nonlocal result
            rows = await _decidable(tx, ids)
            purse = await _purse(tx, {row.customer_id for row in rows})
            fitting = [row for row in rows if purse.take(row.customer_id, row.cost)]
            waiting = sorted({row.id for row in rows} - {row.id for row in fitting})
            await tx.held.await_balance(waiting)
            result = ByHand(await self._queue(tx, fitting, purse), waiting)
            await self._note(tx, audit, actor, "release frozen", result.queued + result.waiting)

        await self._store.run(work)
        return result

    async def call_back(self, ids: Sequence[int], actor: str) -> list[int]:
        """Cancel frozen recipients, but those of a paused campaign, which the audit has of `actor`; gives
        them."""
        cancelled: list[int] = []
        audit = await self._store.ids.one(0)

        async def work(tx: Transaction) -> None:
            nonlocal cancelled
            frozen = await _decidable(tx, ids)
            cancelled = [moved.id for moved in await self._cancel(tx, [row.id for row in frozen])]
            await self._note(tx, audit, actor, "cancel frozen", cancelled)

        await self._store.run(work)
        return cancelled

    async def _note(self, tx: Transaction, audit: int, actor: str, act: str, ids: Sequence[int]) -> None:
        if ids:
            subject = f"{len(ids)} recipients"
            await tx.estate_edit.audit([(audit, self._now(), actor, act, subject, {"ids": list(ids)})])

    async def _release_some(self, customer_id: int) -> int:
        done = 0

        async def work(tx: Transaction) -> None:
            nonlocal done
            purse = await _purse(tx, (customer_id,))
            rows = await tx.held.of_customer(customer_id, HeldReason.BALANCE, ROWS)
            stale = await self._stale(tx, rows)
            fitting: list[Held] = []
            for row in rows:
                if row.id in stale:
                    continue
                if not purse.take(customer_id, row.cost):
                    break  # those behind it wait, cheap ones too
                fitting.append(row)
            await self._give_up(tx, [row for row in rows if row.id in stale])
            done = len(await self._queue(tx, fitting, purse)) + len(stale)

        await self._store.run(work)
        return done

    async def _queue(self, tx: Transaction, rows: Sequence[Held], purse: Purse) -> list[int]:
        """Queue these and take what they cost; gives those that were still frozen."""
        released = {each.id for each in await self._release(tx, rows)} if rows else set()
        costs: dict[int, Decimal] = {}
        charged = []
        for row in rows:
            if row.id in released and purse.knows(row.customer_id):
                costs[row.customer_id] = costs.get(row.customer_id, Decimal(0)) + (row.cost or 0)
                charged.append(row.id)
        now = self._now()
        await tx.messages.add_events(
            [
                Event(row.id, now, "released", {"reason": row.reason.value})
                for row in rows
                if row.id in released
            ]
        )
        await tx.money.spend(costs)
        await tx.money.mark_charged(charged)
        await self._announce.released(tx, sorted(released), self._now())
        return sorted(released)

    async def _stale(self, tx: Transaction, rows: Sequence[Held]) -> set[int]:
        """Those whose service wants nothing sent so late."""
        now = self._now()
        recipients = await tx.messages.load_recipients([row.id for row in rows])
        messages = await tx.messages.load_messages(list({one.message_id for one in recipients}))
        stale = set()
        for one in recipients:
            message = messages.get(one.message_id)  # None: dropped by retention while it waited
            if message is None or message.validity_seconds is None:
                continue
            due = message.send_at or one.created_at
            if due + timedelta(seconds=message.validity_seconds) <= now:
                stale.add(one.id)
        return stale

    async def _give_up_old(self) -> int:
        given_up = 0

        async def work(tx: Transaction) -> None:
            nonlocal given_up
            rows = await tx.held.older(self._now() - self._keep, ROWS)
            given_up = len(rows)
            await self._give_up(tx, rows)

        await self._store.run(work)
        return given_up

    async def _give_up(self, tx: Transaction, rows: Sequence[Held]) -> None:
        for reason, why in _WHY.items():
            ids = [row.id for row in rows if row.reason is reason]
            if ids:
                await tx.held.drop(ids)
                await self._cancel.taken(tx, ids, why)


# Why what was frozen for long is not sent.
_WHY = {HeldReason.BALANCE: Failure.NO_BALANCE, HeldReason.REPEATED: Failure.CANCELLED}


async def _decidable(tx: Transaction, ids: Sequence[int]) -> list[Held]:
    """Those that are held, and by nobody's campaign; locked."""
    return [row for row in await tx.held.some(ids) if row.reason is not HeldReason.PAUSED]


async def _purse(tx: Transaction, customer_ids: Collection[int]) -> Purse:
    return Purse(await tx.money.lock_left(customer_ids))
