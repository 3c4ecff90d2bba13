"""When people last wrote to our WhatsApp identities: until a day later they may be sent free text.

Rule: a window is the customer's, and only ever moves forward.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("windows")


class Opened(NamedTuple):
    """A person wrote. `identity`: our number's digits; `address`: his, or his user id."""

    customer_id: int
    bucket: int
    identity: str
    address: str
    at: datetime


class Windows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def opened(self, rows: Sequence[Opened]) -> None:
        """These people wrote; in one call each of them once."""
        if rows:
            await self._connection.execute(SQL["opened"], *zip(*sorted(rows), strict=True))

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget those that were opened last before then."""
        return int((await self._connection.execute(SQL["forget"], before, limit)).split()[-1])

    async def open_for(
        self, customer_id: int, identity: str, addresses: Sequence[str], since: datetime
    ) -> set[str]:
        """Those of these people who wrote to the identity after `since`."""
        rows = await self._connection.fetch(SQL["open_for"], customer_id, identity, addresses, since)
        return {row["address"] for row in rows}
