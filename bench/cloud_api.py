"""A Cloud API that costs little: takes every message after a while, and keeps a ledger and the moments.

Rule: it reads of a request only what it needs (the number in the path, the last digits of `to`), because
every microsecond it takes is taken from what is measured. For Meta's rules there is `viesti simulate`.
"""

from __future__ import annotations

import asyncio
import base64
import time
from array import array
from typing import Any, cast

from bench.agent import Commands, serve
from bench.ledger import DIGITS, Ledger

LENGTH = b"\r\ncontent-length:"
TO = b'"to":"'
NUMBER = b'{"display_phone_number":"+358 1","verified_name":"Bench","quality_rating":"GREEN","id":"1"}'


class Cloud:
    """What the connections share. `delay`: seconds until a message is answered."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.delay = 0.0
        self.taken = 0
        self.moments: dict[str, array[float]] = {}  # by the number's id
        self.watched = b""  # a person, and when he got something
        self.watched_at: list[float] = []

    def reset(self) -> None:
        """Forget what came; wamids go on."""
        self.ledger.reset()
        self.moments.clear()
        self.watched_at.clear()

    def take(self, number: str, body: memoryview, now: float) -> bytes:
        """A message came; gives its answer."""
        text = bytes(body)
        at = text.index(TO) + len(TO)
        to = text[at : text.index(b'"', at)]
        self.moments.setdefault(number, array("d")).append(now)
        if to == self.watched:
            self.watched_at.append(now)
        else:
            self.ledger.note(to[-DIGITS:], now)
        self.taken += 1
        return b'{"messaging_product":"whatsapp","messages":[{"id":"wamid.bench%d"}]}' % self.taken


class Connection(asyncio.Protocol):
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        data = self._rest + data if self._rest else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            self._rest = data
            return
        at = data[:head].lower().find(LENGTH)
        need = head + 4
        if at >= 0:
            line_end = data.find(b"\r\n", at + 2)
            need += int(data[at + len(LENGTH) : line_end if line_end <= head else head])
        if len(data) < need:
            self._rest = data
            return
        self._rest = b""  # one request at a time: nothing follows before its answer
        if data.startswith(b"POST"):
            number = data[: data.index(b" ", 5)].split(b"/")[2].decode()
            answer = self._cloud.take(number, memoryview(data)[head + 4 : need], time.monotonic())
            self._loop.call_later(self._cloud.delay, self._answer, answer)
        else:
            self._answer(NUMBER)

    def _answer(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % len(body) + body)


async def begin() -> tuple[dict[str, Any], Commands]:
    cloud = Cloud()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(cloud), "127.0.0.1", 0)

    async def reset(delay: float = 0.0, watched: str = "") -> None:
        cloud.reset()
        cloud.delay = delay
        cloud.watched = watched.encode()

    async def stats() -> dict[str, Any]:
        return cloud.ledger.summary() | {"watched": len(cloud.watched_at)}

    async def dump() -> dict[str, Any]:
        return cloud.ledger.dump()

    async def told() -> dict[str, Any]:
        return {
            "watched_at": cloud.watched_at,
            "arrivals": {
                number: base64.b64encode(times.tobytes()).decode() for number, times in cloud.moments.items()
            },
        }

    hello = {"port": server.sockets[0].getsockname()[1]}
    return hello, {"reset": reset, "stats": stats, "ledger": dump, "told": told}


if __name__ == "__main__":
    serve(begin)
