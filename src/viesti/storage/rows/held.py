"""What is held back: accepted recipients that wait for a balance, a decision, or their campaign.

Rule: a recipient is here exactly when it is `frozen`, and then in no queue; who moves it writes both in one
statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from viesti.domain.message import Held, HeldReason
from viesti.storage.database import Connection
from viesti.storage.money import as_money
from viesti.storage.sql import queries

SQL = queries("held")


class Released(NamedTuple):
    """A recipient that was queued; `due_at` None: to be sent now."""

    id: int
    channel_id: int
    due_at: datetime | None


class HeldTally(NamedTuple):
    """How many are held for a reason, and what of their cost is not taken from the balance yet."""

    recipients: int
    cost: Decimal


class HeldBack:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def of_customer(
        self, customer_id: int, reason: HeldReason, limit: int, after_id: int = 0
    ) -> list[Held]:
        """The longest held first; locked until the transaction ends, but for those that others have."""
        rows = await self._connection.fetch(SQL["of_customer"], customer_id, reason, after_id, limit)
        return [_held(row) for row in rows]

    async def of_campaign(
        self, campaign_id: int, reason: HeldReason, limit: int, after_id: int = 0
    ) -> list[Held]:
        """The same, of a campaign."""
        rows = await self._connection.fetch(SQL["of_campaign"], campaign_id, reason, after_id, limit)
        return [_held(row) for row in rows]

    async def some(self, ids: Sequence[int]) -> list[Held]:
        """Those of these that are held; locked until the transaction ends."""
        return [_held(row) for row in await self._connection.fetch(SQL["some"], ids)]

    async def older(self, before: datetime, limit: int) -> list[Held]:
        """Those held since before then that nobody paused; locked until the transaction ends, but for those
        that others have."""
        return [_held(row) for row in await self._connection.fetch(SQL["older"], before, limit)]

    async def await_balance(self, ids: Sequence[int]) -> None:
        """These are held for lack of balance from now on."""
        if ids:
            await self._connection.execute(SQL["await_balance"], ids)

    async def listed(
        self, customer_id: int | None, reasons: Sequence[HeldReason], after_id: int, limit: int
    ) -> list[dict[str, Any]]:
        """What is held for these reasons, the longest held first; of all customers for None."""
        rows = (
            await self._connection.fetch(SQL["listed_all"], reasons, after_id, limit)
            if customer_id is None
            else await self._connection.fetch(SQL["listed"], customer_id, reasons, after_id, limit)
        )
        return [dict(row) for row in rows]

    async def reasons(self, ids: Sequence[int]) -> dict[int, HeldReason]:
        """Why these are held; who is not held is not in it."""
        rows = await self._connection.fetch(SQL["reasons"], ids)
        return {row["id"]: HeldReason(row["reason"]) for row in rows}

    async def tally(self, customer_id: int) -> Mapping[HeldReason, HeldTally]:
        rows = await self._connection.fetch(SQL["tally"], customer_id)
        return {HeldReason(row["reason"]): HeldTally(row["recipients"], row["cost"]) for row in rows}

    async def release(self, tags: Mapping[int, int], now: datetime) -> list[Released]:
        """Queue these, each with its fair-queueing tag; gives those that were held and frozen."""
        if not tags:
            return []
        ids, given = zip(*sorted(tags.items()), strict=True)
        rows = await self._connection.fetch(SQL["release"], ids, given, now)
        return [Released._make(row) for row in rows]

    async def drop(self, ids: Sequence[int]) -> set[int]:
        """Hold these no more; gives those that were. The caller writes what becomes of them."""
        return {row["id"] for row in await self._connection.fetch(SQL["drop"], ids)}

    async def pause(self, campaign_id: int, now: datetime, limit: int) -> int:
        """Hold back a campaign's recipients that wait for a channel; gives how many left the queue."""
        return int(await self._connection.fetchval(SQL["pause"], campaign_id, now, limit))


def _held(row: Any) -> Held:
    values = dict(row)
    values["reason"] = HeldReason(values["reason"])
    values["cost"] = as_money(values["cost"])
    return Held(**values)
