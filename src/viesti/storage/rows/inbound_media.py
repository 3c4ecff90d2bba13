"""Files that came with inbound messages.

Rule: a file is to be fetched, or it is settled: here, or not to be had for a reason. Calls that tell of a
message wait for its files no longer than until they are settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from viesti.domain.message import Inbound
from viesti.storage.database import Connection
from viesti.storage.sql import queries
from viesti.storage.text import storable

SQL = queries("inbound_media")


class AwaitedFile(NamedTuple):
    """A file to be fetched. `sha256`: as the provider gave it, '' when it did not."""

    inbound_id: int
    position: int
    channel_id: int
    provider_id: str
    mime_type: str
    sha256: str
    failures: int


class ShownFile(NamedTuple):
    """A file as far as it is here: neither `content` nor `error` while it is still to be fetched."""

    mime_type: str
    name: str
    content: bytes | None
    error: str | None
    fetched_at: datetime | None


class InboundMedia:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def await_files(self, messages: Sequence[Inbound], now: datetime) -> None:
        """Note the files of these messages."""
        rows = [
            (
                *(message.id, message.bucket, position, message.channel_id),
                *(storable(each.mime_type), storable(each.name), storable(each.sha256)),
                storable(each.provider_id),
            )
            for message in messages
            for position, each in enumerate(message.attachments)
        ]
        await self._connection.execute(SQL["await_files"], *zip(*rows, strict=True), now)

    async def claim(self, now: datetime, limit: int, until: datetime) -> list[AwaitedFile]:
        """Take files to fetch; they are nobody else's until then."""
        rows = await self._connection.fetch(SQL["claim"], now, limit, until)
        return [AwaitedFile._make(row) for row in rows]

    async def next_due(self) -> datetime | None:
        due: datetime | None = await self._connection.fetchval(SQL["next_due"])
        return due

    async def settle(
        self,
        file: AwaitedFile,
        now: datetime,
        content: bytes | None,
        error: str | None = None,
    ) -> None:
        """Keep what was fetched, or why it can't be; who waits for it is called now."""
        key = file.inbound_id, file.position
        await self._connection.execute(SQL["settle"], *key, content, error, now)
        await self._connection.execute(SQL["hasten"], file.inbound_id, now)

    async def put_off(self, file: AwaitedFile, until: datetime) -> None:
        await self._connection.execute(SQL["put_off"], file.inbound_id, file.position, until)

    async def shown(self, inbound_id: int) -> ShownFile | None:
        row = await self._connection.fetchrow(SQL["shown"], inbound_id)
        return ShownFile._make(row) if row else None
