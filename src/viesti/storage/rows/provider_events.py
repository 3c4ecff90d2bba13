"""Bodies that a provider posted, until they are worked on.

Rule: a body is kept once by its digest; one that failed stays until it is worked on or a person drops it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.storage.database import Connection
from viesti.storage.sql import queries

SQL = queries("provider_events")


class NewBody(NamedTuple):
    """A body as it came."""

    id: int
    channel_id: int
    bucket: int
    digest: bytes
    body: bytes
    received_at: datetime


class ProviderEvents:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(self, rows: Sequence[NewBody]) -> None:
        """Keep those that were not kept before; no two of them may be the same."""
        await self._connection.execute(SQL["keep"], *zip(*rows, strict=True))
