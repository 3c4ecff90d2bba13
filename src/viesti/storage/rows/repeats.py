"""What requests with an id led to, for those who repeat them.

Rule: only looked at, and for many at once: repeats come in floods, when a caller believes that all was lost.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from viesti.domain.status import Status
from viesti.storage.database import Connection
from viesti.storage.money import as_money
from viesti.storage.sql import queries

SQL = queries("repeats")


class FirstMessage(NamedTuple):
    """What was answered of a message."""

    id: int
    sender: str
    text: str
    created_at: datetime
    send_at: datetime | None
    currency: str | None
    link_base: str | None
    link_rule: int | None


class FirstRecipient(NamedTuple):
    """What was answered of a recipient, and how he stands now."""

    id: int
    message_id: int
    address: str
    status: Status
    failure: str | None
    parts: int
    cost: Decimal | None
    cost_gbp: Decimal | None
    warnings: tuple[str, ...]


class Repeats:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def known(self, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[bytes, int]]:
        """Body hash and message id of those `(application id, request id)` that are known."""
        owners, request_ids = zip(*keys, strict=True)
        rows = await self._connection.fetch(SQL["known"], list(set(owners)), list(set(request_ids)))
        return {
            (row["application_id"], row["request_id"]): (row["body_hash"], row["message_id"]) for row in rows
        }

    async def messages(self, ids: Collection[int]) -> dict[int, FirstMessage]:
        rows = await self._connection.fetch(SQL["messages"], ids)
        return {row["id"]: FirstMessage._make(row) for row in rows}

    async def recipients(self, message_ids: Collection[int]) -> dict[int, list[FirstRecipient]]:
        """Recipients by message, in their order."""
        found: dict[int, list[FirstRecipient]] = {identifier: [] for identifier in message_ids}
        for row in await self._connection.fetch(SQL["recipients"], message_ids, min(message_ids)):
            found[row["message_id"]].append(
                FirstRecipient._make(row)._replace(
                    status=Status(row["status"]),
                    cost=as_money(row["cost"]),
                    cost_gbp=as_money(row["cost_gbp"]),
                    warnings=tuple(row["warnings"] or ()),
                )
            )
        return found
