"""A way to PostgreSQL that can be cut off at the worst moment: a thing is done, and nobody hears of it.

Rule: it only passes octets on; what PostgreSQL does is PostgreSQL's own.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit, urlunsplit

CHUNK = 1 << 16


class CutOff:
    """Start it with `async with`; `url` leads to `target` through it."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._swallowed = b""  # the answer that is not passed on; b'' for none
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> CutOff:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        user = self._target.netloc.rpartition("@")[0]
        self.url = urlunsplit(self._target._replace(netloc=f"{user}@127.0.0.1:{port}", query=""))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self, tag: str) -> None:
        """The next answer with this tag ("COMMIT", "SELECT 5": what psql prints) is not passed on; its
        connection breaks."""
        self._swallowed = tag.encode() + b"\0"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            onward_reader, onward = await self._connect()
            await asyncio.gather(self._ask(reader, onward), self._answer(onward_reader, writer))
        finally:
            self._tasks.discard(task)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        query = parse_qs(self._target.query)
        port = self._target.port or int(query.get("port", ["5432"])[0])
        if "host" in query:
            return await asyncio.open_unix_connection(f"{query['host'][0]}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._target.hostname, port)

    async def _ask(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        while octets := await reader.read(CHUNK):
            onward.write(octets)
        onward.close()

    async def _answer(self, onward: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while octets := await onward.read(CHUNK):
                if self._swallowed and self._swallowed in octets:
                    self._swallowed = b""
                    break
                writer.write(octets)
        writer.close()
