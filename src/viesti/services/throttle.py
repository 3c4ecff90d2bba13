"""How many calls an application or a connection may make: a sliding window, shared by all API processes
through PostgreSQL.

Rule: no span of the window's length ever sees more calls than allowed, however many processes serve them.

A window is counted in sixtieths (slots), and the slot that is just leaving counts whole, so the error is
at most one slot and always on the strict side. A process takes permits in the store under a row lock: one
at a time from a budget below 200 calls, a hundredth of it from larger ones, which are good for the slot
they were taken in; what is left of them is given back with the next taking. So a large budget costs about
one short transaction a slot, and no call of a small one goes uncounted. (A share of `budget / processes`
each would be no budget at all for a client whose one connection always meets the same process.) An idle
process holds back one hundredth at most.

`calls` <= 0 means no limit.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from viesti.storage.store import Store

SLOTS = 60  # in a window
GRANTS = 100  # a budget is taken in about so many pieces


class Budget(msgspec.Struct, frozen=True):
    """What became of one call. `remaining` is what is left, `reset` the whole seconds until calls counted now
    begin to leave the window: the time to wait when nothing remains."""

    allowed: bool
    limit: int  # 0: none
    remaining: int
    reset: int


class Window:
    """Calls counted in slots; times are seconds since any fixed moment."""

    def __init__(self, calls: int, seconds: int, counted: Mapping[int, int] | None = None) -> None:
        self.calls = calls
        self.seconds = seconds
        self.counted = dict(counted or {})

    def take(self, now: float, wanted: int) -> int:
        """Count up to `wanted` calls now; gives how many were allowed."""
        slot = slot_of(now, self.seconds)
        self.counted = {at: calls for at, calls in self.counted.items() if at >= slot - SLOTS and calls > 0}
        granted = max(0, min(wanted, self.calls - self.used()))
        if granted:
            self.counted[slot] = self.counted.get(slot, 0) + granted
        return granted

    def give_back(self, slot: int, calls: int) -> None:
        """Uncount calls that were taken in `slot` and not made."""
        if slot in self.counted:
            self.counted[slot] = max(0, self.counted[slot] - calls)

    def used(self) -> int:
        """Calls counted, as of the last `take`."""
        return sum(self.counted.values())

    def frees_at(self, now: float) -> float:
        """When the oldest counted call leaves; `now` when there is none."""
        counted = [at for at, calls in self.counted.items() if calls > 0]
        return (min(counted) + SLOTS + 1) * self.seconds / SLOTS if counted else now


def slot_of(now: float, seconds: int) -> int:
    """The number of the slot that `now` is in, for windows of `seconds`."""
    return math.floor(now * SLOTS / seconds)


@dataclass(slots=True)
class _Share:
    """What this process holds of an owner's budget."""

    lock: asyncio.Lock
    calls: int = 0
    seconds: int = 0
    slot: int = 0
    left: int = 0
    elsewhere: int = 0  # left of the budget when it was last looked at
    frees_at: float = 0.0
    denied_until: float = 0.0


_NO_LIMIT = Budget(True, 0, 0, 0)


class Throttle:
    """Counts calls. `calls` in each `seconds` unless an owner has its own; `now` is the wall clock (all
    processes must agree on it)."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], *, calls: int = 100, seconds: int = 60
    ) -> None:
        self._store = store
        self._now = now
        self._calls = calls
        self._seconds = seconds
        self._shares: dict[int, _Share] = {}

    async def __call__(
        self, owner: int, bucket: int, calls: int | None = None, seconds: int | None = None
    ) -> Budget:
        """Count one call of an owner, in its bucket. None: as usual. Raises `StoreUnavailable`.

        An owner is the id of what budgets are counted by, such as an application or a connection; what has
        no id takes a negative number.
        """
        calls = self._calls if calls is None else calls
        if calls <= 0:
            return _NO_LIMIT
        seconds = seconds or self._seconds
        share = self._shares.get(owner)
        if share is None or share.calls != calls or share.seconds != seconds:
            share = self._shares[owner] = _Share(asyncio.Lock(), calls, seconds)
        held = _spend(share, self._now().timestamp())
        if held is not None:
            return held
        async with share.lock:
            return _spend(share, self._now().timestamp()) or await self._take(share, owner, bucket)

    async def _take(self, share: _Share, owner: int, bucket: int) -> Budget:
        async with self._store.transaction() as tx:
            counted = await tx.throttles.lock(owner, bucket, share.seconds)
            now = self._now().timestamp()  # the lock may have been waited for
            window = Window(share.calls, share.seconds, counted)
            left, share.left = share.left, 0
            window.give_back(share.slot, left)
            granted = window.take(now, max(1, share.calls // GRANTS))
            await tx.throttles.save(owner, bucket, share.seconds, window.counted)
        share.elsewhere = share.calls - window.used()
        share.frees_at = window.frees_at(now)
        if not granted:
            share.denied_until = share.frees_at
            return _refused(share, now)
        share.slot, share.left = slot_of(now, share.seconds), granted - 1
        return _allowed(share, now)


def _spend(share: _Share, now: float) -> Budget | None:
    """Spend a permit that is held, or refuse again what was refused; None when the store must be asked."""
    if now < share.denied_until:
        return _refused(share, now)
    if share.left > 0 and slot_of(now, share.seconds) == share.slot:
        share.left -= 1
        return _allowed(share, now)
    return None


def _allowed(share: _Share, now: float) -> Budget:
    return Budget(True, share.calls, share.elsewhere + share.left, max(1, math.ceil(share.frees_at - now)))


def _refused(share: _Share, now: float) -> Budget:
    return Budget(False, share.calls, 0, max(1, math.ceil(share.denied_until - now)))
