"""The outbox: recipients waiting for a channel.

Rule: what a process may change is what it claimed; every statement but the claim names the claim's token.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.rows.messages import MessageToSend, ToSend
from viesti.storage.sql import queries

SQL = queries("outbox")
_SENDING_ORDER = itemgetter(0, 1, 2)  # lane, tag, id
_RECIPIENT = 6  # the column of `claim` in which a recipient begins
_MESSAGE = _RECIPIENT + len(ToSend._fields)


class Claimed(NamedTuple):
    """A recipient claimed by a dispatcher. `attempt` counts this one; `tried`: channels that refused it.
    `released_at`: when it was due after it had been frozen. `recipient` and `message` are None when they are
    no longer stored."""

    id: int
    lane: int
    attempt: int
    tried: Sequence[int]
    released_at: datetime | None
    recipient: ToSend | None
    message: MessageToSend | None


class SentPart(NamedTuple):
    """A part of a recipient that the carrier took whole."""

    recipient_id: int
    attempt: int
    number: int
    total: int
    reference: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A recipient whose claimant died with it in its hands."""

    id: int
    claim: int
    channel_id: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits for a channel in a lane."""

    channel_id: int
    lane: int
    ready: int
    due_later: int
    claimed: int


class Outbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def claim(
        self, channel_id: int, lease: str, limit: int, token: int, now: datetime
    ) -> list[Claimed]:
        """Claim up to `limit` recipients under the lease's token, in sending order."""
        rows = await self._connection.fetch(SQL["claim"], channel_id, lease, limit, token, now)
        messages: dict[int | None, MessageToSend | None] = {None: None}  # one for all its recipients
        claimed = []
        for row in sorted(map(tuple, rows), key=_SENDING_ORDER):
            lane, _, identifier, attempt, tried, released_at, *_ = row
            recipient = ToSend._make(row[_RECIPIENT:_MESSAGE]) if row[_RECIPIENT] else None
            message_id = row[_MESSAGE]
            if message_id not in messages:
                messages[message_id] = MessageToSend._make(row[_MESSAGE:])
            claimed.append(
                Claimed(identifier, lane, attempt, tried, released_at, recipient, messages[message_id])
            )
        return claimed

    async def settle(self, ids: Sequence[int], token: int) -> set[int]:
        """Remove recipients; gives those that were still claimed under the token."""
        return (
            {row["id"] for row in await self._connection.fetch(SQL["settle"], ids, token)} if ids else set()
        )

    async def settle_sent(
        self, parts: Sequence[SentPart], channel_id: int, token: int, customers: Collection[int]
    ) -> tuple[set[int], bool]:
        """Settle recipients the carrier took whole, of each at least one part; gives those that were still
        claimed under the token, and whether a receipt waits for one of the parts. Settles none when one of
        their customers has a subscription to every status."""
        columns = zip(*sorted(parts), strict=True)
        found = await self._connection.fetch(SQL["settle_sent"], token, channel_id, *columns, list(customers))
        return {row[0] for row in found}, bool(found and found[0][1])

    async def defer(self, rows: Sequence[tuple[int, datetime | None, int]], token: int) -> set[int]:
        """Give back `(id, due at or None for now, channel id)`; gives those that were still claimed under the
        token."""
        if not rows:
            return set()
        ids, due, channels = zip(*sorted(rows), strict=True)
        return {row["id"] for row in await self._connection.fetch(SQL["defer"], ids, due, channels, token)}

    async def withdraw(self, ids: Sequence[int]) -> set[int]:
        """Remove recipients that wait and are in nobody's hands; gives those that did."""
        return {row["id"] for row in await self._connection.fetch(SQL["withdraw"], ids)} if ids else set()

    async def withdraw_from(self, ids: Sequence[int], channel_id: int) -> set[int]:
        """The same for those that wait for a channel."""
        return {row["id"] for row in await self._connection.fetch(SQL["withdraw_from"], ids, channel_id)}

    async def put_off(self, ids: Sequence[int], due_at: datetime) -> set[int]:
        """Make those of these that wait and are in nobody's hands, or are held, due at another time; gives
        them."""
        return {row["id"] for row in await self._connection.fetch(SQL["put_off"], ids, due_at)}

    async def attempts(self, ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
        """Of those that are queued the attempt, by id, and whether somebody has it in his hands."""
        found = await self._connection.fetch(SQL["attempts"], ids)
        return {row["id"]: (row["attempt"], row["in_hand"]) for row in found}

    async def withdraw_campaign(self, campaign_id: int, limit: int) -> set[int]:
        """The same for up to so many recipients of a campaign."""
        return {
            row["id"] for row in await self._connection.fetch(SQL["withdraw_campaign"], campaign_id, limit)
        }

    async def unclaim(self, ids: Sequence[int], token: int) -> None:
        await self._connection.execute(SQL["unclaim"], ids, token)

    async def unclaim_all_but(self, ids: Sequence[int], token: int) -> None:
        """Give back what was claimed under the token by a statement whose answer never came."""
        await self._connection.execute(SQL["unclaim_all_but"], token, ids)

    async def release_due(self, now: datetime, limit: int) -> list[tuple[int, int]]:
        """Make due recipients ready; gives `(id, channel id)`."""
        return [
            (row["id"], row["channel_id"])
            for row in await self._connection.fetch(SQL["release_due"], now, limit)
        ]

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def abandoned(self, lost_before: datetime, limit: int) -> list[Abandoned]:
        return [
            Abandoned(**row) for row in await self._connection.fetch(SQL["abandoned"], lost_before, limit)
        ]

    async def requeue(self, rows: Sequence[tuple[int, datetime | None]]) -> None:
        """`(id, due at or None for now)` of abandoned recipients that are tried again."""
        if rows:
            await self._connection.execute(SQL["requeue"], *zip(*sorted(rows), strict=True))

    async def drop(self, ids: Sequence[int]) -> None:
        await self._connection.execute(SQL["drop"], ids)

    async def depth(self) -> list[Depth]:
        return [Depth(**row) for row in await self._connection.fetch(SQL["depth"])]

    async def clocks(self) -> list[tuple[int, int, int]]:
        """`(channel id, lane, tag)` of every lane served so far."""
        return [
            (row["channel_id"], row["lane"], row["tag"])
            for row in await self._connection.fetch(SQL["clocks"])
        ]

    async def ready_after(self, channel_id: int, after_id: int, limit: int) -> list[int]:
        """Ready recipients of a channel, in order of id; locked until the transaction ends."""
        rows = await self._connection.fetch(SQL["ready_after"], channel_id, after_id, limit)
        return [row["id"] for row in rows]

    async def move(self, rows: Sequence[tuple[int, int]]) -> None:
        """`(id, channel id)` of recipients that go to another channel's queue."""
        await self._connection.execute(SQL["move"], *zip(*rows, strict=True))
